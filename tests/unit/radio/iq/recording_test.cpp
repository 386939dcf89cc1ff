#include "radio/iq/recording.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace earshot::radio {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Recordings : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("earshot-recording-" + std::to_string(::getpid()) + "-" + test->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }
  // A SigMF recording of `samples` ci8 samples whose metadata is `meta`.
  void write_sigmf(const json& meta, std::size_t samples = 100) const {
    write("r.sigmf-meta", meta.dump());
    write("r.sigmf-data", std::string(samples * 2, 'x'));
  }
  static json plain_meta() {
    return {{"global", {{"core:datatype", "ci8"}, {"core:version", "1.2.0"}}},
            {"captures", json::array({{{"core:sample_start", 0}}})},
            {"annotations", json::array()}};
  }
  // The error of opening `name`, checked to be one that names the file.
  Error error_of(const std::string& name) const {
    const auto recording = open_recording(path(name));
    if (recording) return {Errc::check_failed, "opened"};
    EXPECT_NE(recording.error().detail.find(path("")), std::string::npos);
    return recording.error();
  }
  std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  fs::path folder_;
};

void expect_says(const Error& error, Errc code, const std::string& words) {
  EXPECT_EQ(error.code, code);
  EXPECT_NE(error.detail.find(words), std::string::npos) << error.detail;
  EXPECT_EQ(error.detail.find('\n'), std::string::npos);
}

Bytes counting(std::size_t count) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

TEST_F(Recordings, WrittenAsSigmfAreReadBack) {
  auto writer = SigmfWriter::create(path("night"), SampleFormat::ci8, 1e6,
                                    {{"core:hw", "none"}, {"earshot:hotspot", "ab"}});
  ASSERT_TRUE(writer);
  const Instant first = {1'700'000'000, 123'456'789'012};
  ASSERT_TRUE(writer->add_capture({7, 7, 868.1e6, first, Geodetic{46.5, 7.25, 812}}, counting(20)));
  ASSERT_TRUE(writer->extend_capture(counting(10)));
  ASSERT_TRUE(writer->add_capture({0, 0, {}, {}, {}}, counting(8)));
  writer->annotate({12, 3, 0, 0, "late", "", json::object()});
  writer->annotate({2, 5, 868e6, 868.2e6, "frame", "heard", {{"earshot:snr_db", 7.5}}});
  EXPECT_FALSE(fs::exists(path("night.sigmf-data")));
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(left(), (std::vector<std::string>{"night.sigmf-data", "night.sigmf-meta"}));

  for (const char* name : {"night", "night.sigmf-meta", "night.sigmf-data"}) {
    const auto read = open_recording(path(name));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->sample_count, 19U);
    EXPECT_EQ(read->format, SampleFormat::ci8);
    EXPECT_EQ(read->rate_hz, 1e6);
    ASSERT_EQ(read->captures.size(), 2U);
    EXPECT_EQ(read->captures[0].sample_count, 15U);
    EXPECT_EQ(read->captures[0].time, first);
    EXPECT_EQ(read->captures[0].centre_hz, 868.1e6);
    EXPECT_EQ(read->captures[0].place->longitude_deg, 7.25);
    EXPECT_EQ(read->captures[1].first_sample, 15U);
    EXPECT_FALSE(read->captures[1].time);
    ASSERT_EQ(read->annotations.size(), 2U);
    EXPECT_EQ(read->annotations[0].label, "frame");
    EXPECT_EQ(read->annotations[0].extra["earshot:snr_db"], 7.5);
    EXPECT_EQ(read->global["earshot:hotspot"], "ab");
    EXPECT_EQ(read->global["core:extensions"][0]["name"], "earshot");
    EXPECT_TRUE(check_dataset(*read));
  }
}

TEST_F(Recordings, AreReadByRange) {
  ASSERT_TRUE(write_file_whole(path("a_868.3M_250k.ci8"), counting(200)));
  const auto recording = open_recording(path("a_868.3M_250k.ci8"));
  ASSERT_TRUE(recording);
  EXPECT_EQ(recording->rate_hz, 250e3);
  EXPECT_EQ(recording->captures[0].centre_hz, 868.3e6);
  const auto samples = read_samples(*recording, 10, 3);
  ASSERT_TRUE(samples);
  EXPECT_EQ(*samples, decode_samples(SampleFormat::ci8, Bytes{20, 21, 22, 23, 24, 25}));
  EXPECT_EQ(read_samples(*recording, 99, 2).error().code, Errc::usage);
  EXPECT_EQ(read_samples(*recording, ~0ULL, 2).error().code, Errc::usage);
}

