#include "verifier/reservation_note.h"

namespace earshot::verifier {
namespace {

using rewards::channels::SignedAnchor;

std::string head_of(const ReservationQuery& query) {
  return "earshot/v1/reservations\n" + std::to_string(query.network) + " " + to_hex(query.payer) +
         " " + std::to_string(query.first) + " " + to_hex(query.nonce) + "\n";
}

Result<SignedAnchor> anchor_of(std::string_view line, const ReservationQuery& query) {
  const Result<Bytes> bytes = from_hex(line);
  if (!bytes) return fail(Errc::bad_data, "reservations: " + bytes.error().detail);
  Result<SignedAnchor> opening = rewards::channels::decode_anchor(*bytes);
  if (!opening) return fail(Errc::bad_data, "reservations: " + opening.error().detail);
  if (opening->anchor.payer != query.payer || opening->anchor.epoch < query.first) {
    return fail(Errc::bad_data, "reservations: an anchor of another payer or epoch than asked for");
  }
  return opening;
}

}  // namespace

std::string path_of(const ReservationQuery& query) {
  return "/v1/channels/" + to_hex(query.payer) + "/" + std::to_string(query.first) + "/" +
         to_hex(query.nonce);
}

Note sign_reservations(const NoteSigner& signer, const ReservationQuery& query,
                       std::span<const SignedAnchor> anchors) {
  std::string text = head_of(query);
  for (const SignedAnchor& anchor : anchors) text += to_hex(encode(anchor)) + "\n";
  return {text, {sign_note(signer, text)}};
}

Result<std::vector<SignedAnchor>> open_reservations(std::string_view bytes, const NoteKey& member,
                                                    const ReservationQuery& query) {
  const Result<Note> note = parse_note(bytes);
  if (!note) return fail(note.error());
  if (const auto own = verify_note(*note, member); !own) return fail(own.error());
  const std::string head = head_of(query);
  if (!note->text.starts_with(head)) {
    return fail(Errc::bad_data, "reservations: not the answer to what was asked");
  }
  std::vector<SignedAnchor> anchors;
  std::string_view rest = std::string_view(note->text).substr(head.size());
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');  // A note's text ends with one.
    Result<SignedAnchor> opening = anchor_of(rest.substr(0, end), query);
    if (!opening) return fail(opening.error());
    anchors.push_back(std::move(*opening));
    rest.remove_prefix(end + 1);
  }
  return anchors;
}

}  // namespace earshot::verifier
