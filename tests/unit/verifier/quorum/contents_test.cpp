#include "verifier/quorum/contents.h"

#include <gtest/gtest.h>

#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

IntakeItem item(std::uint8_t number) {
  return {.message = {number},
          .header = {9},
          .envelope = {8},
          .header_received = number,
          .body_received = -number,
          .header_index = 1,
          .body_index = 2};
}

IntakeList list_of_all() {
  return {.onboardings = {item(1)},
          .messages = {item(2), item(3)},
          .links = {{7, {Hash256{1}, Hash256{}, Hash256{3}}}}};
}

TEST(Contents, ComeBackAsTheyWere) {
  EXPECT_EQ(*decode_intake_list(encode(list_of_all()), 3), list_of_all());
  EXPECT_EQ(*decode_intake_list(encode(IntakeList{}), 3), IntakeList{});
  const Commitment commitment{.tip = {1}, .head = 7, .committed_at = 9};
  EXPECT_EQ(*decode_commitment(encode(commitment)), commitment);
  const Measured measured{
      .audits = {{.report = {1}, .outcome = AuditOutcome::measured, .rssi_cdbm = -5},
                 {.report = {2}}},
      .noise = {{.one = {1}, .other = {2}, .correlation_ppm = 7}, {.one = {1}, .other = {3}}}};
  EXPECT_EQ(*decode_measured(encode(measured)), measured);
  EXPECT_EQ(*decode_measured(encode(Measured{})), Measured{});
  const std::vector<Bytes> envelopes = {{1, 2}, {}, {3}};
  EXPECT_EQ(*parse_envelopes(bundle_envelopes(envelopes)), envelopes);
}

TEST(Contents, AreRefusedWhenCutLengthenedOrOutOfOrder) {
  const Bytes whole = encode(list_of_all());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_intake_list(ByteView(whole).first(size), 3)) << size;
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(decode_intake_list(longer, 3));
  EXPECT_FALSE(decode_intake_list(whole, 2)) << "rows are of another number of members";
  IntakeList twice = list_of_all();
  twice.messages = {item(3), item(3)};
  EXPECT_FALSE(decode_intake_list(encode(twice), 3));
  IntakeList rounds = list_of_all();
  rounds.links.push_back(rounds.links[0]);
  EXPECT_FALSE(decode_intake_list(encode(rounds), 3));
  EXPECT_FALSE(decode_measured(encode(Measured{{{.report = {2}}, {.report = {1}}}, {}})));
  EXPECT_FALSE(decode_measured(encode(Measured{{}, {{.one = {2}}, {.one = {2}}}})));
  EXPECT_FALSE(decode_commitment(encode(Commitment{.head = UINT64_MAX})));
}

TEST(Contents, AnEnvelopeIsTheMessageWithoutTimes) {
  RecordBuilder builder;
  builder.add_hotspot(0, 0);
  LoggedMessage logged = builder.sign(0, {builder.hotspot(0).onboarding})[0];
  const Hash256 hash = envelope_hash(logged);
  logged.body_received += 1;
  EXPECT_EQ(envelope_hash(logged), hash);
  LoggedMessage back = *decode_envelope(envelope_bytes(logged));
  EXPECT_EQ(back.header_received, 0);
  back.header_received = logged.header_received;
  back.body_received = logged.body_received;
  EXPECT_EQ(back, logged);
  EXPECT_FALSE(decode_envelope(encode(logged))) << "it has times";
  logged.header.signature[0] ^= 1;
  EXPECT_NE(envelope_hash(logged), hash);
}

}  // namespace
}  // namespace earshot::verifier
