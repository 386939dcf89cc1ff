#include "radio/soapy/radio.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/doubles/faulty_device.h"

namespace earshot::radio {
namespace {

using testing_doubles::Fault;
using testing_doubles::faulty_world;
using testing_doubles::FaultyWorld;

constexpr UnixNanos kNow = 1'700'000'000LL * kNanosPerSecond;

class RadioTest : public testing::Test {
 protected:
  RadioTest() {
    ::setenv("SOAPY_SDR_ROOT", "/nonexistent", 1);  // No other drivers than the test's.
    faulty_world() = {};
    config_.device = "driver=faulty";
    config_.receive = {1e6, 868.3e6, 0, "", {{"LNA", 20}}};
    config_.transmits = true;
    config_.transmit = config_.receive;
    config_.timeouts_before_restart = 2;
    config_.restarts_before_reopening = 2;
    config_.reopenings_before_giving_up = 2;
    config_.reopening_pause_ms = 0;
    config_.device_time_is_utc = true;
  }

  std::unique_ptr<Radio> open() {
    Result<std::unique_ptr<Radio>> radio = Radio::open(config_, clock_);
    EXPECT_TRUE(radio) << radio.error().detail;
    return *std::move(radio);
  }
  // The next piece that has samples.
  static AirPiece samples_from(Radio& radio) {
    while (true) {
      Result<AirPiece> piece = radio.read();
      if (!piece) ADD_FAILURE() << piece.error().detail;
      if (!piece || !piece->samples.empty()) return piece.value_or(AirPiece{});
    }
  }

