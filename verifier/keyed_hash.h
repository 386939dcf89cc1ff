// A hash of bytes with a secret of the process, for tables in memory: who chooses the bytes cannot
// make them fall together. Different in each run, so nothing that is kept or decided may depend on
// it. Any thread.
#pragma once
#include "core/bytes.h"

namespace earshot::verifier {

std::uint64_t keyed_hash(ByteView bytes);

}  // namespace earshot::verifier
