#include "hotspot/live.h"

#include <cstdlib>
#include <thread>

#include "tests/doubles/faulty_device.h"
#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

using testing_doubles::Fault;
using testing_doubles::faulty_world;

// The threads around a device that gives samples as fast as it is asked.
class LiveTest : public ::testing::Test {
 protected:
  LiveTest() {
    ::setenv("SOAPY_SDR_ROOT", "/nonexistent", 1);
    faulty_world() = {};
    settings_.transmits = false;
    settings_.sortition.max_spreading_factor = 7;
    config_.device = "driver=faulty";
    config_.receive = {1e6, 868.3e6, 0, "", {}};
    config_.reopening_pause_ms = 0;
  }

  // Runs until `steps` looks of the station, and more until samples were dropped where that is
  // waited for, or the device's end.
  Result<void> run(int steps) {
    Result<Hotspot> hotspot =
        Hotspot::open(identity_, settings_, directory_.file("state"), transport_, clock_);
    if (!hotspot) return fail(hotspot.error());
    radio_ = *radio::Radio::open(config_, clock_);
    Listener listener = *Listener::create(hotspot->key(), settings_, 1e6, 868.3e6);
    Station station(*hotspot, nullptr, {}, [](const std::string&) {});
    Live live(*radio_, listener, {.lockstep = false, .queue_seconds = 0.05});
    int looked = 0;
    const auto goes_on = [&] {
      return looked < steps || (waits_for_drops_ && (facts_.dropped == 0 || !facts_.hears));
    };
    return live.run(station, {&clock_,
                              [&](UnixNanos) {
                                // A step is over when samples came, however slow the machine.
                                const std::uint64_t before = radio_->counters().samples;
                                while (goes_on() && radio_->counters().samples == before &&
                                       radio_->counters().reopenings == 0) {
                                  std::this_thread::yield();
                                }
                                clock_.advance_to(clock_.now() + 2 * kNanosPerSecond);
                                static_cast<void>(live.channel_dbm(868.1e6, 0.001));
                                ++looked;
                                return goes_on();
                              },
                              [&](const LiveFacts& facts) { facts_ = facts; }});
  }

  TemporaryDirectory directory_;
  Identity identity_ = test_identity(3);
  Settings settings_ = test_settings();
  radio::RadioConfig config_;
  std::unique_ptr<radio::Radio> radio_;
  VirtualClock clock_{round_opening(kTestRound)};
  FakeTransport transport_;
  LiveFacts facts_;
  bool waits_for_drops_ = false;
};

TEST_F(LiveTest, ReadsFindsAndStepsSideBySideAndEndsWhenAsked) {
  waits_for_drops_ = true;  // A device faster than the receiver fills the bounded queue.
  ASSERT_TRUE(run(20));
  EXPECT_TRUE(facts_.hears);
  EXPECT_EQ(transport_.requests.front().path.substr(0, 13), "/v1/hotspots/") << "audits are polled";
}

TEST_F(LiveTest, EndsWithTheReasonWhenTheDeviceIsGivenUp) {
  faulty_world().faults.assign(50, Fault::none);
  faulty_world().after = Fault::throws;
  const Result<void> outcome = run(1'000'000);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::unavailable);
  EXPECT_NE(outcome.error().detail.find("given up"), std::string::npos);
}

}  // namespace
}  // namespace earshot::hotspot
