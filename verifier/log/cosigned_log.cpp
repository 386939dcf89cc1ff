#include "verifier/log/cosigned_log.h"

#include <charconv>

#include "rewards/chain/http.h"
#include "verifier/log/witness.h"

namespace earshot::verifier {
namespace {

constexpr std::chrono::seconds kWitnessTimeout{10};  // Chosen: a witness waits for its disk only.

// The size in a 409's body.
std::optional<std::uint64_t> size_in(std::string_view body) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), size);
  const bool is_line = error == std::errc{} && std::string_view(end, body.end()) == "\n";
  return is_line ? std::optional(size) : std::nullopt;
}

}  // namespace

Result<WitnessAddress> parse_witness_address(const std::string& text) {
  const std::size_t blank = text.find(' ');
  if (blank == text.npos) return fail(Errc::bad_data, "expected a key, a blank and a URL");
  const Result<NoteKey> key = parse_note_key(text.substr(0, blank));
  if (!key) return fail(key.error());
  if (key->type != NoteKeyType::cosignature_v1) {
    return fail(Errc::bad_data, "the key signs notes, a witness's key cosigns them");
  }
  WitnessAddress address{*key, text.substr(blank + 1)};
  while (address.url.ends_with('/')) address.url.pop_back();
  const Result<rewards::chain::Endpoint> endpoint = rewards::chain::parse_endpoint(address.url);
  if (!endpoint) return fail(Errc::bad_data, endpoint.error().detail);
  return address;
}

Result<WitnessReply> ask_over_http(const std::string& url, const std::string& body) {
  const Result<rewards::chain::Endpoint> endpoint = rewards::chain::parse_endpoint(url);
  if (!endpoint) return fail(endpoint.error());
  Result<rewards::chain::HttpReply> reply =
      rewards::chain::http_post(*endpoint, body, "text/plain; charset=utf-8", kWitnessTimeout);
  if (!reply) return fail(reply.error());
  return WitnessReply{reply->status, std::move(reply->body)};
}

CosignedLog::CosignedLog(Parts parts)
    : parts_(std::move(parts)), known_(parts_.witnesses.size(), 0) {}

std::optional<Note> CosignedLog::published() const {
  if (parts_.witnesses.empty()) {
    return sign_checkpoint({key().name, parts_.head(), {}}, parts_.signer);
  }
  const std::lock_guard lock(mutex_);
  return published_;
}

Result<WitnessReply> CosignedLog::send(std::size_t witness, const LogHead& head,
                                       const Note& note) const {
  AddCheckpoint request{known_[witness], {}, note};
  if (request.old_size > 0) {
    Result<std::vector<Hash256>> proof =
        TileTree(parts_.hashes).consistency(request.old_size, head.size);
    if (!proof) return fail(proof.error());
    request.proof = *std::move(proof);
  }
  return parts_.ask(parts_.witnesses[witness].url + "/add-checkpoint", to_string(request));
}

Result<NoteSignature> CosignedLog::cosignature_of(std::size_t witness, const LogHead& head,
                                                  const Note& note) {
  const NoteKey& key = parts_.witnesses[witness].key;
  const auto failed = [&key](const std::string& detail) {
    return fail(Errc::unavailable, key.name + ": " + detail);
  };
  Result<WitnessReply> reply = send(witness, head, note);
  if (reply && reply->status == 409) {
    // It has seen more of the log than we remember, after our restart for one.
    const std::optional<std::uint64_t> size = size_in(reply->body);
    if (!size || *size > head.size) {
      return failed("it cosigned another history: it has seen " +
                    (size ? std::to_string(*size) : "an unknown number of") +
                    " entries, there are " + std::to_string(head.size));
    }
    known_[witness] = *size;
    reply = send(witness, head, note);
  }
  if (!reply) return failed(reply.error().detail);
  if (reply->status != 200) return failed("it answers " + std::to_string(reply->status));
  const Result<Note> answer = parse_note(note.text + "\n" + reply->body);
  if (!answer) return failed(answer.error().detail);
  if (const Result<NoteEvidence> good = verify_note(*answer, key); !good) {
    return failed(good.error().detail);
  }
  known_[witness] = head.size;
  for (const NoteSignature& signature : answer->signatures) {
    if (signature.name == key.name && signature.key_id == key.id()) return signature;
  }
  return failed("it gave no cosignature");
}

Result<void> CosignedLog::refresh() {
  if (parts_.witnesses.empty()) return {};
  const LogHead head = parts_.head();
  const Note signed_by_log = sign_checkpoint({key().name, head, {}}, parts_.signer);
  Note note = signed_by_log;
  std::string failures;
  for (std::size_t i = 0; i < parts_.witnesses.size(); ++i) {
    Result<NoteSignature> cosignature = cosignature_of(i, head, signed_by_log);
    if (cosignature) {
      note.signatures.push_back(*std::move(cosignature));
    } else {
      failures += (failures.empty() ? "" : "; ") + cosignature.error().detail;
    }
  }
  if (note.signatures.size() > parts_.least) {  // One is the log's own.
    const std::lock_guard lock(mutex_);
    published_ = std::move(note);
  }
  if (failures.empty()) return {};
  return fail(Errc::unavailable, failures);
}

}  // namespace earshot::verifier
