// A log's head as others see it (C2SP tlog-checkpoint): a signed note whose text is
//
//     origin
//     size, decimal
//     root, base64
//     extension lines, if any
#pragma once
#include "verifier/log/intake_log.h"
#include "verifier/log/note.h"

namespace earshot::verifier {

struct Checkpoint {
  std::string origin;  // Not empty: the log's name.
  LogHead head;
  std::vector<std::string> extensions;  // Lines that are not empty.
  bool operator==(const Checkpoint&) const = default;
};

std::string to_text(const Checkpoint& checkpoint);
// Of a note's text. Errc::bad_data says which line is wrong.
Result<Checkpoint> parse_checkpoint(std::string_view text);

// The note, signed by the log.
Note sign_checkpoint(const Checkpoint& checkpoint, const NoteSigner& log);
// The checkpoint of a note that `log` signed; its origin must be the key's name.
Result<Checkpoint> open_checkpoint(const Note& note, const NoteKey& log);
// The same of a checkpoint that `witness` (a cosignature key) cosigned, whosever it is.
Result<Checkpoint> open_checkpoint_cosigned(const Note& note, const NoteKey& witness);

}  // namespace earshot::verifier
