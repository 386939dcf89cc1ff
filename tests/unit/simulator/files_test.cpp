#include "simulator/files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "core/files.h"
#include "simulator/parallel.h"

namespace earshot::simulator {
namespace {

namespace fs = std::filesystem;

class OutputDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    parent_ = fs::temp_directory_path() / ("earshot-output-" + std::to_string(getpid()));
    fs::create_directories(parent_);
    path_ = parent_ / "out";
  }
  void TearDown() override { fs::remove_all(parent_); }
  void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(parent_), fs::directory_iterator()));
  }

  fs::path parent_, path_;
};

TEST_F(OutputDirectoryTest, AppearsWholeAtCommit) {
  Result<OutputDirectory> output = OutputDirectory::create(path_, false);
  ASSERT_TRUE(output) << output.error().detail;
  write(output->working() / "file", "text");
  EXPECT_FALSE(fs::exists(path_));
  ASSERT_TRUE(output->commit());
  EXPECT_EQ(*read_file(path_ / "file"), "text");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(OutputDirectoryTest, LeavesNothingWithoutCommit) {
  {
    Result<OutputDirectory> output = OutputDirectory::create(path_, false);
    ASSERT_TRUE(output);
    write(output->working() / "file", "text");
  }
  EXPECT_EQ(entries(), 0U);
}

TEST_F(OutputDirectoryTest, ReplacesOnlyWhenToldTo) {
  write(path_ / OutputDirectory::kMarker, "old");
  const Result<OutputDirectory> refused = OutputDirectory::create(path_, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::usage);
  Result<OutputDirectory> output = OutputDirectory::create(path_, true);
  ASSERT_TRUE(output);
  write(output->working() / "new", "text");
  ASSERT_TRUE(output->commit());
  EXPECT_FALSE(fs::exists(path_ / OutputDirectory::kMarker));
  EXPECT_TRUE(fs::exists(path_ / "new"));
  EXPECT_EQ(entries(), 1U);
}

TEST_F(OutputDirectoryTest, NeverReplacesWhatNoRunWrote) {
  write(path_ / "thesis.tex", "years of work");
  const Result<OutputDirectory> refused = OutputDirectory::create(path_, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::usage);
  EXPECT_TRUE(fs::exists(path_ / "thesis.tex"));
}

TEST_F(OutputDirectoryTest, AnEmptyDirectoryIsTaken) {
  fs::create_directories(path_);
  Result<OutputDirectory> output = OutputDirectory::create(path_, false);
  ASSERT_TRUE(output);
  EXPECT_TRUE(output->commit());
}

TEST_F(OutputDirectoryTest, AFileInItsPlaceIsRefused) {
  write(path_, "text");
  const Result<OutputDirectory> refused = OutputDirectory::create(path_, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::usage);
}

TEST(ParallelFor, DoesEachPieceOnceAndReturnsTheFirstError) {
  std::vector<int> done(100, 0);
  ASSERT_TRUE(parallel_for(done.size(), 4, [&](std::size_t i) -> Result<void> {
    ++done[i];
    return {};
  }));
  EXPECT_EQ(done, std::vector<int>(100, 1));
  const Result<void> failed = parallel_for(
      1, 4, [](std::size_t) -> Result<void> { return fail(Errc::bad_data, "piece 0"); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().detail, "piece 0");
}

}  // namespace
}  // namespace earshot::simulator
