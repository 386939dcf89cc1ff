#include "verifier/quorum/intake_check.h"

#include <gtest/gtest.h>

#include "tests/doubles/memory_store.h"

namespace earshot::verifier {
namespace {

Hash256 hash_of(std::uint64_t number) {
  Writer out;
  out.put(number);
  return sha256(out.bytes());
}

// A log of headers and messages in turn, and its tiles.
class Log {
 public:
  explicit Log(std::uint64_t pairs) {
    WriteSet writes;
    for (std::uint64_t i = 0; i < pairs; ++i) {
      writes.log.push_back({LogKind::header, static_cast<UnixNanos>(i), hash_of(2 * i)});
      writes.log.push_back({LogKind::message, static_cast<UnixNanos>(i + 5), hash_of(2 * i + 1)});
    }
    EXPECT_TRUE(store_.commit(writes));
  }
  IntakeItem item(std::uint64_t pair) const {
    return {.message = hash_of(2 * pair + 1),
            .header = hash_of(2 * pair),
            .header_received = static_cast<UnixNanos>(pair),
            .body_received = static_cast<UnixNanos>(pair + 5),
            .header_index = 2 * pair,
            .body_index = 2 * pair + 1};
  }
  Result<void> check(const IntakeList& list) {
    return check_intake_list(list, store_.log_head(),
                             [this](const TilePath& path) { return tile(path); });
  }
  std::set<std::uint64_t> entries_read;  // Tiles of entries.
  MemoryStore store_;
  std::function<void(const TilePath&, Bytes&)> on_tile = [](const TilePath&, Bytes&) {};

 private:
  Result<Bytes> tile(const TilePath& path) {
    const std::uint64_t first = path.index * kTileWidth;
    Bytes bytes;
    if (path.is_entries) {
      entries_read.insert(path.index);
      std::vector<Bytes> entries;
      const auto found = store_.log_entries(first, path.width);
      for (const LogEntry& entry : *found) entries.push_back(encode(entry));
      bytes = bundle_entries(entries);
    } else {
      const auto found = store_.tile_hashes(path.level, first, path.width);
      for (const Hash256& hash : *found) {
        bytes.insert(bytes.end(), hash.begin(), hash.end());
      }
    }
    on_tile(path, bytes);
    return bytes;
  }
};

constexpr std::uint64_t kPairs = 1000;  // 2000 entries: seven full tiles and a part.

TEST(IntakeCheck, ReadsTheNewestTilesAndProvesOldOnboardings) {
  Log log(kPairs);
  const IntakeList list{{log.item(3)}, {log.item(990), log.item(801)}, {}};
  EXPECT_TRUE(log.check(list)) << log.check(list).error().detail;
  EXPECT_EQ(log.entries_read, (std::set<std::uint64_t>{6, 7}));
  EXPECT_TRUE(log.check(IntakeList{}));
}

TEST(IntakeCheck, FindsWhatTheLogDoesNotSay) {
  Log log(kPairs);
  const auto error_of = [&](const IntakeItem& item, bool is_onboarding) {
    IntakeList list{{}, {log.item(900)}, {}};
    (is_onboarding ? list.onboardings : list.messages) = {item};
    if (is_onboarding) list.messages = {log.item(990)};
    const Result<void> checked = log.check(list);
    return checked ? std::string() : checked.error().detail;
  };
  for (const bool is_onboarding : {false, true}) {
    IntakeItem earlier = log.item(900 - (is_onboarding ? 800 : 0));
    EXPECT_EQ(error_of(earlier, is_onboarding), "");
    earlier.body_received -= 1;
    EXPECT_NE(error_of(earlier, is_onboarding).find("is not what the list says"),
              std::string::npos);
    IntakeItem other = log.item(900 - (is_onboarding ? 800 : 0));
    other.header = hash_of(7'777);
    EXPECT_NE(error_of(other, is_onboarding), "");
    IntakeItem beyond = log.item(kPairs);
    EXPECT_NE(error_of(beyond, is_onboarding).find("is not under the checkpoint"),
              std::string::npos);
  }
}

TEST(IntakeCheck, RefusesTilesOfAnotherLog) {
  Log log(kPairs);
  for (const bool entries : {true, false}) {
    log.on_tile = [entries](const TilePath& path, Bytes& bytes) {
      if (path.is_entries == entries && path.index == (entries ? 7U : 0U)) bytes.back() ^= 1;
    };
    EXPECT_FALSE(log.check({{log.item(3)}, {log.item(990)}, {}}));
  }
  log.on_tile = [](const TilePath&, Bytes& bytes) { bytes.pop_back(); };
  EXPECT_FALSE(log.check({{}, {log.item(990)}, {}}));
}

TEST(IntakeCheck, PlacesAreFoundBackwardsOrSaidToBeMissing) {
  Log log(kPairs * 3);
  const LogEntries entries = [&](std::uint64_t first, std::uint64_t count) {
    return log.store_.log_entries(first, count);
  };
  LogPlaces places;
  const std::pair oldest{LogKind::header, hash_of(0)};
  const std::pair newer{LogKind::message, hash_of(2 * 2500 + 1)};
  ASSERT_TRUE(find_places({oldest, newer}, 6000, entries, places));
  EXPECT_EQ(places.at(oldest), 0U);
  EXPECT_EQ(places.at(newer), 5001U);
  EXPECT_FALSE(find_places({{LogKind::message, hash_of(0)}}, 6000, entries, places));
}

}  // namespace
}  // namespace earshot::verifier
