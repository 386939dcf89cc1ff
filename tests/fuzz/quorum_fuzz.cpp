// links: core rewards verifier
// What verifiers tell each other: the first byte says which decoder the rest is for.
#include <algorithm>
#include <cassert>
#include <string_view>

#include "verifier/quorum/contents.h"
#include "verifier/quorum/misbehaviour.h"
#include "verifier/quorum/quorum_entropy.h"
#include "verifier/quorum/statement.h"
#include "verifier/reservation_note.h"

namespace {

using namespace earshot;            // NOLINT: a program, not a header
using namespace earshot::verifier;  // NOLINT

constexpr std::size_t kMembers = 3;

void look_at_bytes(char kind, ByteView bytes) {
  const auto same = [&](const Bytes& again) { assert(std::ranges::equal(again, bytes)); };
  if (kind == 'c') {
    if (const auto found = decode_commitment(bytes)) same(encode(*found));
  } else if (kind == 'i') {
    if (const auto found = decode_intake_list(bytes, kMembers)) same(encode(*found));
  } else if (kind == 'a') {
    if (const auto found = decode_measured(bytes)) same(encode(*found));
  } else if (kind == 'e') {
    if (const auto found = parse_envelopes(bytes)) same(bundle_envelopes(*found));
  } else if (kind == 'o') {
    if (const auto found = decode_envelope(bytes)) same(envelope_bytes(*found));
  }
}

void look_at_text(char kind, std::string_view text) {
  if (kind == 's') {
    const auto found = parse_statement(text);
    if (found) assert(to_text(*found) == text);
  } else if (kind == 'm') {
    (void)check_misbehaviour(text);
  } else if (kind == 'l') {
    static const NoteSigner signer = *make_note_signer("example.org/log", {});
    Quorum quorum;
    quorum.network = 31337;
    quorum.members = {{"", signer.key, {1}}, {"", signer.key, {2}}, {"", signer.key, {3}}};
    const std::string body = "earshot/v1/links\n31337 7\n" + std::string(text);
    (void)open_links(text, quorum, 0, 7);
    // Behind a good signature, too.
    const Note note{body, {sign_note(signer, body)}};
    (void)open_links(to_string(note), quorum, 0, 7);
  } else if (kind == 'r') {
    // Behind the head that belongs there and a good signature, too.
    static const NoteSigner signer = *make_note_signer("example.org/log", {});
    const ReservationQuery query{31337, {1}, 7, {}};
    const std::string head = sign_reservations(signer, query, {}).text;
    (void)open_reservations(text, signer.key, query);
    const std::string body = head + std::string(text);
    const Note note{body, {sign_note(signer, body)}};
    const auto found = open_reservations(to_string(note), signer.key, query);
    if (!found) return;
    const std::string again = to_string(sign_reservations(signer, query, *found));
    assert(*open_reservations(again, signer.key, query) == *found);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const char kind = static_cast<char>(data[0]);
  look_at_bytes(kind, ByteView(data + 1, size - 1));
  look_at_text(kind, {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
