// The whole hotspot against a simulated air: one plans and speaks, another hears, signs, delivers
// and answers an audit.
#include "hotspot/hotspot.h"

#include "core/merkle.h"
#include "hotspot/daemon.h"
#include "radio/channel/air.h"
#include "radio/css/waveform.h"
#include "radio/evidence/beacon.h"
#include "radio/iq/recording.h"
#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

constexpr double kRate = 1e6;
constexpr double kCentre = 868.3e6;
constexpr double kPowerDbm = -100;
constexpr Picoseconds kFlight(20'000'000);  // 6 km.

Entropy entropy_of(Round round) {
  Writer writer;
  writer.put(round);
  return sha256(writer.bytes());
}

class HotspotTest : public ::testing::Test {
 protected:
  HotspotTest() {
    settings_.sortition.max_spreading_factor = 8;  // Short frames: a quick test.
    settings_.calibration.full_scale_cdbm = -8000;
  }

  Hotspot open(std::uint8_t number, SimulationSeams seams = {}) {
    Result<Hotspot> hotspot =
        Hotspot::open(test_identity(number), settings_, directory_.file(std::to_string(number)),
                      transport_, clock_, std::move(seams));
    EXPECT_TRUE(hotspot) << hotspot.error().detail;
    return *std::move(hotspot);
  }

  BeaconPlan first_plan(Hotspot& hotspot) {
    for (Round round = kTestRound; round < kTestRound + 360; ++round) {
      clock_.advance_to(round_opening(round));
      Result<RoundPlan> plan = hotspot.plan_round(round, entropy_of(round));
      EXPECT_TRUE(plan) << plan.error().detail;
      if (plan->beacon) return *plan->beacon;
    }
    ADD_FAILURE() << "no slot in the window";
    return {};
  }

