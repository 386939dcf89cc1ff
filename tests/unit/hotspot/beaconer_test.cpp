#include "hotspot/beaconer.h"

#include <nlohmann/json.hpp>

#include "core/hash.h"
#include "radio/css/receiver.h"
#include "radio/evidence/beacon.h"
#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

constexpr UnixNanos kSecond = kNanosPerSecond;
constexpr std::int64_t kLinks = kLinkDeadlineSeconds * kSecond;

// A hotspot that speaks in every round, a verifier that knows every round, a radio that obeys.
class BeaconerTest : public ::testing::Test {
 protected:
  BeaconerTest() {
    settings_.sortition.window_rounds = 1;
    settings_.sortition.max_spreading_factor = 7;
    verifier_.handler = [this](const HttpRequest& request) -> Result<HttpResponse> {
      if (!answers_) return fail(Errc::unavailable, "nobody there");
      if (request.method == "POST") return HttpResponse{202, std::nullopt, "{}"};
      const Round round = std::stoull(request.path.substr(request.path.rfind('/') + 1));
      const nlohmann::json body = {
          {"round", round},
          {"network", "31337"},
          {"entropy", released_ ? nlohmann::json(to_hex(entropy_of(round))) : nullptr}};
      return HttpResponse{200, std::nullopt, body.dump()};
    };
  }

  static Entropy entropy_of(Round round) {
    Writer bytes;
    bytes.put(round);
    return sha256(bytes.bytes());
  }

  void open() {
    Result<Hotspot> hotspot =
        Hotspot::open(identity_, settings_, directory_.file("state"), verifier_, clock_);
    ASSERT_TRUE(hotspot) << hotspot.error().detail;
    hotspot_ = std::make_unique<Hotspot>(*std::move(hotspot));
    BeaconPorts ports;
    ports.verifiers = {&verifier_};
    ports.send = [this](const radio::Burst& burst) {
      handed_at_ = clock_.now();
      if (takes_) burst_ = burst;
      return takes_ ? Result<void>() : Result<void>(fail(Errc::check_failed, "too late"));
    };
    ports.sent = [this]() -> Result<std::optional<radio::SentBurst>> {
      if (!is_over_) return std::optional<radio::SentBurst>();
      return std::optional(radio::SentBurst{burst_->start + Picoseconds(1000), 5000});
    };
    ports.channel_dbm = [this](double, double) { return channel_dbm_; };
    ports.log = [this](const std::string& line) { log_ += line + "\n"; };
    beaconer_ =
        std::make_unique<Beaconer>(*hotspot_, settings_, TransmitterFacts{250e3, 20}, ports);
  }

  // Steps as the station does, until a time.
  void run_until(UnixNanos end) {
    while (clock_.now() < end) {
      ASSERT_TRUE(beaconer_->step(clock_.now()));
      clock_.advance_to(
          std::min(end, std::max(beaconer_->next_step(clock_.now()), clock_.now() + 1'000'000)));
    }
  }
  void run_round() { run_until(round_opening(kTestRound + 1)); }
  // The message that the outbox delivers, decoded.
  std::optional<Message> delivered(MessageType type) {
    clock_.advance_to(round_opening(kTestRound + 30));
    for (int i = 0; i < 3; ++i) static_cast<void>(hotspot_->deliver());
    for (const HttpRequest& request : verifier_.requests) {
      if (request.path != "/v1/bodies") continue;
      const Result<Batch> batch = decode_batch(request.body);
      if (!batch) continue;
      for (const Message& message : batch->messages) {
        if (type_of(message) == type) return message;
      }
    }
    return std::nullopt;
  }

  TemporaryDirectory directory_;
  Identity identity_ = test_identity(1);
  Settings settings_ = test_settings();
  VirtualClock clock_{round_opening(kTestRound) + 1};
  FakeTransport verifier_;
  std::unique_ptr<Hotspot> hotspot_;
  std::unique_ptr<Beaconer> beaconer_;
  std::optional<radio::Burst> burst_;
  UnixNanos handed_at_ = 0;
  std::optional<double> channel_dbm_;
  bool answers_ = true, released_ = true, takes_ = true, is_over_ = true;
  std::string log_;
};

