#include "verifier/log/note.h"

#include <algorithm>
#include <charconv>

#include "core/base64.h"
#include "core/hash.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kDash = "\u2014 ";  // Given: an em dash and a blank begin a signature.
constexpr std::size_t kMostSignatures = 100;   // Given: signed-note lets readers refuse more.
constexpr std::string_view kPrivate = "PRIVATE+KEY+";

bool is_good_name(std::string_view name) {
  return !name.empty() && name.find_first_of(" +\t\r\n\v\f") == std::string_view::npos;
}

std::string hex_of(std::uint32_t id) {
  Writer out;
  out.put(id);
  return to_hex(out.bytes());
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80           ? 1
                               : (first >> 5) == 0x06 ? 2
                               : (first >> 4) == 0x0E ? 3
                               : (first >> 3) == 0x1E ? 4
                                                      : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

// "<name>+<id>+<base64>" -> its parts.
struct KeyText {
  std::string_view name;
  std::uint32_t id = 0;
  NoteKeyType type = NoteKeyType::ed25519;
  ByteArray<32> bytes{};
};

Result<KeyText> parse_key_text(std::string_view text) {
  const auto wrong = [] {
    return fail(Errc::bad_data,
                "note key: expected NAME+ID+BASE64, with an Ed25519 key of 32 bytes");
  };
  const std::size_t first = text.find('+');
  const std::size_t second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return wrong();
  KeyText parts;
  parts.name = text.substr(0, first);
  const std::string_view id = text.substr(first + 1, second - first - 1);
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), parts.id, 16);
  const Result<Bytes> bytes = from_base64(text.substr(second + 1));
  if (!is_good_name(parts.name) || id.size() != 8 || error != std::errc{} ||
      end != id.data() + id.size() || !bytes || bytes->size() != 33) {
    return wrong();
  }
  parts.type = static_cast<NoteKeyType>((*bytes)[0]);
  if (parts.type != NoteKeyType::ed25519 && parts.type != NoteKeyType::cosignature_v1) {
    return fail(Errc::bad_data, "note key: signature type " + std::to_string((*bytes)[0]) +
                                    ", allowed is 1 (Ed25519) or 4 (cosignature/v1)");
  }
  std::copy(bytes->begin() + 1, bytes->end(), parts.bytes.begin());
  return parts;
}

Error wrong_id(std::uint32_t found, std::uint32_t expected) {
  return {Errc::bad_data,
          "note key: found id " + hex_of(found) + ", its name and key give " + hex_of(expected)};
}

std::string cosigned_text(std::string_view text, std::uint64_t seconds) {
  return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(text);
}

// "— name base64", without its newline.
Result<NoteSignature> parse_signature(std::string_view line) {
  const auto wrong = [&line] {
    return fail(Errc::bad_data, "note: \"" + std::string(line.substr(0, 60)) +
                                    "\" is no signature line: an em dash, a name, base64");
  };
  if (!line.starts_with(kDash)) return wrong();
  line.remove_prefix(kDash.size());
  const std::size_t blank = line.find(' ');
  if (blank == line.npos || !is_good_name(line.substr(0, blank))) return wrong();
  const Result<Bytes> bytes = from_base64(line.substr(blank + 1));
  if (!bytes || bytes->size() < 5) return wrong();
  Reader in(*bytes);
  NoteSignature signature{
      .name = std::string(line.substr(0, blank)), .key_id = in.get<std::uint32_t>(), .bytes = {}};
  const ByteView rest = in.get_bytes(in.left());
  signature.bytes.assign(rest.begin(), rest.end());
  return signature;
}

}  // namespace

std::uint32_t NoteKey::id() const {
  const auto kind = static_cast<std::uint8_t>(type);
  const Hash256 hash = sha256({as_bytes(name), as_bytes("\n"), ByteView(&kind, 1), public_key});
  return Reader(hash).get<std::uint32_t>();
}

std::string NoteKey::to_string() const {
  Bytes bytes = {static_cast<std::uint8_t>(type)};
  bytes.insert(bytes.end(), public_key.begin(), public_key.end());
  return name + "+" + hex_of(id()) + "+" + to_base64(bytes);
}

