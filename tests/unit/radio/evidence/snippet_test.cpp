#include "radio/evidence/snippet.h"

#include "radio/css/measure.h"
#include "tests/unit/radio/evidence/scene.h"

namespace earshot::radio {
namespace {

TEST(CutSnippet, KeepsLeadAndTailAndNamesItsTimeAndScale) {
  Scene scene;
  scene.render();
  const Frame frame = scene.frame();
  const Result<Snippet> snippet = cut_snippet(stored(scene.window()), frame, scene.calibration());
  ASSERT_TRUE(snippet) << snippet.error().detail;
  EXPECT_EQ(snippet->rate_hz, 250'000U);
  EXPECT_EQ(snippet->centre_hz, kChannelHz);
  const double lead_s = static_cast<double>((scene.start - snippet->first).count()) / 1e12;
  EXPECT_NEAR(lead_s, 32 * symbol_seconds(scene.params), 1.1e-6);
  const double seconds = static_cast<double>(snippet->bytes.size()) / 2 / 250e3;
  EXPECT_NEAR(seconds,
              40 * symbol_seconds(scene.params) + frame_seconds(scene.params, kBeaconPayloadSize),
              10e-6);
  int peak = 0;
  for (const std::uint8_t byte : snippet->bytes) {
    peak = std::max(peak, std::abs(static_cast<std::int8_t>(byte)));
  }
  EXPECT_GE(peak, 126) << "the range is used";
  EXPECT_LE(peak, 127) << "and nothing is clipped";
}

TEST(CutSnippet, RefusesAFrameThatIsNotWhollyThere) {
  Scene scene;
  scene.render();
  Frame frame = scene.frame();
  frame.start_sample = -1;
  const Result<Snippet> early = cut_snippet(stored(scene.window()), frame, scene.calibration());
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Errc::bad_data);
  frame.start_sample = static_cast<double>(scene.samples.size()) - 100;
  EXPECT_FALSE(cut_snippet(stored(scene.window()), frame, scene.calibration()));
}

TEST(CutSnippet, HoldsWhatWasOnTheAir) {
  Scene scene;
  scene.power_dbm = -95;
  scene.render();
  const Result<Snippet> snippet =
      cut_snippet(stored(scene.window()), scene.frame(), scene.calibration());
  ASSERT_TRUE(snippet);
  const Samples samples = decode_samples(snippet->format, snippet->bytes);
  const double start = static_cast<double>((scene.start - snippet->first).count()) * 250e3 / 1e12;
  const auto measured = measure({250e3, 0, static_cast<double>(kChannelHz)}, scene.params,
                                beacon_payload(scene.tag), samples, start, 4e-6 * kChannelHz);
  ASSERT_TRUE(measured) << measured.error().detail;
  const double rssi_dbm = measured->rssi_dbfs + snippet->full_scale_cdbm / 100.0;
  EXPECT_NEAR(rssi_dbm, scene.power_dbm, 0.3);
  EXPECT_NEAR(measured->carrier_offset_hz, 4e-6 * kChannelHz, 5);
  const Instant anchor =
      snippet->first + Picoseconds(std::llround(measured->anchor_sample / 250e3 * 1e12));
  EXPECT_NEAR(nanos(anchor - scene.true_anchor()), 0, 300);
}

TEST(SnippetOf, GivesTheSnippetThatAReportDescribes) {
  WitnessReport report;
  report.round = 29'700'000;
  report.evidence_rate_hz = 250'000;
  report.evidence_centre_hz = kChannelHz;
  report.evidence_first_ps = -5;
  report.full_scale_cdbm = -4321;
  const Snippet snippet = snippet_of(report, {1, 2, 3, 4});
  EXPECT_EQ(snippet.rate_hz, 250'000U);
  EXPECT_EQ(snippet.centre_hz, kChannelHz);
  EXPECT_EQ(snippet.first, instant_of_round(report.round) + Picoseconds(-5));
  EXPECT_EQ(snippet.full_scale_cdbm, -4321);
  EXPECT_EQ(snippet.bytes, (Bytes{1, 2, 3, 4}));
}

}  // namespace
}  // namespace earshot::radio
