// A proof that an entry is in a log, as a file (C2SP tlog-proof): index, siblings, checkpoint.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace earshot::verifier {

struct LogProof {
  std::optional<Bytes> extra;  // What the application adds.
  std::uint64_t index = 0;
  std::vector<Hash256> path;  // Siblings from the leaf up, at most 63.
  std::string checkpoint;     // The signed note under whose root the proof is.
};

std::string to_string(const LogProof& proof);
// Errc::bad_data says which line is wrong.
Result<LogProof> parse_log_proof(std::string_view text);

}  // namespace earshot::verifier
