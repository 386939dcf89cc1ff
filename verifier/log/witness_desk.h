// The witness as a service: what it cosigned last is on disk before anybody sees the cosignature,
// so that it signs one history of each log, whatever happens to the process.
//
// Any thread; requests wait for each other. `directory` holds one checkpoint a log, named by the
// hex SHA-256 of its origin.
#pragma once
#include <memory>
#include <mutex>
#include <optional>

#include "verifier/log/witness.h"

namespace earshot::verifier {

class WitnessDesk {
 public:
  // Makes the directory when it is missing: Errc::unavailable when it cannot.
  static Result<std::unique_ptr<WitnessDesk>> open(const std::string& directory,
                                                   CheckpointWitness witness);

  const NoteKey& key() const { return witness_.key(); }
  // POST add-checkpoint. 503 when what was cosigned last cannot be read or kept.
  WitnessAnswer add_checkpoint(std::string_view body, std::uint64_t now_seconds);
  // GET <origin hash>/checkpoint: with the log's signature and ours. Nothing when there is none.
  std::optional<std::string> checkpoint(std::string_view origin_hash) const;

 private:
  WitnessDesk(std::string directory, CheckpointWitness witness)
      : directory_(std::move(directory)), witness_(std::move(witness)) {}
  std::string path_of(const std::string& origin) const;
  Result<LogHead> last_of(const std::string& origin) const;

  const std::string directory_;
  const CheckpointWitness witness_;
  std::mutex mutex_;
};

}  // namespace earshot::verifier
