#include "hotspot/station.h"

#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

constexpr UnixNanos kSecond = kNanosPerSecond;
constexpr UnixNanos kDay = 86'400 * kSecond;

// A host's clock, which somebody may set.
class SettableClock final : public Clock {
 public:
  explicit SettableClock(UnixNanos time) : time_(time) {}
  UnixNanos now() const override { return time_; }
  void set(UnixNanos time) { time_ = time; }

 private:
  UnixNanos time_;
};

class StationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    settings_.delivery.prompt = true;
    verifier_.handler = [this](const HttpRequest& request) -> Result<HttpResponse> {
      if (!answers_) return fail(Errc::unavailable, "nobody there");
      const bool asks = request.method == "GET";
      return HttpResponse{asks ? 200 : 202, std::nullopt, asks ? R"({"tasks":[]})" : "{}"};
    };
    Result<Hotspot> hotspot =
        Hotspot::open(test_identity(1), settings_, directory_.file("state"), verifier_, clock_);
    ASSERT_TRUE(hotspot) << hotspot.error().detail;
    hotspot_ = std::make_unique<Hotspot>(*std::move(hotspot));
    station_ = std::make_unique<Station>(*hotspot_, nullptr, StationRules{},
                                         [this](const std::string& line) { log_ += line + "\n"; });
  }
  // Steps when the station wants it, for so long.
  void run_for(UnixNanos duration) {
    for (const UnixNanos end = clock_.now() + duration; clock_.now() < end;) {
      const Result<UnixNanos> next = station_->step(clock_.now());
      ASSERT_TRUE(next) << next.error().detail;
      clock_.set(std::max(*next, clock_.now() + kSecond));
    }
  }

  TemporaryDirectory directory_;
  Settings settings_ = test_settings();
  SettableClock clock_{round_opening(kTestRound)};
  FakeTransport verifier_;
  std::unique_ptr<Hotspot> hotspot_;
  std::unique_ptr<Station> station_;
  bool answers_ = true;
  std::string log_;
};

TEST_F(StationTest, GoesOnAtOnceWhenTheClockWasSetBack) {
  answers_ = false;
  BeaconPlan plan;
  plan.round = kTestRound;
  ASSERT_TRUE(hotspot_->kept_silent(plan, SilenceReason::duty_cycle));
  clock_.set(clock_.now() + kDay);
  run_for(1800 * kSecond);
  EXPECT_EQ(log_.find("set back"), std::string::npos);
  answers_ = true;
  clock_.set(clock_.now() - kDay);
  run_for(10 * kSecond);
  EXPECT_EQ(station_->counts().headers, 1U) << log_;
  EXPECT_NE(log_.find("the clock was set back by 86"), std::string::npos) << log_;
}

TEST_F(StationTest, IsNotCalledAgainAndAgainWhileItWaitsForItsOwnSlot) {
  Settings speaks = settings_;
  speaks.sortition.window_rounds = 1;
  speaks.sortition.max_spreading_factor = 7;
  verifier_.handler = [](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.path.find("/rounds/") == std::string::npos) return HttpResponse{200, {}, "{}"};
    return HttpResponse{
        200, std::nullopt,
        R"({"round":29700000,"network":"31337","entropy":")" + std::string(64, '7') + R"("})"};
  };
  Result<Hotspot> hotspot =
      Hotspot::open(test_identity(2), speaks, directory_.file("speaker"), verifier_, clock_);
  ASSERT_TRUE(hotspot);
  std::optional<radio::Burst> burst;
  BeaconPorts ports;
  ports.verifiers = {&verifier_};
  ports.send = [&](const radio::Burst& one) {
    burst = one;
    return Result<void>();
  };
  ports.sent = [&]() -> Result<std::optional<radio::SentBurst>> {
    return std::optional(radio::SentBurst{burst->start, 0});
  };
  ports.log = [](const std::string&) {};
  Beaconer beaconer(*hotspot, speaks, {250e3, 20}, ports);
  // Audits are asked for every second, so that this is due while the beacon is waited for.
  Station station(*hotspot, &beaconer, {1, 60}, [](const std::string&) {});
  int steps = 0;
  while (clock_.now() < round_opening(kTestRound) + 59 * kSecond) {
    const Result<UnixNanos> next = station.step(clock_.now());
    ASSERT_TRUE(next);
    clock_.set(std::max(*next, clock_.now() + kSecond / 1000));
    ++steps;
  }
  EXPECT_TRUE(burst);
  EXPECT_LT(steps, 200) << "some a second";
}

TEST_F(StationTest, AClockThatIsSlewedIsNotSetBack) {
  run_for(10 * kSecond);
  clock_.set(clock_.now() - kSecond / 10);
  run_for(10 * kSecond);
  EXPECT_EQ(log_.find("set back"), std::string::npos);
}

}  // namespace
}  // namespace earshot::hotspot
