#include "verifier/quorum/misbehaviour.h"

#include <nlohmann/json.hpp>

#include "core/message_json.h"
#include "verifier/quorum/statement.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

constexpr const char* kEquivocation = "equivocation";
constexpr const char* kOtherRoot = "other_root";

tl::unexpected<Error> malformed(const std::string& what) {
  return fail(Errc::bad_data, "misbehaviour file: " + what);
}

Result<Misbehaviour> check_equivocation(const Json& json) {
  const auto is_text = [&](const Json& value) { return value.is_string(); };
  if (json.size() != 3 || !json.contains("log_key") || !json["log_key"].is_string() ||
      !json.contains("notes") || !json["notes"].is_array() || json["notes"].size() != 2 ||
      !std::all_of(json["notes"].begin(), json["notes"].end(), is_text)) {
    return malformed("an equivocation has kind, log_key and two notes");
  }
  const Result<NoteKey> key = parse_note_key(json["log_key"].get<std::string>());
  if (!key) return malformed(key.error().detail);
  std::vector<Note> notes;
  for (const Json& text : json["notes"]) {
    Result<Note> note = parse_note(text.get<std::string>());
    if (!note) return malformed(note.error().detail);
    if (const Result<NoteEvidence> own = verify_note(*note, *key); !own) return fail(own.error());
    notes.push_back(std::move(*note));
  }
  const std::optional<std::string> what = contradiction_of(*key, notes[0], notes[1]);
  if (!what) return fail(Errc::check_failed, "the two notes do not contradict each other");
  return Misbehaviour{key->to_string(), *what, {}};
}

}  // namespace

std::string equivocation_file(const NoteKey& log, const Note& one, const Note& other) {
  const Json json = {{"kind", kEquivocation},
                     {"log_key", log.to_string()},
                     {"notes", {to_string(one), to_string(other)}}};
  return json.dump(2) + "\n";
}

std::string other_root_file(const EpochSignature& signature) {
  const Json json = {{"kind", kOtherRoot}, {"signed", to_json(signature)}};
  return json.dump(2) + "\n";
}

std::optional<std::string> contradiction_of(const NoteKey& log, const Note& one,
                                            const Note& other) {
  if (!verify_note(one, log) || !verify_note(other, log)) return std::nullopt;
  const Result<Checkpoint> a = parse_checkpoint(one.text);
  const Result<Checkpoint> b = parse_checkpoint(other.text);
  if (!a || !b || a->origin != log.name || b->origin != log.name) return std::nullopt;
  if (a->head.size == b->head.size && a->head.root != b->head.root) {
    return "signed two roots of its log at size " + std::to_string(a->head.size) + ": " +
           to_hex(a->head.root) + " and " + to_hex(b->head.root);
  }
  const Result<Statement> left = parse_statement(one.text);
  const Result<Statement> right = parse_statement(other.text);
  if (!left || !right || *left == *right) return std::nullopt;
  if (left->phase != right->phase || left->network != right->network ||
      left->epoch != right->epoch || left->quorum != right->quorum) {
    return std::nullopt;
  }
  return "stated two things in the phase " + std::string(phase_name(left->phase)) + " of epoch " +
         std::to_string(left->epoch) + ": " + to_hex(left->content) + " at size " +
         std::to_string(left->checkpoint.head.size) + " and " + to_hex(right->content) +
         " at size " + std::to_string(right->checkpoint.head.size);
}

Result<Misbehaviour> check_misbehaviour(std::string_view file) {
  const Result<Json> json = parse_json(file);
  if (!json) return malformed(json.error().detail);
  if (!json->is_object() || !json->contains("kind") || !(*json)["kind"].is_string()) {
    return malformed("expected an object with a kind");
  }
  const auto kind = (*json)["kind"].get<std::string>();
  if (kind == kEquivocation) return check_equivocation(*json);
  if (kind != kOtherRoot || json->size() != 2 || !json->contains("signed")) {
    return malformed("its kind is neither equivocation nor other_root");
  }
  Result<EpochSignature> signature = epoch_signature_from_json((*json)["signed"]);
  if (!signature) return fail(signature.error());
  const std::string who = "0x" + to_hex(signature->signer);
  return Misbehaviour{who,
                      "signed rewards root " + to_hex(signature->epoch.rewards_root) +
                          " for epoch " + std::to_string(signature->epoch.epoch),
                      std::move(*signature)};
}

}  // namespace earshot::verifier
