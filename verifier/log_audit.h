// A published network log against what an audit derived: the epoch's entries one by one, and that
// the log which was signed holds them where the seal says.
#pragma once
#include "verifier/log/note.h"
#include "verifier/published.h"

namespace earshot::verifier {

// Adds its steps to the audit's: "network log entry N" for the first one that differs (before all
// others, because it says what the rest follows from), then root and checkpoint. `where` as in
// load_published: URL/network/... or DIR/network/...; `key` is the log's, none for the one that
// URL/healthz names. A directory without a network log adds nothing; a service without one is a
// step that differs. Errc::bad_data and Errc::bad_signature for what cannot be read.
Result<void> audit_network_log(const std::string& where, const std::optional<NoteKey>& key,
                               EpochAudit& audit);

}  // namespace earshot::verifier
