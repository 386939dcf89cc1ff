#include "hotspot/evidence_store.h"

#include <fstream>

#include "radio/iq/recording.h"
#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

constexpr UnixNanos kSecond = kNanosPerSecond;
constexpr UnixNanos kNow = 1'790'000'000 * kSecond;

radio::Snippet test_snippet(std::size_t bytes) {
  radio::Snippet snippet;
  snippet.rate_hz = 250'000;
  snippet.centre_hz = 868'100'000;
  snippet.first = instant_of_round(kTestRound) + Picoseconds(20 * kPicosPerSecond);
  snippet.full_scale_cdbm = -9000;
  for (std::size_t i = 0; i < bytes; ++i) snippet.bytes.push_back(static_cast<std::uint8_t>(i));
  return snippet;
}

Hash256 id_of(std::uint8_t number) {
  Hash256 id{};
  id.fill(number);
  return id;
}

class EvidenceStoreTest : public ::testing::Test {
 protected:
  EvidenceStore open(const EvidenceBounds& bounds = {}) {
    Result<EvidenceStore> store = EvidenceStore::open(directory_.file("evidence"), bounds);
    EXPECT_TRUE(store);
    return *std::move(store);
  }
  // The frame begins 32 symbols of 1.024 ms into the snippet.
  WitnessReport report() const {
    WitnessReport made = test_report(test_identity(1), kTestRound, 9);
    made.evidence_first_ps = 20 * kPicosPerSecond;
    made.receive_ps =
        made.evidence_first_ps + 32 * 1'024'000'000LL + beacon_anchor_offset(7, 125'000).count();
    return made;
  }

  TemporaryDirectory directory_;
};

TEST_F(EvidenceStoreTest, GivesBackTheCommittedBytesAfterARestart) {
  const radio::Snippet snippet = test_snippet(40'000);
  {
    EvidenceStore store = open();
    ASSERT_TRUE(store.put(id_of(1), report(), snippet, kNow));
  }
  const EvidenceStore store = open();
  ASSERT_TRUE(store.holds(id_of(1)));
  const Result<Bytes> bytes = store.bytes_of(id_of(1));
  ASSERT_TRUE(bytes) << bytes.error().detail;
  EXPECT_EQ(*bytes, snippet.bytes);
  const Result<Bytes> missing = store.bytes_of(id_of(2));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::check_failed);
}

TEST_F(EvidenceStoreTest, WritesSigmfWithTheFrameAsAnAnnotation) {
  EvidenceStore store = open();
  ASSERT_TRUE(store.put(id_of(1), report(), test_snippet(100'000), kNow));
  const std::string path = directory_.file("evidence/1790000000-" + to_hex(id_of(1)));
  const Result<radio::RecordingInfo> recording = radio::open_recording(path + ".sigmf-meta");
  ASSERT_TRUE(recording) << recording.error().detail;
  EXPECT_EQ(recording->rate_hz, 250'000);
  EXPECT_EQ(recording->captures.at(0).centre_hz, 868'100'000);
  EXPECT_EQ(recording->captures.at(0).time, test_snippet(0).first);
  ASSERT_EQ(recording->annotations.size(), 1U);
  const radio::Annotation& frame = recording->annotations[0];
  EXPECT_EQ(frame.first_sample, 32 * 256U);
  EXPECT_EQ(frame.sample_count,
            static_cast<std::uint64_t>(beacon_airtime(7, 125'000).count() / 4'000'000));
  EXPECT_EQ(frame.low_hz, 868'037'500);
  EXPECT_EQ(frame.high_hz, 868'162'500);
  EXPECT_EQ(frame.label, "beacon SF7");
}

TEST_F(EvidenceStoreTest, EvictsTheOldestWhenBytesRunOut) {
  EvidenceStore store = open({3 * (10'000 + 4096), 86'400});
  for (std::uint8_t number = 1; number <= 5; ++number) {
    ASSERT_TRUE(store.put(id_of(number), report(), test_snippet(10'000), kNow + number * kSecond));
    EXPECT_LE(store.total_bytes(), 3U * (10'000 + 4096));
  }
  EXPECT_FALSE(store.holds(id_of(1)));
  EXPECT_FALSE(store.holds(id_of(2)));
  EXPECT_TRUE(store.holds(id_of(5)));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& file :
       std::filesystem::directory_iterator(directory_.file("evidence"))) {
    ++files;
  }
  EXPECT_EQ(files, 2 * store.size());
}

TEST_F(EvidenceStoreTest, EvictsByAge) {
  EvidenceStore store = open();
  ASSERT_TRUE(store.put(id_of(1), report(), test_snippet(1000), kNow));
  store.expire(kNow + 3 * 86'400 * kSecond);
  EXPECT_TRUE(store.holds(id_of(1)));
  store.expire(kNow + (3 * 86'400 + 1) * kSecond);
  EXPECT_FALSE(store.holds(id_of(1)));
  EXPECT_EQ(store.total_bytes(), 0U);
}

TEST_F(EvidenceStoreTest, IgnoresFilesThatAreNotWholePairsOfItsOwn) {
  std::filesystem::create_directory(directory_.file("evidence"));
  std::ofstream(directory_.file("evidence/notes.sigmf-meta")) << "{}";
  std::ofstream(directory_.file("evidence/17-" + to_hex(id_of(3)) + ".sigmf-meta")) << "{}";
  const EvidenceStore store = open();
  EXPECT_EQ(store.size(), 0U);
}

}  // namespace
}  // namespace earshot::hotspot
