// Transmissions, windows and recordings of a small world: two hotspots, one hour.
#include "simulator/recordings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/files.h"
#include "core/hash.h"
#include "simulator/files.h"
#include "simulator/render.h"

namespace earshot::simulator {
namespace {

namespace fs = std::filesystem;

Scenario two_hotspots() {
  Scenario scenario;
  scenario.name = "two";
  scenario.seed = 7;
  scenario.start_day = 20779;
  scenario.air.path_loss.model = radio::PathLossModel::log_distance;
  HotspotPlan mill;
  mill.name = "mill";
  mill.owner = "alma";
  mill.place = mill.asserted = {48.60, 15.20, 500};
  HotspotPlan church = mill;
  church.name = "church";
  church.owner = "bruno";
  church.place = church.asserted = {48.62, 15.22, 510};
  scenario.hotspots = {mill, church};
  return scenario;
}

rewards::Policy short_windows() {
  rewards::Policy policy;
  policy.name = "test";
  policy.epoch_rounds = 60;
  policy.sortition.window_rounds = 30;
  policy.sortition.max_spreading_factor = 7;
  return policy;
}

std::optional<Entropy> entropy_of(Round round) {
  Writer bytes;
  bytes.put(round);
  return sha256(bytes.bytes());
}

class RecordingsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("earshot-recordings-" + std::to_string(getpid()));
    fs::create_directories(directory_);
    const auto sent = plan_transmissions(world_, entropy_of, directory_);
    ASSERT_TRUE(sent) << sent.error().detail;
    sent_ = *sent;
  }
  void TearDown() override { fs::remove_all(directory_); }

  void render(std::size_t receiver) {
    const Result<void> done = render_recording(world_, receiver, sent_, directory_, [] {});
    ASSERT_TRUE(done) << done.error().detail;
  }
  std::string meta() const { return directory_ / "mill.sigmf-meta"; }
  // Replaces `from` in the sidecar and returns the error of opening it.
  std::string error_after(const std::string& from, const std::string& to) {
    std::string text = *read_file(meta());
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    std::ofstream(meta()) << text;
    const auto opened = open_receiver_recording(world_, 0, directory_);
    EXPECT_FALSE(opened);
    return opened ? "" : opened.error().detail;
  }

  World world_{two_hotspots(), short_windows(), 31337};
  fs::path directory_;
  std::vector<Transmission> sent_;
};

TEST_F(RecordingsTest, EveryTransmitterSpeaksOnceInEachWindow) {
  EXPECT_EQ(sent_.size(), 4U);
  EXPECT_TRUE(std::is_sorted(sent_.begin(), sent_.end(),
                             [](const auto& a, const auto& b) { return a.start < b.start; }));
}

TEST_F(RecordingsTest, AWindowHoldsTheFrameWithItsEvidence) {
  const std::vector<ListeningWindow> windows = windows_of(world_, 0, sent_);
  ASSERT_EQ(windows.size(), 2U) << "the other one's beacons";
  std::size_t next = 0;
  for (const Transmission& transmission : sent_) {
    if (transmission.hotspot == 0) continue;
    const ListeningWindow& window = windows[next++];
    const Picoseconds before = transmission.start - window.open;
    const Picoseconds length(static_cast<std::int64_t>(window.samples) * 1'000'000);
    const std::int64_t symbol = 1'024'000'000;  // SF7 at 125 kHz.
    EXPECT_GE(before.count(), 32 * symbol);
    EXPECT_GE((length - before - transmission.plan.airtime).count(), 8 * symbol);
    EXPECT_EQ(window.open.picos % 1'000'000, 0);
  }
}

TEST_F(RecordingsTest, WhatWasWrittenIsReadBack) {
  render(0);
  const auto recording = open_receiver_recording(world_, 0, directory_);
  ASSERT_TRUE(recording) << recording.error().detail;
  EXPECT_EQ(recording->place, world_.hotspots()[0].truth);
  const std::vector<ListeningWindow> windows = windows_of(world_, 0, sent_);
  ASSERT_EQ(recording->info.captures.size(), windows.size());
  for (std::size_t i = 0; i < windows.size(); ++i) {
    EXPECT_EQ(*recording->info.captures[i].time, windows[i].open);
    EXPECT_EQ(recording->info.captures[i].sample_count, windows[i].samples);
    const Round round =
        static_cast<Round>(recording->info.captures[i].time->seconds / kRoundSeconds);
    EXPECT_EQ(captures_in(recording->info, round), std::vector<std::size_t>{i});
  }
}

TEST_F(RecordingsTest, TheSameSeedGivesTheSameBytes) {
  render(0);
  const std::string first = *read_file(directory_ / "mill.sigmf-data");
  render(0);
  EXPECT_EQ(*read_file(directory_ / "mill.sigmf-data"), first);
}

TEST_F(RecordingsTest, AMissingRecordingIsNamed) {
  const auto opened = open_receiver_recording(world_, 0, directory_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::unavailable);
  EXPECT_NE(opened.error().detail.find("mill.sigmf"), std::string::npos) << opened.error().detail;
}

TEST_F(RecordingsTest, ATruncatedRecordingIsRefused) {
  render(0);
  const fs::path data = directory_ / "mill.sigmf-data";
  fs::resize_file(data, fs::file_size(data) - 2000);
  const auto opened = open_receiver_recording(world_, 0, directory_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::bad_data) << opened.error().detail;
}

TEST_F(RecordingsTest, AnotherHotspotsRecordingNamesTheKey) {
  render(0);
  const std::string error =
      error_after("\"earshot:hotspot\": \"mill\"", "\"earshot:hotspot\": \"x\"");
  EXPECT_NE(error.find("mill.sigmf-meta: earshot:hotspot"), std::string::npos) << error;
}

TEST_F(RecordingsTest, AnotherPlaceNamesTheCapture) {
  render(0);
  const std::string error = error_after("15.2", "15.3");
  EXPECT_NE(error.find("captures[0].core:geolocation"), std::string::npos) << error;
}

TEST_F(RecordingsTest, AnotherDayNamesTheCapture) {
  render(0);
  const std::string error = error_after("2026-11-22T", "2026-11-23T");
  EXPECT_NE(error.find("core:datetime"), std::string::npos) << error;
}

}  // namespace
}  // namespace earshot::simulator
