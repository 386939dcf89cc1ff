#include "hotspot/duty_ledger.h"

#include <random>

#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

constexpr std::int64_t kSecond = kNanosPerSecond;
constexpr std::int64_t kHour = 3600 * kSecond;
const Region& kOnePercent = *find_region(RegionId::eu868);

TEST(DutyLedger, AllowsAnHourItsShareAndNotANanosecondMore) {
  const TemporaryDirectory directory;
  Result<DutyLedger> ledger = DutyLedger::open(directory.file("duty"));
  ASSERT_TRUE(ledger);
  ASSERT_TRUE(ledger->reserve({1, 10 * kHour, 30 * kSecond}));
  EXPECT_TRUE(ledger->allows({2, 10 * kHour + 60 * kSecond, 6 * kSecond}, kOnePercent));
  EXPECT_FALSE(ledger->allows({2, 10 * kHour + 60 * kSecond, 6 * kSecond + 1}, kOnePercent));
  EXPECT_TRUE(ledger->allows({3, 11 * kHour + 30 * kSecond, 36 * kSecond}, kOnePercent));
}

TEST(DutyLedger, CountsWhatComesAfterToo) {
  const TemporaryDirectory directory;
  Result<DutyLedger> ledger = DutyLedger::open(directory.file("duty"));
  ASSERT_TRUE(ledger);
  ASSERT_TRUE(ledger->reserve({2, 10 * kHour, 30 * kSecond}));
  EXPECT_FALSE(ledger->allows({1, 10 * kHour - 60 * kSecond, 7 * kSecond}, kOnePercent));
}

TEST(DutyLedger, BindsAcrossARestart) {
  const TemporaryDirectory directory;
  const AirTime entry = {7, 10 * kHour, 36 * kSecond};
  {
    Result<DutyLedger> ledger = DutyLedger::open(directory.file("duty"));
    ASSERT_TRUE(ledger);
    ASSERT_TRUE(ledger->reserve(entry));
  }
  const Result<DutyLedger> ledger = DutyLedger::open(directory.file("duty"));
  ASSERT_TRUE(ledger);
  EXPECT_EQ(ledger->of_round(7), entry);
  EXPECT_FALSE(ledger->allows({8, 10 * kHour + 60 * kSecond, 1}, kOnePercent));
}

TEST(DutyLedger, KeepsTheDwellTimeOfAnEmissionAndOfAPeriod) {
  const TemporaryDirectory directory;
  Result<DutyLedger> ledger = DutyLedger::open(directory.file("duty"));
  ASSERT_TRUE(ledger);
  const std::int64_t dwell = 400'000'000;
  const Region& single = *find_region(RegionId::as923);
  EXPECT_TRUE(ledger->allows({1, kHour, dwell}, single));
  EXPECT_FALSE(ledger->allows({1, kHour, dwell + 1}, single));
  ASSERT_TRUE(ledger->reserve({1, kHour, dwell}));
  EXPECT_TRUE(ledger->allows({2, kHour + kSecond, dwell}, single));
  const Region& in_period = *find_region(RegionId::us915);
  EXPECT_FALSE(ledger->allows({2, kHour + 20 * kSecond - 1, dwell}, in_period));
  EXPECT_TRUE(ledger->allows({2, kHour + 20 * kSecond, dwell}, in_period));
}

TEST(DutyLedger, TellsWhatTheLastHourUsed) {
  const TemporaryDirectory directory;
  Result<DutyLedger> ledger = DutyLedger::open(directory.file("duty"));
  ASSERT_TRUE(ledger);
  ASSERT_TRUE(ledger->reserve({1, 10 * kHour, 4 * kSecond}));
  EXPECT_EQ(ledger->used_nanos(10 * kHour + kSecond), kSecond);
  EXPECT_EQ(ledger->used_nanos(10 * kHour + kHour), 4 * kSecond);
  EXPECT_EQ(ledger->used_nanos(11 * kHour + 3 * kSecond), kSecond);
  EXPECT_EQ(ledger->used_nanos(12 * kHour), 0);
}

TEST(DutyLedger, RefusesEntriesThatCannotBe) {
  EXPECT_TRUE(decode_air_time(encode(AirTime{1, 5, 6})));
  EXPECT_FALSE(decode_air_time(encode(AirTime{1, -1, 6})));
  EXPECT_FALSE(decode_air_time(encode(AirTime{1, INT64_MAX, 6})));
  EXPECT_FALSE(decode_air_time(encode(AirTime{1, 5, kHour + 1})));
  Bytes longer = encode(AirTime{1, 5, 6});
  longer.push_back(0);
  EXPECT_FALSE(decode_air_time(longer));
}

// Air time within [from, from + 1 h) of all entries, second by second of the plainest kind.
std::int64_t used_in_hour(const std::deque<AirTime>& entries, std::int64_t from) {
  std::int64_t used = 0;
  for (const AirTime& entry : entries) {
    const std::int64_t begin = std::max(entry.start, from);
    used += std::max<std::int64_t>(0, std::min(entry.start + entry.nanos, from + kHour) - begin);
  }
  return used;
}

TEST(DutyLedger, PropertyNoHourHoldsMoreThanItsShareWhateverIsAsked) {
  const TemporaryDirectory directory;
  Result<DutyLedger> ledger = DutyLedger::open(directory.file("duty"));
  ASSERT_TRUE(ledger);
  std::mt19937_64 random(42);
  int reserved = 0;
  for (int i = 0; i < 300; ++i) {
    const AirTime entry = {static_cast<Round>(i), static_cast<std::int64_t>(random() % (6 * kHour)),
                           static_cast<std::int64_t>(random() % (8 * kSecond))};
    if (!ledger->allows(entry, kOnePercent)) continue;
    ASSERT_TRUE(ledger->reserve(entry));
    ++reserved;
  }
  EXPECT_GT(reserved, 20);
  for (std::int64_t from = -kHour; from < 6 * kHour; from += kSecond) {
    ASSERT_LE(used_in_hour(ledger->entries(), from), kHour / 100) << "from " << from;
  }
}

}  // namespace
}  // namespace earshot::hotspot
