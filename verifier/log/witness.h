// A witness of other logs (C2SP tlog-witness): it cosigns a checkpoint only when it extends the one
// that it cosigned before, so that a log cannot show two histories.
//
// Pure decisions: the caller keeps what was cosigned last, durably, before it answers.
#pragma once
#include <map>

#include "verifier/log/checkpoint.h"

namespace earshot::verifier {

// POST /add-checkpoint:
//     old <size>
//     <base64 hash> ...       consistency proof, at most 63
//     (empty line)
//     <signed checkpoint>
struct AddCheckpoint {
  std::uint64_t old_size = 0;
  std::vector<Hash256> proof;
  Note note;
};
// Errc::bad_data says which line is wrong.
Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);
std::string to_string(const AddCheckpoint& request);

// What a witness answers, as HTTP.
struct WitnessAnswer {
  int status = 200;  // 200, 400, 403, 404, 409, 422.
  // 200: the cosignature's line; 409: the size cosigned last (text/x.tlog.size); else why not, one
  // line without its end.
  std::string body;
  std::optional<LogHead> cosigned;  // With 200: what is to be kept for the origin.
};

class CheckpointWitness {
 public:
  // logs: whose checkpoints are cosigned, by origin. signer: a cosignature_v1 key.
  CheckpointWitness(NoteSigner signer, std::map<std::string, NoteKey> logs)
      : signer_(std::move(signer)), logs_(std::move(logs)) {}

  const NoteKey& key() const { return signer_.key; }
  // Whose checkpoint it is; nothing for a log that is not known.
  const NoteKey* log_of(const AddCheckpoint& request) const;
  // `last`: what was cosigned last for this origin (size 0 when nothing). `now`: Unix seconds.
  WitnessAnswer judge(const AddCheckpoint& request, const LogHead& last, std::uint64_t now) const;

 private:
  NoteSigner signer_;
  std::map<std::string, NoteKey> logs_;
};

}  // namespace earshot::verifier
