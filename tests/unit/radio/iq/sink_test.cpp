#include "radio/iq/sink.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <random>

namespace earshot::radio {
namespace {

namespace fs = std::filesystem;

class Sinks : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("earshot-sink-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

RecordingInfo random_recording(std::mt19937_64& rng) {
  RecordingInfo recording;
  recording.rate_hz = static_cast<double>(1000 + rng() % 20'000'000);
  recording.sample_count = 3 + rng() % 3000;
  Capture first;
  first.centre_hz = static_cast<double>(1 + rng() % 4'000'000'000);
  first.time = Instant{static_cast<std::int64_t>(1'000'000'000 + rng() % 1'000'000'000),
                       static_cast<std::int64_t>(rng() % 1000) * 1'000'000'000};
  Capture second;
  second.first_sample = 1 + rng() % (recording.sample_count - 1);
  recording.captures = {first, second};
  recording.annotations = {{second.first_sample, 1, 1, 2, "mark", "", {{"x:y", 5}}}};
  recording.global["x:z"] = "kept";
  return recording;
}

// Any finite numbers for cf32, steps of the format for integers: what can be written without loss.
Bytes random_numbers(SampleFormat format, std::size_t samples, std::mt19937_64& rng) {
  Bytes bytes(samples * bytes_per_sample(format));
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(rng());
  if (format != SampleFormat::cf32) return bytes;
  for (std::size_t i = 3; i < bytes.size(); i += 4) bytes[i] = 0x3E;
  return bytes;
}

TEST_F(Sinks, WriteWhatIsReadBackForEveryContainerAndFormat) {
  std::mt19937_64 rng(1);
  const std::vector<std::pair<std::string, std::vector<SampleFormat>>> kinds = {
      {"r.sigmf-meta",
       {SampleFormat::ci8, SampleFormat::cu8, SampleFormat::ci16, SampleFormat::cf32}},
      {"r.sigmf", {SampleFormat::ci8, SampleFormat::cu8, SampleFormat::ci16, SampleFormat::cf32}},
      {"r.wav", {SampleFormat::ci8, SampleFormat::ci16, SampleFormat::cf32}},
      {"r.sdriq", {SampleFormat::ci16}}};
  for (int round = 0; round < 20; ++round) {
    for (const auto& [name, formats] : kinds) {
      for (const SampleFormat format : formats) {
        const RecordingInfo recording = random_recording(rng);
        const Samples samples =
            decode_samples(format, random_numbers(format, recording.sample_count, rng));
        const auto target = target_of(path(name), format, format);
        ASSERT_TRUE(target);
        auto sink = open_sink(*target, recording);
        ASSERT_TRUE(sink) << sink.error().detail;
        for (std::size_t at = 0; at < samples.size();) {
          const std::size_t count = std::min<std::size_t>(1 + rng() % 900, samples.size() - at);
          ASSERT_TRUE((*sink)->write(SampleView(samples).subspan(at, count)));
          at += count;
        }
        ASSERT_TRUE((*sink)->finish());
        EXPECT_EQ((*sink)->clipped(), 0U);
        const auto back = open_recording(path(name));
        ASSERT_TRUE(back) << back.error().detail;
        EXPECT_TRUE(check_dataset(*back));
        EXPECT_EQ(back->format, format);
        EXPECT_EQ(back->rate_hz, recording.rate_hz);
        EXPECT_EQ(back->captures[0].centre_hz, recording.captures[0].centre_hz) << name;
        EXPECT_EQ(back->captures[0].time, recording.captures[0].time) << name;
        EXPECT_EQ(*read_samples(*back, 0, back->sample_count), samples) << name;
        if (!name.starts_with("r.sigmf")) continue;
        EXPECT_EQ(back->captures[1].first_sample, recording.captures[1].first_sample);
        EXPECT_EQ(back->annotations[0].extra, recording.annotations[0].extra);
        EXPECT_EQ(back->global["x:z"], "kept");
      }
    }
  }
}

TEST_F(Sinks, ThatAreNotFinishedLeaveNothing) {
  std::mt19937_64 rng(2);
  for (const char* name : {"r.sigmf-meta", "r.sigmf", "r.wav", "r.sdriq", "r.ci8"}) {
    auto sink = open_sink(*target_of(path(name), {}, SampleFormat::ci16), random_recording(rng));
    ASSERT_TRUE(sink) << sink.error().detail;
    ASSERT_TRUE((*sink)->write(Samples(2)));
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(Sinks, CountWhatTheyClip) {
  RecordingInfo recording;
  recording.sample_count = 4;
  recording.captures = {Capture{}};
  auto sink = open_sink(*target_of(path("r.ci8"), {}, SampleFormat::ci8), recording);
  ASSERT_TRUE(sink);
  ASSERT_TRUE((*sink)->write(Samples{{0.99F, -1}, {1.5F, 0}, {0, -2}, {NAN, 0}}));
  EXPECT_EQ((*sink)->clipped(), 3U);
}

TEST(TargetOf, TakesTheFormatFromOptionSuffixOrSamples) {
  EXPECT_EQ(target_of("a.wav", {}, SampleFormat::cu8)->format, SampleFormat::ci16);
  EXPECT_EQ(target_of("a.cu8", {}, SampleFormat::ci16)->format, SampleFormat::cu8);
  EXPECT_EQ(target_of("a.bin", {}, SampleFormat::ci16)->format, SampleFormat::ci16);
  EXPECT_EQ(target_of("a.sdriq", {}, SampleFormat::cf32)->format, SampleFormat::ci16);
  EXPECT_EQ(target_of("a.cu8", SampleFormat::ci8, {}).error().code, Errc::usage);
  EXPECT_EQ(target_of("a.wav", SampleFormat::cu8, {}).error().code, Errc::usage);
  EXPECT_EQ(target_of("d/a.sigmf-data", {}, {})->path, "d/a");
}

}  // namespace
}  // namespace earshot::radio
