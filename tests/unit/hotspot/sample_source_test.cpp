#include "hotspot/sample_source.h"

#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

constexpr double kRate = 1e6;

class RecordingSourceTest : public ::testing::Test {
 protected:
  // A ramp, so that each sample says which it is.
  static Bytes ramp(std::uint64_t first, std::uint64_t count) {
    radio::Samples samples(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      samples[i] = static_cast<float>((first + i) % 100) / 128;
    }
    return radio::encode_samples(SampleFormat::ci8, samples);
  }
  std::string write(const std::vector<radio::Capture>& captures, std::uint64_t samples_each) {
    const std::string stem = directory_.file("r");
    auto writer = radio::SigmfWriter::create(stem, SampleFormat::ci8, kRate, {});
    EXPECT_TRUE(writer);
    std::uint64_t first = 0;
    for (const radio::Capture& capture : captures) {
      EXPECT_TRUE(writer->add_capture(capture, ramp(first, samples_each)));
      first += samples_each;
    }
    EXPECT_TRUE(writer->finish());
    return stem + ".sigmf-meta";
  }
  static radio::Capture capture_at(Instant time) {
    radio::Capture capture;
    capture.centre_hz = 868.3e6;
    capture.time = time;
    return capture;
  }

  TemporaryDirectory directory_;
};

TEST_F(RecordingSourceTest, GivesEachCaptureAsAWindowWithItsOwnTime) {
  const Instant one{1'790'000'000, 500'000'000'000};
  const Instant two{1'790'003'600, 0};
  auto source = RecordingSource::open(write({capture_at(one), capture_at(two)}, 1000), 0.5);
  ASSERT_TRUE(source) << source.error().detail;
  for (const Instant& time : {one, two}) {
    const auto window = source->next();
    ASSERT_TRUE(window && *window);
    EXPECT_EQ((*window)->samples.size(), 1000U);
    EXPECT_EQ((*window)->first, time);
    EXPECT_EQ((*window)->centre_hz, 868.3e6);
    EXPECT_FALSE((*window)->more_follows);
  }
  const auto end = source->next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST_F(RecordingSourceTest, CutsALongCaptureIntoPiecesThatOverlap) {
  const Instant time{1'790'000'000, 0};
  const std::uint64_t count = 9'000'000;
  auto source = RecordingSource::open(write({capture_at(time)}, count), 0.75);
  ASSERT_TRUE(source);
  std::uint64_t next = 0;
  bool more = true;
  int pieces = 0;
  while (more) {
    const auto window = source->next();
    ASSERT_TRUE(window && *window);
    const auto first = static_cast<std::uint64_t>(((*window)->first - time).count() / 1'000'000);
    EXPECT_EQ(first + (pieces == 0 ? 0 : 750'000), next) << "overlaps by what was asked";
    EXPECT_EQ((*window)->samples[0].real(), static_cast<float>(first % 100) / 128);
    next = first + (*window)->samples.size();
    more = (*window)->more_follows;
    ++pieces;
  }
  EXPECT_EQ(next, count);
  EXPECT_EQ(pieces, 3);
}

TEST_F(RecordingSourceTest, NamesTheCaptureWithoutATime) {
  radio::Capture timeless;
  timeless.centre_hz = 868.3e6;
  const auto source = RecordingSource::open(write({capture_at({1, 0}), timeless}, 100), 0.5);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, Errc::bad_data);
  EXPECT_NE(source.error().detail.find("capture 1 has no time"), std::string::npos);
}

}  // namespace
}  // namespace earshot::hotspot