  FaultyWorld& world_ = faulty_world();
  RadioConfig config_;
  VirtualClock clock_{kNow};
};

TEST_F(RadioTest, SetsGainByNameAndTurnsTheAutomaticOff) {
  open();
  EXPECT_FALSE(world_.automatic_gain);
  EXPECT_EQ(world_.gain, 20);
}

TEST_F(RadioTest, SaysWhatIsWrongWithItsConfiguration) {
  const auto problem = [&] { return Radio::open(config_, clock_).error(); };
  config_.device = "serial=1";
  EXPECT_EQ(problem().detail, "device: found \"serial=1\", expected driver=...");
  config_.device = "driver=faulty";
  config_.receive.gains = {{"VGA", 3}};
  EXPECT_EQ(problem().detail, "gain: found \"VGA\", allowed: LNA");
  config_.receive.gains = {{"LNA", 41}};
  EXPECT_EQ(problem().code, Errc::configuration);
  config_.receive.gains = {};
  config_.receive.rate_hz = 20e6;
  EXPECT_EQ(problem().code, Errc::configuration) << "the device gives 10 MS/s";
  world_.opens = false;
  EXPECT_EQ(problem().code, Errc::unavailable);
}

TEST_F(RadioTest, TakesShortReadsAsTheyComeWithoutAGap) {
  world_.faults = {Fault::none, Fault::short_read, Fault::none};
  const auto radio = open();
  EXPECT_EQ(samples_from(*radio).samples.size(), 1000U);
  const AirPiece brief = samples_from(*radio);
  EXPECT_EQ(brief.samples.size(), 7U);
  EXPECT_FALSE(brief.after_gap);
  const AirPiece next = samples_from(*radio);
  EXPECT_FALSE(next.after_gap);
  EXPECT_EQ((next.first.utc - brief.first.utc).count(), 7'000'000);
}

TEST_F(RadioTest, CountsAnOverflowAndTimesWhatFollowsAnew) {
  world_.faults = {Fault::none, Fault::overflow, Fault::none, Fault::lost_samples};
  const auto radio = open();
  const AirPiece before = samples_from(*radio);
  const AirPiece after = samples_from(*radio);
  EXPECT_TRUE(after.after_gap);
  EXPECT_EQ((after.first.utc - before.first.utc).count(), (1'000'000LL + 5'000'000) * 1000);
  EXPECT_EQ(radio->counters().overflows, 1U);
  EXPECT_EQ(radio->counters().lost_ns, 5'000'000U);
  EXPECT_TRUE(samples_from(*radio).after_gap) << "samples lost that the driver did not tell of";
  EXPECT_EQ(radio->counters().overflows, 2U);
  EXPECT_EQ(radio->counters().lost_ns, 8'000'000U);
}

TEST_F(RadioTest, QuietAirThatADeviceSkippedIsAGapButNotLost) {
  config_.device_time_is_utc = true;
  world_.skips_quiet = true;
  const auto radio = open();
  samples_from(*radio);
  const Result<AirPiece> after = radio->read(5'000'000'000);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->first.utc, (Instant{5, 0}));
  EXPECT_TRUE(after->after_gap);
  EXPECT_EQ(radio->counters().overflows, 0U);
  EXPECT_EQ(radio->counters().lost_ns, 0U);
}

TEST_F(RadioTest, ADeviceThatCannotSkipIsNotAsked) {
  config_.device_time_is_utc = true;
  const auto radio = open();
  samples_from(*radio);
  const Result<AirPiece> next = radio->read(5'000'000'000);
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->after_gap);
}

TEST_F(RadioTest, ActivatesASilentStreamAnewThenTheDeviceAndGoesOn) {
  world_.faults.assign(6, Fault::timeout);
  const auto radio = open();
  samples_from(*radio);
  EXPECT_EQ(world_.opened, 2);
  EXPECT_EQ(radio->counters().restarts, 2U);
  EXPECT_EQ(radio->counters().reopenings, 1U);
  EXPECT_EQ(radio->counters().timeouts, 6U);
}

TEST_F(RadioTest, DoesNotWaitWhenTheStreamFailsOrTheDriverThrows) {
  world_.faults = {Fault::error, Fault::throws};
  const auto radio = open();
  EXPECT_TRUE(samples_from(*radio).after_gap);
  EXPECT_EQ(radio->counters().restarts, 2U);
  EXPECT_EQ(world_.opened, 1);
}

TEST_F(RadioTest, GivesUpADeviceThatDoesNotComeBack) {
  const auto radio = open();
  world_.after = Fault::throws;
  world_.opens = false;
  Result<AirPiece> piece = AirPiece{};
  while (piece) piece = radio->read();
  EXPECT_EQ(piece.error().code, Errc::unavailable);
  EXPECT_NE(piece.error().detail.find("given up after 2 attempts"), std::string::npos);
  EXPECT_NE(piece.error().detail.find("no such device"), std::string::npos);
  EXPECT_FALSE(radio->read()) << "and stays given up";
}

TEST_F(RadioTest, TimesABurstByTheDevicesClockAndLeavesNothingOnTheAir) {
  const auto radio = open();
  samples_from(*radio);
  const Burst burst{Samples(2500, Sample(0.5F, 0)), 868.1e6, {5, 123'000'000}};
  ASSERT_TRUE(radio->send(burst));
  EXPECT_TRUE(world_.transmits);
  EXPECT_EQ(world_.burst_time_ns, 5'000'123'000);
  EXPECT_EQ(world_.radiated.size(), 2500U);
  EXPECT_EQ(world_.transmit_hz, 868.1e6);
  const auto sent = radio->sent(0);
  ASSERT_TRUE(sent && *sent);
  EXPECT_EQ((*sent)->start, burst.start);
  EXPECT_FALSE(world_.transmits);
  EXPECT_TRUE(world_.receives);
}

TEST_F(RadioTest, BringsUtcToTheDevicesTicksForATimedBurst) {
  config_.device_time_is_utc = false;
  const auto radio = open();
  samples_from(*radio);  // Ends at tick 2 ms, which is now.
  const Burst burst{Samples(10, Sample(1, 0)), 868.1e6, {kNow / kNanosPerSecond + 3, 0}};
  ASSERT_TRUE(radio->send(burst));
  EXPECT_EQ(world_.burst_time_ns, 2'000'000 + 3 * kNanosPerSecond);
  const auto sent = radio->sent(0);
  ASSERT_TRUE(sent && *sent);
  EXPECT_GT((*sent)->error_ps, 1'000'000U);
}

// What a HackRF needs: reception stops, whole transfers, the receiver's frequency set again.
TEST_F(RadioTest, PadsAnUntimedBurstAndReceivesAgain) {
  world_.has_time = world_.full_duplex = world_.tells_status = false;
  world_.transfer = kTransferSamples;
  config_.device_time_is_utc = false;
  const auto radio = open();
  samples_from(*radio);
  const Burst burst{Samples(1000, Sample(0.5F, 0)), 868.1e6, {kNow / kNanosPerSecond, 0}};
  const int activated = world_.activated;
  ASSERT_TRUE(radio->send(burst));
  EXPECT_GE(world_.radiated.size(), 1000U);
  EXPECT_EQ(world_.radiated.size() % kTransferSamples, 0U);
  EXPECT_EQ(world_.activated, activated + 1);
  EXPECT_TRUE(world_.receives);
  EXPECT_FALSE(world_.transmits);
  EXPECT_EQ(world_.receive_hz, 868.3e6);
  const auto sent = radio->sent(0);
  ASSERT_TRUE(sent && *sent);
  EXPECT_EQ((*sent)->error_ps, 20'000'000'000U);
  EXPECT_TRUE(samples_from(*radio).after_gap);
}

TEST_F(RadioTest, RefusesABurstThatIsTooLateForTheHostsClock) {
  world_.has_time = false;
  const auto radio = open();
  const auto late = radio->send({Samples(10), 868.1e6, {kNow / kNanosPerSecond - 1, 0}});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::check_failed);
  EXPECT_FALSE(world_.transmits);
}

}  // namespace
}  // namespace earshot::radio
