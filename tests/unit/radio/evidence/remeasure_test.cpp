#include "core/merkle.h"
#include "radio/css/receiver.h"
#include "tests/unit/radio/evidence/scene.h"

namespace earshot::radio {
namespace {

// The whole way of a witness: wideband window, receiver, snippet.
Result<Snippet> heard_and_cut(const Scene& scene) {
  ReceiverConfig config;
  config.rate_hz = scene.rate_hz;
  config.centre_hz = scene.centre_hz;
  config.radio_frequency_known = true;
  config.channels = {{static_cast<double>(kChannelHz), 125e3}};
  config.spreading_factors = {scene.spreading_factor};
  config.sync_word = kBeaconSyncWord;
  const auto frames = receive(config, scene.samples);
  if (!frames) return fail(frames.error());
  if (frames->size() != 1 || beacon_tag(frames->front()) != scene.tag) {
    return fail(Errc::check_failed, std::to_string(frames->size()) + " frames");
  }
  return cut_snippet(stored(scene.window()), frames->front(), scene.calibration());
}

class Remeasure : public ::testing::TestWithParam<int> {};

// A preamble that the detector's sum still shows after its end must not hide the down-chirps.
TEST(Hearing, MissesNoShortBeaconWhateverTheNoise) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Scene scene;
    scene.spreading_factor = 7;
    scene.seed = seed;
    scene.power_dbm = -112;
    scene.render();
    const Result<Snippet> snippet = heard_and_cut(scene);
    EXPECT_TRUE(snippet) << "seed " << seed << ": " << snippet.error().detail;
  }
}

TEST_P(Remeasure, GivesTimePowerRatioAndOffsetOfWhatWasSent) {
  Scene scene;
  scene.spreading_factor = GetParam();
  scene.seed = static_cast<std::uint64_t>(GetParam());
  scene.power_dbm = -108;
  scene.render();
  const Result<Snippet> snippet = heard_and_cut(scene);
  ASSERT_TRUE(snippet) << snippet.error().detail;
  const auto first = remeasure(*snippet, scene.spreading_factor, 125'000);
  ASSERT_TRUE(first) << first.error().detail;
  ASSERT_TRUE(*first) << "no beacon in the snippet";
  EXPECT_EQ((*first)->tag, scene.tag);
  const Figures& figures = (*first)->figures;
  EXPECT_NEAR(nanos(figures.anchor - scene.true_anchor()), 0, 300);
  EXPECT_LE(std::abs(nanos(figures.anchor - scene.true_anchor())),
            static_cast<double>(figures.anchor_error_ps) / 1000 + 20)
      << "the stated error covers the error";
  EXPECT_NEAR(figures.rssi_cdbm, 100 * scene.power_dbm, 30);
  EXPECT_NEAR(figures.snr_cdb, 100 * scene.true_snr_db(), 50);
  EXPECT_NEAR(figures.carrier_offset_dhz, 10 * 4e-6 * kChannelHz, 50);

  const auto second = remeasure(*snippet, scene.spreading_factor, 125'000);
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->figures, figures);
}
INSTANTIATE_TEST_SUITE_P(AllPolicyFactors, Remeasure, ::testing::Values(7, 8, 9, 10));

TEST(RemeasureAudit, GetsTheSignedIntegersFromWhatTravelledInChunks) {
  Scene scene;
  scene.render();
  const Result<Snippet> snippet = heard_and_cut(scene);
  ASSERT_TRUE(snippet) << snippet.error().detail;
  const auto signed_figures = remeasure(*snippet, 7, 125'000);
  ASSERT_TRUE(signed_figures && *signed_figures);

  const Hash256 root = merkle_root_of_chunks(snippet->bytes, kEvidenceChunkBytes);
  const auto chunks = decode_evidence(encode(cut_evidence(snippet->bytes)));
  ASSERT_TRUE(chunks);
  const Result<Bytes> joined = join_evidence(*chunks, root, snippet->bytes.size());
  ASSERT_TRUE(joined) << joined.error().detail;
  Snippet audited = *snippet;
  audited.bytes = *joined;
  const auto figures = remeasure(audited, 7, 125'000);
  ASSERT_TRUE(figures && *figures);
  EXPECT_EQ((*figures)->figures, (*signed_figures)->figures);
}

TEST(RemeasureAudit, FindsNothingInNoise) {
  Scene scene;
  scene.power_dbm = -160;
  scene.render();
  const Result<Snippet> snippet =
      cut_snippet(stored(scene.window()), scene.frame(), scene.calibration());
  ASSERT_TRUE(snippet);
  const auto found = remeasure(*snippet, 7, 125'000);
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

TEST(RemeasureAudit, RefusesFormsThatNoSnippetHas) {
  Snippet snippet;
  snippet.rate_hz = 250'000;
  snippet.centre_hz = kChannelHz;
  snippet.bytes.assign(2000, 1);
  EXPECT_TRUE(remeasure(snippet, 7, 125'000));
  EXPECT_FALSE(remeasure(snippet, 6, 125'000));
  EXPECT_FALSE(remeasure(snippet, 7, 125'001));
  EXPECT_FALSE(remeasure(snippet, 7, 250'000)) << "its rate is not twice that";
  snippet.bytes.push_back(1);
  EXPECT_FALSE(remeasure(snippet, 7, 125'000)) << "half a sample";
  snippet.bytes.assign(1'000'000, 1);
  EXPECT_FALSE(remeasure(snippet, 7, 125'000)) << "far longer than an SF7 beacon";
  snippet.format = SampleFormat::cf32;
  snippet.bytes.assign(8000, 0xFF);
  EXPECT_FALSE(remeasure(snippet, 7, 125'000)) << "not numbers";
}

TEST(RemeasureAudit, SaturatesWhereAStrangersFullScaleOverflows) {
  Scene scene;
  scene.render();
  Result<Snippet> snippet = heard_and_cut(scene);
  ASSERT_TRUE(snippet) << snippet.error().detail;
  snippet->full_scale_cdbm = INT32_MIN;
  const auto measured = remeasure(*snippet, 7, 125'000);
  ASSERT_TRUE(measured && *measured);
  EXPECT_EQ((*measured)->figures.rssi_cdbm, INT32_MIN);
}

}  // namespace
}  // namespace earshot::radio
