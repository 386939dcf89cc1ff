// Somebody else's intake log, read and checked whole: tiles and checkpoint from its HTTP API or
// from a directory of copies. Blocking.
#pragma once
#include <optional>
#include <string>

#include "verifier/log/checkpoint.h"
#include "verifier/log/log_proof.h"

namespace earshot::verifier {

struct LogCopy {
  Note note;  // The checkpoint as it was signed.
  Checkpoint checkpoint;
  std::vector<Bytes> entries;
};

// Errc::bad_signature or Errc::check_failed when the checkpoint is not signed by `log` or the
// entries do not give its root; the error names the first entry that differs from the log's own
// hashes, where there is one.
Result<LogCopy> fetch_log(const std::string& where, const NoteKey& log);
// The key that the service says it has: as good as the way to the service. `member`: of its
// /healthz, log_key or network_log_key.
Result<NoteKey> fetch_log_key(const std::string& where, const std::string& member = "log_key");

// Whether the log still begins with what `older` said. Errc::check_failed when not.
Result<void> check_extends(const LogCopy& copy, const Checkpoint& older);

// That entry `index` is in the log; the entry itself goes along as the proof's extra.
// Errc::usage when there is no such entry.
Result<LogProof> prove_entry(const LogCopy& copy, std::uint64_t index);
// Offline: the proof's checkpoint is signed by `log` and holds the proof's entry, which is
// returned. Errc::check_failed or Errc::bad_signature when not.
Result<Bytes> check_proof(const LogProof& proof, const NoteKey& log);

}  // namespace earshot::verifier
