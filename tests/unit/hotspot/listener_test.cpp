#include "hotspot/listener.h"

#include <cmath>

#include "radio/channel/air.h"
#include "radio/evidence/beacon.h"
#include "radio/iq/format.h"
#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

constexpr double kRate = 1e6;
constexpr double kCentre = 868.3e6;
constexpr Instant kOpen = {kTestRound * 60 + 20, 0};
constexpr std::uint64_t kErrorPs = 7'000'000;

// A second of air with one beacon at 0.3 s, -80 dBm.
class ListenerTest : public ::testing::Test {
 protected:
  ListenerTest() {
    settings_.calibration.full_scale_cdbm = -4000;
    settings_.sortition.max_spreading_factor = 8;
    const Tag tag = {1, 2, 3};
    waveform_ = *radio::CssWaveform::create(radio::beacon_params(7, 125e3), beacon_payload(tag));
    radio::RadioFrontEnd front_end;
    front_end.rate_hz = kRate;
    front_end.centre_hz = kCentre;
    front_end.format = SampleFormat::ci16;
    radio::Arrival arrival;
    arrival.emission = {&waveform_, kOpen + Picoseconds(300'000'000'000), 868.1e6, 0};
    arrival.power_dbm = -80;
    const std::vector<radio::Arrival> arrivals = {arrival};
    samples_ = radio::decode_samples(
        front_end.format, radio::render_window(front_end, kOpen, 1'000'000, 0, arrivals));
  }

  Listener listener() {
    Result<Listener> made =
        Listener::create(identity_.signing.public_key, settings_, kRate, kCentre);
    EXPECT_TRUE(made);
    return *std::move(made);
  }
  radio::AirPiece piece(std::size_t from, std::size_t count) const {
    radio::AirPiece out;
    const auto begin = samples_.begin() + static_cast<std::ptrdiff_t>(from);
    out.samples.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    out.after_gap = from == 0;
    out.first = {kOpen + Picoseconds(static_cast<std::int64_t>(from) * 1'000'000), kErrorPs};
    return out;
  }
  static void add(Harvest& sum, Harvest more) {
    sum.frames += more.frames;
    sum.unconfirmed += more.unconfirmed;
    sum.over_limit += more.over_limit;
    for (Witnessed& one : more.beacons) sum.beacons.push_back(std::move(one));
  }
  // The whole second in pieces.
  Harvest hear(std::size_t size) {
    Listener ears = listener();
    Harvest all;
    for (std::size_t at = 0; at + size <= samples_.size(); at += size) {
      Result<Harvest> harvest = ears.push(piece(at, size));
      EXPECT_TRUE(harvest);
      add(all, *std::move(harvest));
    }
    return all;
  }

  Identity identity_ = test_identity(2);
  Settings settings_ = test_settings();
  radio::CssWaveform waveform_ = *radio::CssWaveform::create({}, std::vector<std::uint8_t>{1});
  radio::Samples samples_;
};

TEST_F(ListenerTest, MeasuresABeaconOnceWhateverThePieces) {
  const Harvest harvest = hear(20000);
  ASSERT_EQ(harvest.beacons.size(), 1U);
  const WitnessReport& report = harvest.beacons.front().report;
  EXPECT_NEAR(report.rssi_cdbm, -8000, 30);
  const auto anchor = std::chrono::milliseconds(20'300) + beacon_anchor_offset(7, 125'000);
  EXPECT_NEAR(static_cast<double>(report.receive_ps), static_cast<double>(anchor.count()), 300e3);
  EXPECT_GT(report.receive_error_ps, settings_.clock_error_ps + kErrorPs);
  EXPECT_EQ(hear(8192).beacons.size(), 1U);
  EXPECT_EQ(hear(8192).beacons.front().report.tag, report.tag);
}

TEST_F(ListenerTest, SurvivesAGapAndDoesNotHearAcrossIt) {
  Listener ears = listener();
  Harvest all;
  add(all, *ears.push(piece(0, 320'000)));  // Into the frame.
  radio::AirPiece after = piece(330'000, 600'000);
  after.after_gap = true;
  add(all, *ears.push(after));
  EXPECT_TRUE(all.beacons.empty());
  // And the next one is heard again.
  for (std::size_t at = 0; at < samples_.size(); at += 100'000)
    add(all, *ears.push(piece(at, 100'000)));
  EXPECT_EQ(all.beacons.size(), 1U);
}

// 66 made-up tags, three at a time, on three channels.
TEST_F(ListenerTest, MeasuresNoMoreBeaconsOfARoundThanMayBeReported) {
  constexpr std::size_t kForged = 66;
  std::vector<radio::CssWaveform> waveforms;
  for (std::size_t i = 0; i < kForged; ++i) {
    const Tag tag = {static_cast<std::uint8_t>(i), 7};
    waveforms.push_back(
        *radio::CssWaveform::create(radio::beacon_params(7, 125e3), beacon_payload(tag)));
  }
  std::vector<radio::Arrival> arrivals;
  for (std::size_t i = 0; i < kForged; ++i) {
    const auto start = kOpen + Picoseconds(static_cast<std::int64_t>(i / 3 + 1) * 80'000'000'000);
    radio::Arrival arrival;
    arrival.emission = {&waveforms[i], start, 868.1e6 + 200e3 * static_cast<double>(i % 3), 0};
    arrival.power_dbm = -80;
    arrivals.push_back(arrival);
  }
  radio::RadioFrontEnd front_end;
  front_end.rate_hz = kRate;
  front_end.centre_hz = kCentre;
  front_end.format = SampleFormat::ci16;
  samples_ = radio::decode_samples(front_end.format,
                                   radio::render_window(front_end, kOpen, 2'000'000, 0, arrivals));
  const Harvest harvest = hear(100'000);
  EXPECT_EQ(harvest.frames, kForged);
  EXPECT_EQ(harvest.beacons.size(), kReportsPerRound);
  EXPECT_EQ(harvest.over_limit, kForged - kReportsPerRound);
}

TEST_F(ListenerTest, TellsThePowerOfAChannelNow) {
  Listener ears = listener();
  EXPECT_FALSE(ears.stream().channel_power_dbfs(868.1e6, 125e3, 0.005));
  ASSERT_TRUE(ears.push(piece(0, 320'000)));
  EXPECT_NEAR(*ears.stream().channel_power_dbfs(868.1e6, 125e3, 0.005), -40, 2.5);
  EXPECT_LT(*ears.stream().channel_power_dbfs(868.5e6, 125e3, 0.005), -60);
}

TEST_F(ListenerTest, CountsSamplesAtTheEndOfTheRange) {
  Listener ears = listener();
  radio::AirPiece loud = piece(0, 1000);
  loud.samples.assign(1000, radio::Sample(0.5F, -1.0F));
  ASSERT_TRUE(ears.push(loud));
  EXPECT_EQ(ears.stream().clipped(), 1000U);
}

TEST_F(ListenerTest, RefusesABandWithoutAChannel) {
  const auto refused = Listener::create(identity_.signing.public_key, settings_, kRate, 915e6);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::configuration);
}

}  // namespace
}  // namespace earshot::hotspot
