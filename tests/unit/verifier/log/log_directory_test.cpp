#include "verifier/log/log_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/merkle.h"

namespace earshot::verifier {
namespace {

class LogDirectoryTest : public testing::Test {
 protected:
  LogDirectoryTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = testing::TempDir() + "log-directory-" + test->name();
    std::filesystem::remove_all(directory_);
    reopen();
  }
  ~LogDirectoryTest() override { std::filesystem::remove_all(directory_); }

  void reopen() {
    auto opened = LogDirectory::open(directory_);
    ASSERT_TRUE(opened) << opened.error().detail;
    log_ = *std::move(opened);
  }
  void append(std::size_t count) {
    std::vector<Bytes> fresh;
    for (std::size_t i = 0; i < count; ++i) {
      Writer entry;
      entry.put(static_cast<std::uint32_t>(all_.size() + i));
      fresh.push_back(entry.bytes());
    }
    ASSERT_TRUE(log_->append(fresh));
    all_.insert(all_.end(), fresh.begin(), fresh.end());
  }
  Hash256 root_of(std::size_t size) const {
    std::vector<Hash256> leaves;
    for (std::size_t i = 0; i < size; ++i) leaves.push_back(merkle_leaf(all_[i]));
    return merkle_root(leaves);
  }
  // Every entry by its bundle, every root by the tiles.
  void expect_whole() const {
    ASSERT_EQ(log_->head(), (LogHead{all_.size(), root_of(all_.size())}));
    const Result<Hash256> root = TileTree(log_->hashes()).root(all_.size());
    ASSERT_TRUE(root) << root.error().detail;
    EXPECT_EQ(*root, log_->head().root);
    for (std::uint64_t first = 0; first < all_.size(); first += kTileWidth) {
      const std::uint64_t width = std::min<std::uint64_t>(kTileWidth, all_.size() - first);
      const Result<Bytes> bundle = log_->tile({true, 0, first / kTileWidth, width});
      ASSERT_TRUE(bundle) << first;
      const auto from = all_.begin() + static_cast<std::ptrdiff_t>(first);
      EXPECT_EQ(*parse_bundle(*bundle),
                std::vector<Bytes>(from, from + static_cast<std::ptrdiff_t>(width)));
    }
  }

  std::string directory_;
  std::unique_ptr<LogDirectory> log_;
  std::vector<Bytes> all_;
};

TEST_F(LogDirectoryTest, GrowsThroughEverySizeAndRestart) {
  expect_whole();
  for (const std::size_t count : {1, 254, 1, 1, 700, 0, 67, 1024}) {
    append(count);
    expect_whole();
    reopen();
    expect_whole();
  }
  append(65'536);
  reopen();
  append(3);
  expect_whole();
  EXPECT_TRUE(log_->tile({.level = 2, .index = 0, .width = 1}));
}

TEST_F(LogDirectoryTest, KeepsTheTilesOfTheHeadsItHad) {
  append(7);
  append(300);
  EXPECT_TRUE(log_->tile({.width = 7}));
  EXPECT_TRUE(log_->tile({true, 0, 0, 7}));
  EXPECT_TRUE(log_->tile({.index = 1, .width = 51}));
  for (const TilePath& absent : {TilePath{.width = 8},
                                 {.index = 1},
                                 {.index = 1, .width = 52},
                                 {.level = 1, .width = 2},
                                 {.level = 9, .width = 1},
                                 {.level = 63, .width = 1},
                                 {true, 0, 2, 1}}) {
    EXPECT_EQ(log_->tile(absent).error().code, Errc::usage) << to_string(absent);
  }
}

TEST_F(LogDirectoryTest, WritesAgainWhatACrashLeftBeyondItsEdge) {
  append(100);
  const std::string edge = directory_ + "/edge";
  std::filesystem::copy_file(edge, edge + ".old");
  append(400);
  std::filesystem::rename(edge + ".old", edge);  // The crash was before the edge moved.
  all_.resize(100);
  reopen();
  expect_whole();
  append(300);
  expect_whole();
}

TEST_F(LogDirectoryTest, RefusesTilesThatAreNotItsOwn) {
  append(300);
  std::fstream file(directory_ + "/tile/1/000.p/1", std::ios::in | std::ios::out);
  file << "xy";
  file.close();
  EXPECT_EQ(LogDirectory::open(directory_).error().code, Errc::bad_data);
  std::filesystem::resize_file(directory_ + "/edge", 9);
  EXPECT_EQ(LogDirectory::open(directory_).error().code, Errc::bad_data);
}

TEST_F(LogDirectoryTest, IsAsItWasWhenItCannotBeWritten) {
  append(10);
  const LogHead before = log_->head();
  std::filesystem::remove_all(directory_);
  std::ofstream(directory_) << "in the way";
  EXPECT_EQ(log_->append(std::vector<Bytes>{{1}}).error().code, Errc::unavailable);
  EXPECT_EQ(log_->head(), before);
}

}  // namespace
}  // namespace earshot::verifier