TEST_F(Recordings, TakeWhatTheCallerSaysOverWhatTheNameSays) {
  ASSERT_TRUE(write_file_whole(path("a_868.3M_250k.ci8"), counting(200)));
  const auto recording =
      open_recording(path("a_868.3M_250k.ci8"), {SampleFormat::cu8, 1e6, 915e6, Instant{5, 0}, {}});
  ASSERT_TRUE(recording);
  EXPECT_EQ(recording->format, SampleFormat::cu8);
  EXPECT_EQ(recording->rate_hz, 1e6);
  EXPECT_EQ(recording->captures[0].centre_hz, 915e6);
  EXPECT_EQ(recording->captures[0].time, (Instant{5, 0}));
}

TEST_F(Recordings, ThatAreMissingAreUnavailable) {
  expect_says(error_of("no.cf32"), Errc::unavailable, "No such file");
  expect_says(error_of("no.sigmf-meta"), Errc::unavailable, "No such file");
  expect_says(error_of("no"), Errc::unavailable, "No such file");
}

TEST_F(Recordings, WithoutTheirSidecarAreUnavailableAndSoAreSidecarsAlone) {
  write("d.sigmf-data", "xxxx");
  expect_says(error_of("d.sigmf-data"), Errc::unavailable, "d.sigmf-meta: is missing");
  expect_says(error_of("d"), Errc::unavailable, "d.sigmf-meta: is missing");
  write("m.sigmf-meta", plain_meta().dump());
  expect_says(error_of("m.sigmf-meta"), Errc::unavailable, "m.sigmf-data: is missing");
}

TEST_F(Recordings, ThatEndWithinASampleAreTruncated) {
  write("a.cf32", std::string(15, 'x'));
  expect_says(error_of("a.cf32"), Errc::bad_data, "15 bytes, which is no multiple of 8 (cf32)");
  write("e.ci8", "");
  expect_says(error_of("e.ci8"), Errc::bad_data, "is empty");
}

TEST_F(Recordings, ShorterThanTheirMetadataSaysAreTruncated) {
  json meta = plain_meta();
  meta["global"]["earshot:sample_count"] = 101;
  write_sigmf(meta);
  expect_says(error_of("r"), Errc::bad_data, "earshot:sample_count says 101, the data holds 100");
  meta = plain_meta();
  meta["captures"].push_back({{"core:sample_start", 100}});
  write_sigmf(meta);
  expect_says(error_of("r"), Errc::bad_data, "a capture starts at sample 100");
  meta = plain_meta();
  meta["annotations"].push_back({{"core:sample_start", 90}, {"core:sample_count", 11}});
  write_sigmf(meta);
  expect_says(error_of("r"), Errc::bad_data, "the annotation at sample 90");
}

TEST_F(Recordings, WithAnotherHashThanClaimedFailTheCheck) {
  json meta = plain_meta();
  meta["global"]["core:sha512"] = std::string(128, '0');
  write_sigmf(meta);
  const auto recording = open_recording(path("r"));
  ASSERT_TRUE(recording);
  expect_says(check_dataset(*recording).error(), Errc::bad_data, "core:sha512 says");
}

TEST_F(Recordings, OfAFormatThatIsNotReadSayWhich) {
  for (const auto& [datatype, words] :
       {std::pair{"ri16_le", "real-valued"}, {"cf32_be", "big-endian"}, {"cu16_le", "not known"}}) {
    json meta = plain_meta();
    meta["global"]["core:datatype"] = datatype;
    write_sigmf(meta);
    expect_says(error_of("r"), Errc::bad_data, words);
    expect_says(error_of("r"), Errc::bad_data, "ci8, cu8, ci16_le, cf32_le, ci32_le or cf64_le");
  }
  write("w.wav", "RIFF");
  expect_says(error_of("w.wav"), Errc::bad_data, "within its header: truncated");
  write("w.bin", "RIFF");
  expect_says(error_of("w.bin"), Errc::bad_data, "says no sample format");
}

