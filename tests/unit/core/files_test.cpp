#include "core/files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace earshot {
namespace {

TEST(ReadFile, GivesEveryByteAndAnEmptyFileIsEmpty) {
  const std::string path = testing::TempDir() + "read-file";
  const std::string bytes("a\0\r\n\xff", 5);
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(*read_file(path), bytes);
  std::ofstream(path, std::ios::binary | std::ios::trunc).flush();
  EXPECT_EQ(*read_file(path), "");
  std::filesystem::remove(path);
}

TEST(ReadFile, NamesWhatIsMissingOrNoFile) {
  const Result<std::string> missing = read_file("/nonexistent/scenario.toml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::unavailable);
  EXPECT_EQ(missing.error().detail,
            "/nonexistent/scenario.toml: cannot read: No such file or directory");
  const Result<std::string> directory = read_file(testing::TempDir());
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().detail.find("directory"), std::string::npos);
}

}  // namespace
}  // namespace earshot
