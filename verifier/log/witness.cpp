#include "verifier/log/witness.h"

#include <charconv>

#include "core/base64.h"
#include "verifier/log/tile.h"

namespace earshot::verifier {
namespace {

constexpr std::size_t kMostHashes = 63;
constexpr std::string_view kOld = "old ";

tl::unexpected<Error> wrong(const std::string& what) {
  return fail(Errc::bad_data, "add-checkpoint: " + what);
}

}  // namespace

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  const std::size_t split = body.find("\n\n");
  if (split == body.npos) return wrong("expected a proof, an empty line and a checkpoint");
  AddCheckpoint request;
  std::string_view head = body.substr(0, split);
  const std::string_view first = head.substr(0, head.find('\n'));
  head.remove_prefix(std::min(first.size() + 1, head.size()));
  const std::string_view size = first.substr(std::min(kOld.size(), first.size()));
  const auto [end, error] =
      std::from_chars(size.data(), size.data() + size.size(), request.old_size);
  if (!first.starts_with(kOld) || error != std::errc{} ||
      std::to_string(request.old_size) != size) {
    return wrong("line 1: expected old and the size cosigned last");
  }
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find('\n'));
    head.remove_prefix(std::min(line.size() + 1, head.size()));
    const Result<Hash256> hash = hash_from_base64(line);
    if (!hash) return wrong("a proof line is not 32 bytes of base64");
    if (request.proof.size() == kMostHashes) return wrong("more than 63 proof lines");
    request.proof.push_back(*hash);
  }
  Result<Note> note = parse_note(body.substr(split + 2));
  if (!note) return fail(note.error());
  request.note = *std::move(note);
  return request;
}

std::string to_string(const AddCheckpoint& request) {
  std::string body = std::string(kOld) + std::to_string(request.old_size) + "\n";
  for (const Hash256& hash : request.proof) body += to_base64(hash) + "\n";
  return body + "\n" + to_string(request.note);
}

const NoteKey* CheckpointWitness::log_of(const AddCheckpoint& request) const {
  const auto log = logs_.find(request.note.text.substr(0, request.note.text.find('\n')));
  return log == logs_.end() ? nullptr : &log->second;
}

WitnessAnswer CheckpointWitness::judge(const AddCheckpoint& request, const LogHead& last,
                                       std::uint64_t now) const {
  const NoteKey* const log = log_of(request);
  if (log == nullptr) return {404, "this log is not known here", {}};
  const Result<Checkpoint> checkpoint = open_checkpoint(request.note, *log);
  if (!checkpoint) return {403, checkpoint.error().detail, {}};
  const LogHead& head = checkpoint->head;
  if (request.old_size > head.size) {
    return {400, "the old size is above the checkpoint's", {}};
  }
  if (request.old_size != last.size) return {409, std::to_string(last.size) + "\n", {}};
  const bool is_consistent =
      last.size == 0
          ? request.proof.empty() && (head.size > 0 || head == LogFrontier().head())
          : verify_consistency(last.size, head.size, request.proof, last.root, head.root);
  if (!is_consistent) return {422, "the checkpoint does not extend the one cosigned last", {}};
  const Note cosigned{request.note.text, {cosign_note(signer_, request.note.text, now)}};
  const std::string text = to_string(cosigned);
  return {200, text.substr(cosigned.text.size() + 1), head};
}

}  // namespace earshot::verifier
