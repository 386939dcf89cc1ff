#include "verifier/log/witness_desk.h"

#include <algorithm>
#include <filesystem>

#include "core/files.h"
#include "core/hash.h"
#include "verifier/log/durable_file.h"

namespace earshot::verifier {

Result<std::unique_ptr<WitnessDesk>> WitnessDesk::open(const std::string& directory,
                                                       CheckpointWitness witness) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return fail(Errc::unavailable, directory + ": " + error.message());
  return std::unique_ptr<WitnessDesk>(new WitnessDesk(directory, std::move(witness)));
}

std::string WitnessDesk::path_of(const std::string& origin) const {
  return directory_ + "/" + to_hex(sha256(as_bytes(origin)));
}

// A file that is there and cannot be read is an error, never an empty history.
Result<LogHead> WitnessDesk::last_of(const std::string& origin) const {
  const std::string path = path_of(origin);
  std::error_code error;
  const bool is_there = std::filesystem::exists(path, error);
  if (error) return fail(Errc::unavailable, path + ": " + error.message());
  if (!is_there) return LogFrontier().head();
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  const Result<Note> note = parse_note(*text);
  if (!note) return fail(note.error().code, path + ": " + note.error().detail);
  const Result<Checkpoint> checkpoint = open_checkpoint_cosigned(*note, witness_.key());
  if (!checkpoint) return fail(checkpoint.error().code, path + ": " + checkpoint.error().detail);
  return checkpoint->head;
}

WitnessAnswer WitnessDesk::add_checkpoint(std::string_view body, std::uint64_t now_seconds) {
  const Result<AddCheckpoint> request = parse_add_checkpoint(body);
  if (!request) return {400, request.error().detail, {}};
  const NoteKey* const log = witness_.log_of(*request);
  const std::lock_guard lock(mutex_);
  LogHead last;
  if (log != nullptr) {
    const Result<LogHead> held = last_of(log->name);
    if (!held) return {503, held.error().detail, {}};
    last = *held;
  }
  WitnessAnswer answer = witness_.judge(*request, last, now_seconds);
  if (!answer.cosigned) return answer;
  Note kept{request->note.text, {}};
  const auto by_log = [log](const NoteSignature& signature) {
    return signature.name == log->name && signature.key_id == log->id();
  };
  kept.signatures.push_back(*std::ranges::find_if(request->note.signatures, by_log));
  const Result<void> written =
      replace_file(path_of(log->name), as_bytes(to_string(kept) + answer.body));
  if (!written) return {503, written.error().detail, {}};
  return answer;
}

std::optional<std::string> WitnessDesk::checkpoint(std::string_view origin_hash) const {
  const Result<Hash256> hash = array_from_hex<32>(origin_hash);
  // As the hash is spelled: it becomes a file's name.
  if (!hash || to_hex(*hash) != origin_hash) return std::nullopt;
  const Result<std::string> text = read_file(directory_ + "/" + to_hex(*hash));
  if (!text) return std::nullopt;
  return *text;
}

}  // namespace earshot::verifier
