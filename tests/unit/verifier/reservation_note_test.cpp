#include "verifier/reservation_note.h"

#include <gtest/gtest.h>

#include "tests/doubles/open_channel.h"

namespace earshot::verifier {
namespace {

using rewards::channels::SignedAnchor;

const NoteSigner kMember = *make_note_signer("example.org/a", {});
const rewards::chain::AccountKey kPayer = rewards::channels::numbered_account(21);
const ReservationQuery kQuery{31337, kPayer.address, 7, {1, 2, 3}};

SignedAnchor anchor_for(std::uint64_t epoch) {
  SignedAnchor opening = rewards::channels::open_channel({31337, EvmAddress{0xCC}}, kPayer,
                                                         PublicKey{7}, epoch, 3, 20, epoch, {})
                             .opening;
  return opening;
}

TEST(ReservationNote, SaysWhatWasShown) {
  const std::vector<SignedAnchor> anchors = {anchor_for(7), anchor_for(9)};
  const std::string note = to_string(sign_reservations(kMember, kQuery, anchors));
  EXPECT_EQ(open_reservations(note, kMember.key, kQuery).value(), anchors);
  const std::string none = to_string(sign_reservations(kMember, kQuery, {}));
  EXPECT_TRUE(open_reservations(none, kMember.key, kQuery).value().empty());
  EXPECT_EQ(path_of(kQuery),
            "/v1/channels/" + to_hex(kPayer.address) + "/7/" + "01020300000000000000000000000000");
}

TEST(ReservationNote, IsRefusedWhenItAnswersSomethingElseOrIsNotSigned) {
  const std::vector<SignedAnchor> anchors = {anchor_for(7)};
  const std::string note = to_string(sign_reservations(kMember, kQuery, anchors));
  ReservationQuery other = kQuery;
  other.nonce[0] ^= 1;
  EXPECT_EQ(open_reservations(note, kMember.key, other).error().code, Errc::bad_data);
  const NoteSigner stranger = *make_note_signer("example.org/b", {});
  EXPECT_FALSE(open_reservations(note, stranger.key, kQuery));
  std::string without = note;
  without.erase(without.find("\n4552414e") + 1, 2 * 176 + 1);
  EXPECT_EQ(open_reservations(without, kMember.key, kQuery).error().code, Errc::bad_signature);
  const std::vector<SignedAnchor> early = {anchor_for(6)};
  EXPECT_EQ(
      open_reservations(to_string(sign_reservations(kMember, kQuery, early)), kMember.key, kQuery)
          .error()
          .detail,
      "reservations: an anchor of another payer or epoch than asked for");
}

}  // namespace
}  // namespace earshot::verifier