TEST_F(Recordings, WithMetadataOfAWrongFormSayWhere) {
  const auto wrong = [&](const json& patch, const std::string& words) {
    json meta = plain_meta();
    meta.merge_patch(patch);
    write_sigmf(meta);
    expect_says(error_of("r"), Errc::bad_data, words);
  };
  wrong({{"global", nullptr}}, "\"global\" is missing");
  wrong({{"captures", 3}}, "\"captures\" is missing or not an array");
  wrong({{"global", {{"core:datatype", nullptr}}}}, "global/core:datatype is missing");
  wrong({{"global", {{"core:version", nullptr}}}}, "global/core:version is missing");
  wrong({{"global", {{"core:version", "2.0.0"}}}}, "versions 0 and 1 are read");
  wrong({{"global", {{"core:sample_rate", -1}}}}, "must be above 0");
  wrong({{"global", {{"core:sample_rate", "1M"}}}}, "must be a number");
  wrong({{"global", {{"core:num_channels", 2}}}}, "only 1 is read");
  wrong({{"global", {{"core:dataset", "../../etc/passwd"}}}}, "plain file name");
  wrong({{"global", {{"core:metadata_only", true}}}}, "no samples to read");
  const auto wrong_capture = [&](const json& capture, const std::string& words) {
    wrong({{"captures", json::array({capture})}}, "captures[0]" + words);
  };
  wrong_capture(5, " is not an object");
  wrong_capture({{"a", 1}}, "/core:sample_start is missing");
  wrong_capture({{"core:sample_start", -1}}, "/core:sample_start must be a whole number");
  wrong_capture({{"core:sample_start", 0.5}}, "/core:sample_start must be a whole number");
  wrong_capture({{"core:sample_start", 0}, {"core:header_bytes", -4}}, "/core:header_bytes must");
  wrong_capture({{"core:sample_start", 0}, {"core:datetime", "yesterday"}}, "/core:datetime");
  wrong_capture({{"core:sample_start", 0}, {"core:geolocation", 1}}, "/core:geolocation must be");
  wrong_capture({{"core:sample_start", 0},
                 {"core:geolocation", {{"type", "Point"}, {"coordinates", {1, 91}}}}},
                "/core:geolocation is not on earth");
  write("r.sigmf-meta", "{\"global\": ");
  expect_says(error_of("r"), Errc::bad_data, "is not JSON at byte");
}

TEST_F(Recordings, WithCapturesOutOfOrderAreRefused) {
  json meta = plain_meta();
  meta["captures"] = json::array({{{"core:sample_start", 50}}, {{"core:sample_start", 10}}});
  write_sigmf(meta);
  expect_says(error_of("r"), Errc::bad_data, "captures[1]/core:sample_start is 10, must be above");
}

TEST_F(Recordings, WithoutACaptureHaveOneAndSamplesBeforeTheFirstAreNotLost) {
  json meta = plain_meta();
  meta["captures"] = json::array();
  write_sigmf(meta);
  EXPECT_EQ(open_recording(path("r"))->captures[0].sample_count, 100U);
  meta["captures"] = json::array({{{"core:sample_start", 40}, {"core:frequency", 1e9}}});
  write_sigmf(meta);
  const auto recording = open_recording(path("r"));
  ASSERT_EQ(recording->captures.size(), 2U);
  EXPECT_EQ(recording->captures[0].sample_count, 40U);
  EXPECT_FALSE(recording->captures[0].centre_hz);
}

TEST_F(Recordings, MayKeepTheirDataUnderAnotherName) {
  json meta = plain_meta();
  meta["global"]["core:dataset"] = "samples.bin";
  write("r.sigmf-meta", meta.dump());
  write("samples.bin", std::string(50, 'x'));
  const auto recording = open_recording(path("r.sigmf-meta"));
  ASSERT_TRUE(recording) << recording.error().detail;
  EXPECT_EQ(recording->sample_count, 25U);
}