Result<NoteKey> parse_note_key(std::string_view text) {
  const Result<KeyText> parts = parse_key_text(text);
  if (!parts) return fail(parts.error());
  NoteKey key{std::string(parts->name), parts->type, parts->bytes};
  if (key.id() != parts->id) return fail(wrong_id(parts->id, key.id()));
  return key;
}

Result<NoteSigner> make_note_signer(const std::string& name, const ByteArray<32>& seed,
                                    NoteKeyType type) {
  if (!is_good_name(name)) {
    return fail(Errc::bad_data,
                "note key: the name \"" + name + "\" is empty or holds blanks or +");
  }
  const SigningKey secret = signing_key_from_seed(seed);
  return NoteSigner{{name, type, secret.public_key}, secret};
}

Result<NoteSigner> parse_note_signer(std::string_view text, NoteKeyType type) {
  if (!text.starts_with(kPrivate)) {
    return fail(Errc::bad_data, "note key: a private key begins with " + std::string(kPrivate));
  }
  const Result<KeyText> parts = parse_key_text(text.substr(kPrivate.size()));
  if (!parts) return fail(parts.error());
  Result<NoteSigner> signer = make_note_signer(std::string(parts->name), parts->bytes, parts->type);
  if (!signer) return signer;
  if (signer->key.id() != parts->id) return fail(wrong_id(parts->id, signer->key.id()));
  signer->key.type = type;
  return signer;
}

Result<Note> parse_note(std::string_view bytes) {
  const bool has_control = std::ranges::any_of(
      bytes, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
  if (has_control || !is_utf8(bytes)) {
    return fail(Errc::bad_data, "note: control characters or no UTF-8");
  }
  const std::size_t split = bytes.rfind("\n\n");
  if (split == bytes.npos || !bytes.ends_with('\n') || split + 2 == bytes.size()) {
    return fail(Errc::bad_data, "note: expected a text, an empty line and signature lines");
  }
  Note note{.text = std::string(bytes.substr(0, split + 1)), .signatures = {}};
  for (std::string_view rest = bytes.substr(split + 2); !rest.empty();) {
    const std::size_t end = rest.find('\n');
    Result<NoteSignature> signature = parse_signature(rest.substr(0, end));
    if (!signature) return fail(signature.error());
    if (note.signatures.size() == kMostSignatures) {
      return fail(Errc::bad_data, "note: more than 100 signatures");
    }
    note.signatures.push_back(*std::move(signature));
    rest.remove_prefix(end + 1);
  }
  return note;
}

std::string to_string(const Note& note) {
  std::string out = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) {
    Writer bytes;
    bytes.put(signature.key_id);
    bytes.put(ByteView(signature.bytes));
    out += std::string(kDash) + signature.name + " " + to_base64(bytes.bytes()) + "\n";
  }
  return out;
}

NoteSignature sign_note(const NoteSigner& signer, std::string_view text) {
  const Signature signature = sign(signer.secret, as_bytes(text));
  return {signer.key.name, signer.key.id(), {signature.begin(), signature.end()}};
}

NoteSignature cosign_note(const NoteSigner& signer, std::string_view text, std::uint64_t seconds) {
  Writer bytes;
  bytes.put(seconds);
  bytes.put(sign(signer.secret, as_bytes(cosigned_text(text, seconds))));
  return {signer.key.name, signer.key.id(), std::move(bytes).take()};
}

Result<NoteEvidence> verify_note(const Note& note, const NoteKey& key) {
  const std::uint32_t id = key.id();
  bool is_timed = key.type == NoteKeyType::cosignature_v1;
  const auto found = std::ranges::find_if(note.signatures, [&](const NoteSignature& signature) {
    return signature.name == key.name && signature.key_id == id;
  });
  if (found == note.signatures.end()) {
    return fail(Errc::check_failed, "note: not signed by " + key.to_string());
  }
  Reader in(found->bytes);
  NoteEvidence evidence;
  if (is_timed) evidence.seconds = in.get<std::uint64_t>();
  const auto signature = in.get_array<64>();
  const std::string text = is_timed ? cosigned_text(note.text, *evidence.seconds) : note.text;
  if (in.failed() || in.left() != 0 ||
      !verify_signature(key.public_key, as_bytes(text), signature)) {
    return fail(Errc::bad_signature, "note: the signature by " + key.to_string() + " is wrong");
  }
  return evidence;
}

}  // namespace earshot::verifier