  // What a receiver's antenna gives of the plan's beacon, from 0.15 s before it.
  void render(const BeaconPlan& plan) {
    const auto waveform = radio::CssWaveform::create(
        radio::beacon_params(plan.slot.spreading_factor, plan.bandwidth_hz), plan.payload);
    ASSERT_TRUE(waveform);
    radio::Arrival arrival;
    arrival.emission.waveform = &*waveform;
    arrival.emission.start = plan.start;
    arrival.emission.carrier_hz = static_cast<double>(plan.slot.frequency_hz);
    arrival.delay_s = static_cast<double>(kFlight.count()) / 1e12;
    arrival.power_dbm = kPowerDbm;
    open_ = plan.start + Picoseconds(-150'000'000'000);
    radio::RadioFrontEnd front_end;
    front_end.full_scale_dbm = -80;
    front_end.noise = {5, 5};
    const auto count =
        static_cast<std::uint64_t>((0.25 + waveform->duration_seconds()) * front_end.rate_hz);
    bytes_ = radio::render_window(front_end, open_, count, 0, {{arrival}});
    samples_ = radio::decode_samples(front_end.format, bytes_);
  }
  radio::StreamWindow window() const { return {samples_, kRate, kCentre, open_}; }

  TemporaryDirectory directory_;
  Settings settings_ = test_settings();
  FakeTransport transport_;
  VirtualClock clock_{round_opening(kTestRound)};
  Instant open_;
  Bytes bytes_;
  radio::Samples samples_;
};

TEST_F(HotspotTest, HearsABeaconAndSignsWhatTheEvidenceGivesAgain) {
  Hotspot speaker = open(1);
  const BeaconPlan plan = first_plan(speaker);
  render(plan);
  ASSERT_TRUE(speaker.transmitted(plan, plan.anchor));

  Hotspot listener = open(2);
  const Result<Hearing> hearing = listener.hear(window());
  ASSERT_TRUE(hearing) << hearing.error().detail;
  ASSERT_EQ(hearing->reports.size(), 1U);
  const WitnessReport& report = hearing->reports[0];
  EXPECT_EQ(report.tag, plan.tag);
  EXPECT_EQ(report.round, plan.round);
  EXPECT_EQ(report.frequency_hz, plan.slot.frequency_hz);
  EXPECT_NEAR(report.rssi_cdbm, 100 * kPowerDbm, 30);
  const std::int64_t flight =
      report.receive_ps - (plan.anchor - instant_of_round(plan.round)).count();
  EXPECT_NEAR(static_cast<double>(flight - kFlight.count()), 0, 300'000);
  EXPECT_EQ(listener.hear(window())->repeated, 1U) << "the first reception only";
  EXPECT_EQ(speaker.hear(window())->repeated, 1U) << "its own beacon is no news";
}

TEST_F(HotspotTest, CalibratesItselfByTheNoiseWhenToldTheNoiseFigure) {
  settings_.calibration.full_scale_cdbm = 0;
  settings_.calibration.gain_settings = 7;
  settings_.noise_figure_db = radio::RadioFrontEnd().noise_figure_db;
  Hotspot speaker = open(1);
  render(first_plan(speaker));
  Hotspot listener = open(2);
  const Result<Hearing> hearing = listener.hear(window());
  ASSERT_TRUE(hearing) << hearing.error().detail;
  ASSERT_EQ(hearing->reports.size(), 1U);
  const WitnessReport& report = hearing->reports[0];
  EXPECT_NEAR(report.rssi_cdbm, 100 * kPowerDbm, 60);
  EXPECT_EQ(report.full_scale_provenance, Provenance::thermal_noise);
  EXPECT_EQ(report.gain_settings, 7U);
}

TEST_F(HotspotTest, DoesNotReportATagAgainAfterARestart) {
  BeaconPlan plan;
  {
    Hotspot speaker = open(1);
    plan = first_plan(speaker);
  }
  render(plan);
  {
    Hotspot listener = open(2);
    EXPECT_EQ(listener.hear(window())->reports.size(), 1U);
  }
  Hotspot listener = open(2);
  EXPECT_TRUE(listener.hear(window())->reports.empty());
  EXPECT_EQ(listener.undelivered(), 1U);
}

TEST_F(HotspotTest, DeliversAndAnswersAuditsSoThatTheVerifierMeasuresTheSame) {
  Hotspot speaker = open(1);
  render(first_plan(speaker));
  Hotspot listener = open(2);
  const Result<Hearing> hearing = listener.hear(window());
  ASSERT_TRUE(hearing);
  ASSERT_EQ(hearing->reports.size(), 1U);
  const WitnessReport report = hearing->reports[0];
  while (const std::optional<UnixNanos> due = listener.next_due()) {
    clock_.advance_to(*due);
    ASSERT_TRUE(listener.deliver());
  }
  ASSERT_EQ(transport_.requests.size(), 2U);
  const Result<Batch> batch = decode_batch(transport_.requests[1].body);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->messages, std::vector<Message>{report});

  const Hash256 id = message_id(settings_.network, Message(report));
  transport_.handler = [&](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.method == "POST") return HttpResponse{202, std::nullopt, "{}"};
    return HttpResponse{200, std::nullopt, R"({"evidence":[{"report":")" + to_hex(id) + "\"}]}"};
  };
  ASSERT_EQ(listener.answer_audits()->evidence, 1U);
  const auto chunks = decode_evidence(transport_.requests.back().body);
  ASSERT_TRUE(chunks);
  const Result<Bytes> bytes = join_evidence(*chunks, report.evidence_root, report.evidence_bytes);
  ASSERT_TRUE(bytes) << bytes.error().detail;
  const auto audit = radio::remeasure(radio::snippet_of(report, *bytes), report.spreading_factor,
                                      report.bandwidth_hz);
  ASSERT_TRUE(audit && *audit);
  const radio::Figures& figures = (*audit)->figures;
  EXPECT_EQ((figures.anchor - instant_of_round(report.round)).count(), report.receive_ps);
  EXPECT_EQ(figures.rssi_cdbm, report.rssi_cdbm);
  EXPECT_EQ(figures.snr_cdb, report.snr_cdb);
  EXPECT_EQ(figures.carrier_offset_dhz, report.carrier_offset_dhz);
}

// Neither our clock alone nor a verifier's: both have to say that it is long ago.
TEST_F(HotspotTest, GivesNothingUpByAClockThatWasSetDaysAhead) {
  Hotspot speaker = open(1);
  render(first_plan(speaker));
  Hotspot listener = open(2);
  ASSERT_EQ(listener.hear(window())->reports.size(), 1U);
  Round told = kTestRound;
  transport_.handler = [&](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.method == "POST") return HttpResponse{503, std::nullopt, "{}"};
    return HttpResponse{200, std::nullopt,
                        R"({"evidence":[],"round":)" + std::to_string(told) + "}"};
  };
  const auto look = [&] {
    EXPECT_TRUE(listener.answer_audits());
    EXPECT_TRUE(listener.deliver());
  };
  constexpr Round kTenDays = 14'400;
  told = kTestRound + kTenDays;
  look();
  EXPECT_EQ(listener.undelivered(), 1U) << "the verifier's clock is ahead";
  told = kTestRound;
  clock_.advance_to(round_opening(kTestRound + kTenDays));
  look();
  EXPECT_EQ(listener.undelivered(), 1U) << "our clock is ahead";
  EXPECT_GT(listener.evidence_bytes(), 0U);
  told = kTestRound + kTenDays;
  look();
  EXPECT_EQ(listener.undelivered(), 0U);
  EXPECT_EQ(listener.evidence_bytes(), 0U);
}