TEST_F(BeaconerTest, SendsTheBeaconOfTheRoundWithItsPowerAndReportsWhenItLeft) {
  open();
  run_round();
  ASSERT_TRUE(burst_) << log_;
  EXPECT_EQ(beaconer_->counts().sent, 1U);
  const UnixNanos start = burst_->start.seconds * kSecond + burst_->start.picos / 1000;
  EXPECT_GE(start, round_opening(kTestRound) + kFirstTransmitSecond * kSecond);
  EXPECT_LT(handed_at_, start - 400'000'000);

  radio::ReceiverConfig config;
  config.rate_hz = 250e3;
  config.channels = {{0}};
  radio::Samples padded(20000);
  padded.insert(padded.end(), burst_->samples.begin(), burst_->samples.end());
  padded.resize(padded.size() + 20000);
  const auto frames = radio::receive(config, padded);
  ASSERT_TRUE(frames && frames->size() == 1);
  ASSERT_TRUE(radio::beacon_tag(frames->front()));

  clock_.advance_to(round_opening(kTestRound + 1));
  const std::optional<Message> message = delivered(MessageType::beacon_report);
  ASSERT_TRUE(message);
  const auto& report = std::get<BeaconReport>(*message);
  EXPECT_EQ(report.round, kTestRound);
  EXPECT_EQ(static_cast<double>(report.frequency_hz), burst_->centre_hz);
  EXPECT_NEAR(frames->front().rssi_dbfs + 20, report.power_cdbm / 100.0, 0.05);
  const Instant anchor = burst_->start + Picoseconds(1000) + beacon_anchor_offset(7, 125'000);
  EXPECT_EQ(report.transmit_ps, (anchor - instant_of_round(kTestRound)).count());
  EXPECT_EQ(report.transmit_error_ps, settings_.clock_error_ps + 5000);
}

TEST_F(BeaconerTest, AsksOnlyAfterTheLinksWereDueAndOnceWhenItWasTold) {
  open();
  run_until(round_opening(kTestRound) + kLinks);
  EXPECT_TRUE(verifier_.requests.empty());
  run_round();
  EXPECT_EQ(verifier_.requests.size(), 1U);
}

TEST_F(BeaconerTest, AsksAgainUntilTheEntropyIsReleasedAndThenSpeaks) {
  released_ = false;
  open();
  run_until(round_opening(kTestRound) + 10 * kSecond);
  EXPECT_GT(verifier_.requests.size(), 1U);
  released_ = true;
  run_round();
  EXPECT_EQ(beaconer_->counts().sent, 1U);
}

TEST_F(BeaconerTest, SaysOnceThatTheVerifierIsSilentAndOnceThatItIsBack) {
  answers_ = false;
  open();
  run_until(round_opening(kTestRound) + 20 * kSecond);
  EXPECT_EQ(log_, "cannot learn of rounds: nobody there\n");
  answers_ = true;
  run_until(round_opening(kTestRound) + 30 * kSecond);
  EXPECT_NE(log_.find("learns of rounds again\n"), std::string::npos);
}

TEST_F(BeaconerTest, LooksUpTheRoundsOfAWindowThatBeganWithoutIt) {
  settings_.sortition.window_rounds = 360;
  clock_.advance_to(round_opening(kTestRound + 40) + kLinks + kSecond);
  open();
  run_until(round_opening(kTestRound + 41));
  EXPECT_EQ(verifier_.requests.front().path, "/v1/rounds/" + std::to_string(kTestRound));
  EXPECT_EQ(verifier_.requests.size(), 41U);
}

TEST_F(BeaconerTest, ListensBeforeItTalksWhereTheRegionAsks) {
  settings_.region = RegionId::as923;
  channel_dbm_ = -79.9;
  open();
  run_round();
  EXPECT_FALSE(burst_);
  EXPECT_EQ(beaconer_->counts().silent, 1U);
  const std::optional<Message> message = delivered(MessageType::silence_notice);
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<SilenceNotice>(*message).reason, SilenceReason::channel_busy);
}

TEST_F(BeaconerTest, TalksOnAFreeChannelAndHandsOverLate) {
  settings_.region = RegionId::as923;
  channel_dbm_ = -110;
  open();
  run_round();
  ASSERT_TRUE(burst_);
  const UnixNanos start = burst_->start.seconds * kSecond + burst_->start.picos / 1000;
  EXPECT_LT(start - handed_at_, 300'000'000) << "what was heard must not be old";
}

TEST_F(BeaconerTest, CountsWhatTheRadioCouldNotSendAndReportsNothing) {
  takes_ = false;
  open();
  run_round();
  EXPECT_EQ(beaconer_->counts().missed, 1U);
  EXPECT_NE(log_.find("could not send the beacon of round"), std::string::npos);
  EXPECT_FALSE(delivered(MessageType::beacon_report));
}

TEST_F(BeaconerTest, KeepsQuietWithoutLeave) {
  settings_.transmits = false;
  open();
  ASSERT_TRUE(beaconer_->step(clock_.now() + 30 * kSecond));
  EXPECT_TRUE(verifier_.requests.empty());
}

TEST(MakeBurst, RefusesAPowerThatTheTransmitterDoesNotReach) {
  BeaconPlan plan;
  plan.slot = {Picoseconds(0), 868'100'000, 7};
  plan.payload = beacon_payload({});
  plan.power_cdbm = 1401;
  EXPECT_EQ(make_burst(plan, {250e3, 14}).error().code, Errc::configuration);
  plan.power_cdbm = 1400;
  EXPECT_TRUE(make_burst(plan, {250e3, 14}));
}

}  // namespace
}  // namespace earshot::hotspot