TEST_F(Recordings, MayHaveHeadersBeforeCapturesAndATrailer) {
  json meta = plain_meta();
  meta["global"]["core:dataset"] = "d.bin";
  meta["global"]["core:trailing_bytes"] = 3;
  meta["captures"] = json::array({{{"core:sample_start", 0}, {"core:header_bytes", 4}},
                                  {{"core:sample_start", 2}, {"core:header_bytes", 2}}});
  write("r.sigmf-meta", meta.dump());
  write("d.bin", std::string("HHHH\1\2\3\4hh\5\6\7\x08TTT"));
  const auto recording = open_recording(path("r.sigmf-meta"));
  ASSERT_TRUE(recording) << recording.error().detail;
  EXPECT_EQ(recording->sample_count, 4U);
  EXPECT_EQ(*read_samples(*recording, 1, 3),
            decode_samples(SampleFormat::ci8, Bytes{3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(*read_samples(*recording, 3, 1), decode_samples(SampleFormat::ci8, Bytes{7, 8}));
  write("d.bin", "HHHH");
  expect_says(error_of("r.sigmf-meta"), Errc::bad_data, "shorter than the headers");
}

TEST_F(Recordings, ThatBeginLaterInTheirStreamCountFromTheirOwnStart) {
  json meta = plain_meta();
  meta["global"]["core:offset"] = 1000;
  meta["captures"] = json::array({{{"core:sample_start", 1000}}, {{"core:sample_start", 1040}}});
  meta["annotations"] = json::array({{{"core:sample_start", 1090}, {"core:sample_count", 10}}});
  write_sigmf(meta);
  const auto recording = open_recording(path("r"));
  ASSERT_TRUE(recording) << recording.error().detail;
  EXPECT_EQ(recording->captures[1].first_sample, 40U);
  EXPECT_EQ(recording->annotations[0].first_sample, 90U);
  meta["captures"][0]["core:sample_start"] = 0;
  write_sigmf(meta);
  expect_says(error_of("r"), Errc::bad_data, "must not be below core:offset (1000)");
}

TEST_F(Recordings, SayWhereEachParameterComesFrom) {
  write("gqrx_20261122_080000_868100000_250000_fc.raw", std::string(80, 'x'));
  const auto named = open_recording(path("gqrx_20261122_080000_868100000_250000_fc.raw"));
  ASSERT_TRUE(named) << named.error().detail;
  EXPECT_EQ(named->format, SampleFormat::cf32);
  EXPECT_EQ(named->origins.rate, Origin::name);
  EXPECT_EQ(named->origins.time, Origin::name);
  EXPECT_EQ(to_iso8601(*named->captures[0].time, 0), "2026-11-22T08:00:00Z");
  write("two_433.92M_868.3M_250k.cu8", "xxxx");
  const auto two = open_recording(path("two_433.92M_868.3M_250k.cu8"));
  ASSERT_TRUE(two);
  EXPECT_EQ(two->origins.frequency, Origin::unknown);
  EXPECT_EQ(two->notes, std::vector<std::string>{"the name says two frequencies"});
  const auto given = open_recording(path("two_433.92M_868.3M_250k.cu8"), {{}, 1e6, {}, {}, {}});
  EXPECT_EQ(given->origins.rate, Origin::given);
}

TEST_F(Recordings, OfACollectionAreFoundByName) {
  write_sigmf(plain_meta());
  write("c.sigmf-collection", R"({"collection": {"core:version": "1.2.0", "core:streams": [
      {"name": "r", "hash": "00"}, {"name": "s", "hash": "00"}]}})");
  EXPECT_EQ(*recordings_in(path("c.sigmf-collection")), (std::vector<std::string>{"r", "s"}));
  expect_says(error_of("c.sigmf-collection"), Errc::usage, "holds 2 recordings, name one: r, s");
  RawHints hints;
  hints.member = "r";
  EXPECT_TRUE(open_recording(path("c.sigmf-collection"), hints));
  write("d.sigmf-collection",
        R"({"collection": {"core:streams": [{"name": "../r", "hash": ""}]}})");
  expect_says(error_of("d.sigmf-collection"), Errc::bad_data, "without folder");
}

TEST_F(Recordings, ContradictingAGivenFormatAreAUsageError) {
  write_sigmf(plain_meta());
  const auto recording = open_recording(path("r"), {SampleFormat::cf32, {}, {}, {}, {}});
  expect_says(recording.error(), Errc::usage, "says ci8, the format given is cf32");
}

TEST_F(Recordings, AWriterThatNeverFinishesLeavesNothing) {
  {
    auto writer = SigmfWriter::create(path("gone"), SampleFormat::ci8, 1e6, json::object());
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->add_capture({}, counting(20)));
  }
  EXPECT_TRUE(left().empty());
}

}  // namespace
}  // namespace earshot::radio
