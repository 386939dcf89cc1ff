#include "verifier/record.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

class Record : public testing::Test {
 protected:
  Record() {
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
    builder_.add_hotspot(0, 7'000);
    builder_.fill();
    record_ = builder_.build();
    for (std::uint8_t i = 0; i < 11; ++i) record_.log.append(Hash256{i});
    record_.previous = rewards::Artifact{.epoch = 3,
                                         .policy = Hash256{1},
                                         .previous_artifact = Hash256{2},
                                         .log_size = record_.log.size(),
                                         .log_root = record_.log.root(),
                                         .cumulative_total = Uint128{5} << 90,
                                         .debits = {},
                                         .accounts = {{{1}, Uint128{5} << 90}}};
  }
  RecordBuilder builder_;
  EpochRecord record_;
};

TEST_F(Record, DecodesToWhatWasEncoded) {
  ASSERT_FALSE(record_.audits.empty());
  const Bytes bytes = encode(record_);
  const Result<EpochRecord> decoded = decode_record(bytes);
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(*decoded, record_);
  EXPECT_EQ(encode(*decoded), bytes);
}

TEST_F(Record, HoldsOutagesOnlyWhereThereWereSome) {
  const Bytes without = encode(record_);
  record_.outages = {{5, 9}, {20, 21}};
  const Bytes bytes = encode(record_);
  EXPECT_EQ(bytes.size(), without.size() + 4 + 2 * 16);
  EXPECT_EQ(without[5], 3);
  EXPECT_EQ(bytes[5], 4);
  const Result<EpochRecord> decoded = decode_record(bytes);
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(*decoded, record_);
  Bytes other = without;
  other[5] = 4;  // Promises outages and has none.
  EXPECT_FALSE(decode_record(other));
  for (const std::vector<Outage>& wrong : {std::vector<Outage>{{20, 21}, {5, 9}},
                                           {{5, 9}, {9, 10}},
                                           {{9, 5}},
                                           {{7, 7}},
                                           {{-1, 5}},
                                           {{5, INT64_MAX}}}) {
    record_.outages = wrong;
    EXPECT_FALSE(decode_record(encode(record_)));
  }
}

TEST_F(Record, NamesSeveralVerifiersOrNone) {
  const Bytes without = encode(record_);
  record_.verifiers = {EvmAddress{1}, EvmAddress{2}, EvmAddress{3}};
  const Bytes bytes = encode(record_);
  EXPECT_EQ(bytes[5], 5);
  EXPECT_EQ(bytes.size(), without.size() + 4 + 3 * 20 + 4);
  EXPECT_EQ(decode_record(bytes).value(), record_);
  record_.outages = {{5, 9}};
  EXPECT_EQ(decode_record(encode(record_)).value(), record_);
  Bytes other = without;
  other[5] = 5;  // Promises verifiers and has none.
  EXPECT_FALSE(decode_record(other));
  record_.verifiers = {EvmAddress{2}, EvmAddress{1}};
  EXPECT_FALSE(decode_record(encode(record_)));
  record_.verifiers = {EvmAddress{2}, EvmAddress{2}};
  EXPECT_FALSE(decode_record(encode(record_)));
}

TEST_F(Record, IsRefusedWhenCutAnywhere) {
  const Bytes bytes = encode(record_);
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 50) {
    EXPECT_FALSE(decode_record(ByteView(bytes).first(size))) << size;
  }
}

TEST_F(Record, IsRefusedWithBytesLeftOver) {
  Bytes bytes = encode(record_);
  bytes.push_back(0);
  EXPECT_FALSE(decode_record(bytes));
}

TEST_F(Record, IsRefusedInAnotherOrder) {
  EpochRecord other = record_;
  std::swap(other.messages.front(), other.messages.back());
  EXPECT_FALSE(decode_record(encode(other)));
  other = record_;
  std::swap(other.onboardings.front(), other.onboardings.back());
  EXPECT_FALSE(decode_record(encode(other)));
  other = record_;
  std::ranges::reverse(other.audits);
  EXPECT_EQ(decode_record(encode(other)).has_value(), other.audits.size() == 1);
}

TEST_F(Record, IsRefusedWithAMessageTwice) {
  record_.messages.insert(record_.messages.begin(), record_.messages.front());
  EXPECT_FALSE(decode_record(encode(record_)));
}

TEST_F(Record, IsRefusedWithAnOnboardingAmongMessages) {
  std::swap(record_.onboardings, record_.messages);
  EXPECT_FALSE(decode_record(encode(record_)));
}

TEST_F(Record, IsRefusedWhenACountPromisesMoreThanThereIs) {
  Bytes bytes = encode(EpochRecord{});
  // Without verifiers a round's row takes no bytes, so that the count is all there is to go by.
  const std::size_t rounds_at = 4 + 2 + 8 + 8 + 3 * 32 + 8 + 8 + 4 + 4;
  bytes[rounds_at] = 0xFF;
  const Result<EpochRecord> decoded = decode_record(bytes);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().detail, "record: too few bytes of links");
}

TEST_F(Record, IsRefusedWithAnEdgeThatIsNotOfItsLogsSize) {
  const EpochRecord none;
  Bytes bytes = encode(none);
  const std::size_t log_at =
      bytes.size() - 8 - 4 - 8;  // Before no previous artifact and no history.
  bytes[log_at + 7] = 3;         // Two hashes, of which none is there.
  EXPECT_FALSE(decode_record(bytes));
  bytes = encode(none);
  bytes[log_at] = 0x80;
  bytes.insert(bytes.end() - 12, 32, 0);
  const Result<EpochRecord> huge = decode_record(bytes);
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().detail,
            "record: log edge: size 9223372036854775808, at most 4611686018427387904");
}

TEST_F(Record, IsRefusedWithAPreviousArtifactThatIsNone) {
  record_.previous->cumulative_total += 1;
  const Result<EpochRecord> decoded = decode_record(encode(record_));
  ASSERT_FALSE(decoded);
  EXPECT_TRUE(decoded.error().detail.starts_with("record: previous rewards artifact: the accounts"))
      << decoded.error().detail;
}

TEST_F(Record, KeepsTheReceptionThatWasCompleteFirst) {
  EpochRecord twice = record_;
  LoggedMessage later = record_.messages.front();
  later.body_received += 1;
  twice.messages.push_back(later);
  later.header_received -= 1;
  twice.messages.push_back(later);
  canonicalize(twice);
  EXPECT_EQ(twice, record_);
}

TEST_F(Record, HasNoEntropyForARoundWithoutEnoughLinks) {
  const Round round = record_.first_entropy_round;
  EXPECT_TRUE(entropy_of(record_, round));
  EXPECT_FALSE(entropy_of(record_, round - 1));
  EXPECT_FALSE(entropy_of(record_, round + record_.links.size()));
  record_.links[0][0] = Hash256{};
  EXPECT_FALSE(entropy_of(record_, round));
}

}  // namespace
}  // namespace earshot::verifier
