#include "verifier/log/checkpoint.h"

#include <charconv>

#include "core/base64.h"

namespace earshot::verifier {
namespace {

// Takes a line, without its newline, off the front; nothing when there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string to_text(const Checkpoint& checkpoint) {
  std::string text = checkpoint.origin + "\n" + std::to_string(checkpoint.head.size) + "\n" +
                     to_base64(checkpoint.head.root) + "\n";
  for (const std::string& line : checkpoint.extensions) text += line + "\n";
  return text;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto wrong = [](const char* what) {
    return fail(Errc::bad_data, std::string("checkpoint: ") + what);
  };
  Checkpoint checkpoint;
  const auto origin = take_line(text);
  if (!origin || origin->empty()) return wrong("line 1: expected the log's origin");
  checkpoint.origin = *origin;
  const auto size = take_line(text);
  const auto bad_size = [&size, &checkpoint] {
    if (!size || size->empty() || (size->size() > 1 && size->front() == '0')) return true;
    const char* const last = size->data() + size->size();
    const auto [end, error] = std::from_chars(size->data(), last, checkpoint.head.size);
    return error != std::errc{} || end != last;
  };
  if (bad_size()) return wrong("line 2: expected the size, a decimal number");
  const auto root = take_line(text);
  const Result<Hash256> hash = hash_from_base64(root.value_or(""));
  if (!hash) return wrong("line 3: expected the root, 32 bytes of base64");
  checkpoint.head.root = *hash;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (!line || line->empty()) return wrong("an extension line is empty or has no end");
    checkpoint.extensions.emplace_back(*line);
  }
  return checkpoint;
}

Note sign_checkpoint(const Checkpoint& checkpoint, const NoteSigner& log) {
  const std::string text = to_text(checkpoint);
  return {text, {sign_note(log, text)}};
}

Result<Checkpoint> open_checkpoint(const Note& note, const NoteKey& log) {
  if (const Result<NoteEvidence> verified = verify_note(note, log); !verified) {
    return fail(verified.error());
  }
  Result<Checkpoint> checkpoint = parse_checkpoint(note.text);
  if (checkpoint && checkpoint->origin != log.name) {
    return fail(Errc::bad_data, "checkpoint: of " + checkpoint->origin + ", expected " + log.name);
  }
  return checkpoint;
}

Result<Checkpoint> open_checkpoint_cosigned(const Note& note, const NoteKey& witness) {
  if (const Result<NoteEvidence> verified = verify_note(note, witness); !verified) {
    return fail(verified.error());
  }
  return parse_checkpoint(note.text);
}

}  // namespace earshot::verifier
