#include "verifier/verdict.h"

#include <gtest/gtest.h>

namespace earshot::verifier {
namespace {

Verdict example() {
  return {.message = {1, 2},
          .type = MessageType::witness_report,
          .hotspot = {3},
          .round = 28'000'001,
          .decision = Decision::rejected,
          .reason = "rssi_above_free_space",
          .rule = "pairwise",
          .findings = {{"rssi_cdbm", -5'000}, {"free_space_bound_cdbm", INT64_MIN}}};
}

TEST(Verdict, DecodesToWhatWasEncoded) {
  const Result<Verdict> decoded = decode_verdict(encode(example()));
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(*decoded, example());
}

TEST(Verdict, IsRefusedCutOrLonger) {
  Bytes bytes = encode(example());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_verdict(ByteView(bytes).first(size))) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(decode_verdict(bytes));
}

TEST(Verdict, IsRefusedWithATypeOrADecisionThatThereIsNot) {
  Bytes bytes = encode(example());
  bytes[32] = 9;
  EXPECT_FALSE(decode_verdict(bytes));
  bytes = encode(example());
  bytes[32 + 1 + 32 + 8] = 0;
  EXPECT_FALSE(decode_verdict(bytes));
}

TEST(Verdict, NamesItsDecision) {
  EXPECT_EQ(decision_name(Decision::void_), "void");
  EXPECT_EQ(decision_name(Decision::late), "late");
}

}  // namespace
}  // namespace earshot::verifier
