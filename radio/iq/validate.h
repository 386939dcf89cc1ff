// Whether files are what SigMF says they must be: metadata, dataset, archive, collection.
#pragma once
#include <string>
#include <vector>

#include "core/result.h"
#include "radio/iq/sigmf_rules.h"

namespace earshot::radio {

// Every breach of the rules in `path`: a SigMF recording in any of its names, a .sigmf archive or a
// .sigmf-collection with the recordings that it names; empty when there is none. Errors are for
// files that cannot be looked at: missing, no JSON, no tar, or no SigMF at all (Errc::usage).
Result<std::vector<Violation>> validate_sigmf(const std::string& path);

}  // namespace earshot::radio
