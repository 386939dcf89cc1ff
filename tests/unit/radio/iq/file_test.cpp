#include "radio/iq/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "radio/iq/recording.h"

namespace earshot::radio {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("earshot-file-" + std::to_string(::getpid()) + "-" + test->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  bool is_empty() const { return fs::is_empty(folder_); }

  fs::path folder_;
};

// A disk that is full after `bytes`, for this process.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(Files, AreWrittenWholeAndReplacedWhole) {
  ASSERT_TRUE(write_file_whole(path("a"), as_bytes("first")));
  ASSERT_TRUE(write_file_whole(path("a"), as_bytes("second")));
  EXPECT_EQ(*read_text_file(path("a"), 100), "second");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(Files, OnAFullDiskGiveOneErrorAndLeaveNothing) {
  const SmallDisk disk(1000);
  const auto written = write_file_whole(path("a"), Bytes(1001));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::unavailable);
  EXPECT_EQ(written.error().detail, path("a") + ": cannot write: File too large");
  EXPECT_TRUE(is_empty());
}

TEST_F(Files, OnAFullDiskARecordingLeavesNothing) {
  const SmallDisk disk(1000);
  auto writer = SigmfWriter::create(path("r"), SampleFormat::ci8, 1e6, nlohmann::json::object());
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->add_capture({}, Bytes(1000)));
  const auto written = writer->extend_capture(Bytes(2));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().detail, path("r.sigmf-data") + ": cannot write: File too large");
  {
    const auto dropped = std::move(*writer);
  }
  EXPECT_TRUE(is_empty());
}

TEST_F(Files, OnAFullDiskAnOlderFileStays) {
  ASSERT_TRUE(write_file_whole(path("a"), as_bytes("old")));
  const SmallDisk disk(10);
  ASSERT_FALSE(write_file_whole(path("a"), Bytes(11)));
  EXPECT_EQ(*read_text_file(path("a"), 100), "old");
}

TEST_F(Files, ADeviceIsWrittenStraightAndStaysADevice) {
  const auto full = write_file_whole("/dev/full", as_bytes("x"));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().detail, "/dev/full: cannot write: No space left on device");
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  EXPECT_TRUE(write_file_whole("/dev/null", as_bytes("x")));
}

TEST_F(Files, InAFolderThatIsNotThereAreUnavailable) {
  const auto written = write_file_whole(path("none/a"), as_bytes("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::unavailable);
  EXPECT_EQ(written.error().detail, path("none/a") + ": cannot create: No such file or directory");
}

TEST_F(Files, BeyondTheirBoundAreNotRead) {
  ASSERT_TRUE(write_file_whole(path("a"), Bytes(11)));
  EXPECT_EQ(read_text_file(path("a"), 10).error().code, Errc::bad_data);
}

TEST(SystemError, TellsRefusalFromAbsence) {
  EXPECT_EQ(system_error("p", "open", EACCES).code, Errc::permission);
  EXPECT_EQ(system_error("p", "open", EROFS).code, Errc::permission);
  EXPECT_EQ(system_error("p", "write", ENOSPC).code, Errc::unavailable);
}

}  // namespace
}  // namespace earshot::radio
