// Signed notes (C2SP signed-note): a text and signature lines below it, each by a named key.
//
//     text, ends with a newline
//     (empty line)
//     — <name> <base64(key id, 4 bytes || signature)>
//
// Ed25519 signs the text itself; a cosignature (C2SP tlog-cosignature, v1) says that somebody saw
// the checkpoint at a time.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/identity.h"

namespace earshot::verifier {

enum class NoteKeyType : std::uint8_t {
  ed25519 = 0x01,
  cosignature_v1 = 0x04,  // Ed25519 over "cosignature/v1\ntime <seconds>\n" and the text.
};

// How a note's signer is known to others: "<name>+<key id, hex>+<base64(type || public key)>".
struct NoteKey {
  std::string name;  // Not empty, neither blanks nor "+".
  NoteKeyType type = NoteKeyType::ed25519;
  PublicKey public_key{};

  // First 4 bytes of SHA-256(name || 0x0A || type || public key).
  std::uint32_t id() const;
  std::string to_string() const;
  bool operator==(const NoteKey&) const = default;
};
// Errc::bad_data when the form is wrong, the id does not fit, or the type is neither of ours.
Result<NoteKey> parse_note_key(std::string_view text);

struct NoteSigner {
  NoteKey key;
  SigningKey secret;
};
// "PRIVATE+KEY+<name>+<key id, hex>+<base64(0x01 || seed)>"; as parse_note_key. The type of the
// result is `type`: one seed serves for both.
Result<NoteSigner> parse_note_signer(std::string_view text,
                                     NoteKeyType type = NoteKeyType::ed25519);
Result<NoteSigner> make_note_signer(const std::string& name, const ByteArray<32>& seed,
                                    NoteKeyType type = NoteKeyType::ed25519);

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes bytes;  // 64 of Ed25519; a cosignature has the time, 8 bytes, before them.
};

struct Note {
  std::string text;  // Ends with a newline.
  std::vector<NoteSignature> signatures;
};

// Errc::bad_data: no text, no signature, more than 100 lines of them, control characters, not
// UTF-8.
Result<Note> parse_note(std::string_view bytes);
std::string to_string(const Note& note);

// A signature line of `text` by `signer`. Precondition: its type is ed25519.
NoteSignature sign_note(const NoteSigner& signer, std::string_view text);
// By a witness, at a time (Unix seconds). Precondition: its type is cosignature_v1.
NoteSignature cosign_note(const NoteSigner& signer, std::string_view text, std::uint64_t seconds);

// Whether the note has a good signature by `key`; for a cosignature also when it was made.
// Errc::check_failed when there is none, Errc::bad_signature when there is one that fails.
struct NoteEvidence {
  std::optional<std::uint64_t> seconds;
};
Result<NoteEvidence> verify_note(const Note& note, const NoteKey& key);

}  // namespace earshot::verifier
