#include "hotspot/config.h"

#include <fstream>
#include <sstream>

#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

std::string example() {
  std::ifstream file(EARSHOT_SOURCE_DIR "/hotspot/hotspotd.example.toml");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::vector<std::string> problems_with(const std::string& from, const std::string& to) {
  return check_config(replaced(example(), from, to), "h.toml").problems;
}

TEST(Config, ExampleFileIsValidAndShowsTheDefaults) {
  const CheckedConfig checked = check_config(example(), "example");
  ASSERT_TRUE(checked.problems.empty()) << checked.problems.front();
  const Settings& settings = checked.config.settings;
  const Settings defaults;
  EXPECT_EQ(settings.evidence.max_bytes, defaults.evidence.max_bytes);
  EXPECT_EQ(settings.evidence.max_age_seconds, defaults.evidence.max_age_seconds);
  EXPECT_EQ(settings.clock_error_ps, defaults.clock_error_ps);
  EXPECT_EQ(settings.transmits, defaults.transmits);
  EXPECT_EQ(settings.calibration.sigma_cdb, defaults.calibration.sigma_cdb);
  EXPECT_EQ(settings.sortition.window_rounds, defaults.sortition.window_rounds);
  EXPECT_EQ(checked.config.timeout_seconds, Config{}.timeout_seconds);
  EXPECT_EQ(settings.antenna_gain_ddbi, 21);
  EXPECT_EQ(settings.network, 31337U);
  EXPECT_EQ(settings.region, RegionId::eu868);
  EXPECT_EQ(settings.calibration.full_scale_cdbm, -4000);
  ASSERT_TRUE(settings.position);
}

TEST(Config, ANoiseFigureStandsForFullScale) {
  const CheckedConfig checked =
      check_config(replaced(example(), "full_scale_dbm = -40.0", "noise_figure_db = 6.5"), "e");
  ASSERT_TRUE(checked.problems.empty()) << checked.problems.front();
  EXPECT_EQ(checked.config.settings.noise_figure_db, 6.5);
}

TEST(Config, ReportsEveryProblemAtOnce) {
  const CheckedConfig checked = check_config(R"(
[hotspot]
key_file = "k"
region = "EU433"
clock = 3
latitude_deg = 91
sped = 1
[verifier]
url = "https://example.org"
timeout_s = 0
)",
                                             "h.toml");
  const std::vector<std::string> expected = {
      "h.toml: hotspot.state_directory: missing",
      "h.toml: hotspot.region: found \"EU433\", allowed: AS923, AU915, EU868, IN865, US915",
      "h.toml: hotspot.latitude_deg: found 91, allowed -90 to 90",
      "h.toml: hotspot.clock: not a string",
      "h.toml: verifier.network: missing",
      "h.toml: verifier.timeout_s: found 0, allowed 1 to 300",
      "h.toml: calibration.full_scale_dbm: missing",
      "h.toml: hotspot.sped: unknown key",
  };
  EXPECT_EQ(checked.problems, expected);
}

TEST(Config, WantsAWholePositionOrNone) {
  EXPECT_EQ(problems_with("height_m = 450.0", ""),
            std::vector<std::string>{"h.toml: hotspot: a position is latitude_deg, longitude_deg "
                                     "and height_m together"});
}

TEST(Config, WantsGainAndPositionBeforeItTransmits) {
  std::string text = replaced(example(), "transmit = false", "transmit = true");
  EXPECT_TRUE(check_config(text, "h.toml").problems.empty());
  text = replaced(text, "antenna_gain_dbi = 2.1", "");
  const CheckedConfig checked = check_config(text, "h.toml");
  ASSERT_EQ(checked.problems.size(), 1U);
  EXPECT_NE(checked.problems[0].find("antenna_gain_dbi: missing"), std::string::npos);
}

TEST(Config, WantsATransmitterThatReachesTheRegionsPower) {
  const std::string text = replaced(example(), "transmit = false", "transmit = true");
  const auto problem = [&](const std::string& from, const std::string& to) {
    const CheckedConfig checked = check_config(replaced(text, from, to), "h.toml");
    return checked.problems.size() == 1 ? checked.problems.front() : "";
  };
  EXPECT_EQ(
      problem("full_scale_dbm = 14.1", "full_scale_dbm = 14"),
      "h.toml: transmit.full_scale_dbm: found 14, allowed from 14.05 (the region's EIRP minus "
      "the antenna's gain)");
  EXPECT_EQ(problem("device = \"driver=rtlsdr\"", "recording = \"x\""),
            "h.toml: hotspot.transmit: true, but source.device names no device to do it");
}

TEST(Config, ReadsADeviceWithItsGainsByName) {
  const CheckedConfig checked =
      check_config(replaced(example(), "{ TUNER = 30 }", "{ LNA = 24, VGA = 20.5 }"), "h.toml");
  ASSERT_TRUE(checked.problems.empty()) << checked.problems.front();
  const radio::RadioConfig& radio = checked.config.radio;
  EXPECT_EQ(radio.device, "driver=rtlsdr");
  EXPECT_EQ(radio.receive.centre_hz, 868.3e6);
  EXPECT_EQ(radio.receive.gains, (std::map<std::string, double>{{"LNA", 24}, {"VGA", 20.5}}));
  EXPECT_FALSE(radio.transmits);
  EXPECT_EQ(problems_with("{ TUNER = 30 }", "{ TUNER = true }"),
            std::vector<std::string>{"h.toml: source.gain.TUNER: not a number of dB, -200 to 200"});
  EXPECT_EQ(problems_with("# recording", "recording"),
            std::vector<std::string>{"h.toml: source: recording and device: one or the other"});
}

TEST(Config, NamesTheLineOfASyntaxError) {
  const CheckedConfig checked = check_config("[hotspot]\nkey_file = = 3\n", "h.toml");
  ASSERT_EQ(checked.problems.size(), 1U);
  EXPECT_TRUE(checked.problems[0].starts_with("h.toml: line 2: ")) << checked.problems[0];
}

TEST(Config, ChecksRelations) {
  EXPECT_EQ(problems_with("min_spreading_factor = 7", "min_spreading_factor = 11"),
            std::vector<std::string>{
                "h.toml: sortition: min_spreading_factor is above max_spreading_factor"});
  EXPECT_EQ(problems_with("http://127.0.0.1:8480", "https://example.org").size(), 1U);
  EXPECT_EQ(problems_with("0x00000000000000000000000000000000000000a1", "0x1234").size(), 1U);
}

TEST(Config, MissingFileIsUnavailable) {
  const Result<CheckedConfig> loaded = load_config("/nonexistent/h.toml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace earshot::hotspot