TEST_F(HotspotTest, SignsWhatTheSimulationSeamMakesOfAReport) {
  Hotspot speaker = open(1);
  render(first_plan(speaker));
  SimulationSeams seams;
  seams.before_signing = [](Message& message) {
    if (auto* report = std::get_if<WitnessReport>(&message)) report->rssi_cdbm += 2000;
  };
  Hotspot liar = open(2, seams);
  const Result<Hearing> hearing = liar.hear(window());
  ASSERT_TRUE(hearing);
  ASSERT_EQ(hearing->reports.size(), 1U);
  EXPECT_NEAR(hearing->reports[0].rssi_cdbm, 100 * kPowerDbm + 2000, 30);
}

TEST_F(HotspotTest, LeavesAFrameAtTheEndOfAPieceToTheNextOne) {
  Hotspot speaker = open(1);
  render(first_plan(speaker));
  Hotspot listener = open(2);
  const radio::StreamWindow whole = window();
  radio::StreamWindow piece = whole;
  piece.samples = whole.samples.first(whole.samples.size() - 99'000);
  EXPECT_TRUE(listener.hear(piece, true)->reports.empty());
  EXPECT_EQ(listener.hear(whole, false)->reports.size(), 1U);
}

TEST_F(HotspotTest, QueuesASilenceNoticeOnceWhenItMayNotSpeak) {
  settings_.position.reset();
  Hotspot hotspot = open(1);
  std::size_t silences = 0;
  for (Round round = kTestRound; round < kTestRound + 360; ++round) {
    for (int again = 0; again < 2; ++again) {
      const Result<RoundPlan> plan = hotspot.plan_round(round, entropy_of(round));
      ASSERT_TRUE(plan);
      EXPECT_FALSE(plan->beacon);
      if (plan->silence) ++silences;
    }
  }
  EXPECT_EQ(silences, 2U);
  EXPECT_EQ(hotspot.undelivered(), 1U);
}

TEST_F(HotspotTest, LocksItsStateAgainstASecondProcess) {
  const Hotspot first = open(1);
  const Result<Hotspot> second =
      Hotspot::open(test_identity(1), settings_, directory_.file("1"), transport_, clock_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::unavailable);
}

TEST_F(HotspotTest, NumbersItsOnboardingsAcrossARestart) {
  for (std::uint64_t sequence = 1; sequence <= 2; ++sequence) {
    Hotspot hotspot = open(1);
    Result<Onboarding> onboarding = hotspot.build_onboarding();
    ASSERT_TRUE(onboarding) << onboarding.error().detail;
    EXPECT_EQ(onboarding->sequence, sequence);
    onboarding->owner_signature[64] = 27;
    ASSERT_TRUE(hotspot.onboard(*onboarding));
  }
}

TEST_F(HotspotTest, WitnessesARecordingThroughTheDaemonsLoop) {
  Hotspot speaker = open(1);
  render(first_plan(speaker));
  const std::string stem = directory_.file("air");
  {
    auto writer = radio::SigmfWriter::create(stem, SampleFormat::ci8, kRate, {});
    ASSERT_TRUE(writer);
    radio::Capture capture;
    capture.centre_hz = kCentre;
    capture.time = open_;
    ASSERT_TRUE(writer->add_capture(capture, bytes_));
    ASSERT_TRUE(writer->finish());
  }
  Hotspot listener = open(2);
  Result<RecordingSource> source = RecordingSource::open(stem, listener.overlap_seconds());
  ASSERT_TRUE(source) << source.error().detail;
  std::vector<std::string> log;
  transport_.handler = [](const HttpRequest& request) {
    return HttpResponse{request.method == "GET" ? 200 : 202, std::nullopt, R"({"evidence":[]})"};
  };
  const DaemonPorts ports = {&*source,
                             [&](UnixNanos until) {
                               clock_.advance_to(until);
                               return listener.undelivered() > 0;
                             },
                             [&](const std::string& line) { log.push_back(line); }};
  ASSERT_TRUE(run_daemon(listener, clock_, {false, 60}, ports));
  EXPECT_EQ(listener.undelivered(), 0U);
  ASSERT_FALSE(log.empty());
  EXPECT_TRUE(log[0].starts_with("heard beacon ")) << log[0];

  // Once, with nobody there.
  ASSERT_TRUE(listener.onboard([&] {
    Onboarding onboarding = *listener.build_onboarding();
    onboarding.owner_signature[64] = 27;
    return onboarding;
  }()));
  transport_.handler = [](const HttpRequest&) -> Result<HttpResponse> {
    return fail(Errc::unavailable, "connection refused");
  };
  DaemonPorts none = ports;
  none.source = nullptr;
  const Result<void> outcome = run_daemon(listener, clock_, {true, 60}, none);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace earshot::hotspot
