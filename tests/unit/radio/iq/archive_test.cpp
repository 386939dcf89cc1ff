#include "radio/iq/archive.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "radio/iq/mapped_file.h"

namespace earshot::radio {
namespace {

class Archives : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  Bytes written(const std::vector<std::pair<std::string, Bytes>>& members) {
    auto writer = ArchiveWriter::create(path_, 1'700'000'000);
    EXPECT_TRUE(writer);
    EXPECT_TRUE(writer->add_folder("night"));
    for (const auto& [name, content] : members) {
      EXPECT_TRUE(writer->begin(name, content.size()));
      EXPECT_TRUE(writer->write(content));
    }
    EXPECT_TRUE(writer->finish());
    const auto file = MappedFile::open(path_);
    EXPECT_TRUE(file);
    return {file->bytes().begin(), file->bytes().end()};
  }

  std::string path_ = (std::filesystem::temp_directory_path() /
                       ("earshot-archive-" + std::to_string(::getpid()) + ".sigmf"))
                          .string();
};

TEST_F(Archives, HoldTheBytesOfTheirMembersWhereTheySay) {
  const std::string long_name = "night/" + std::string(200, 'n') + ".sigmf-data";
  const Bytes archive = written({{"night/a.sigmf-data", Bytes(1000, 1)},
                                 {long_name, Bytes(513, 2)},
                                 {"night/a.sigmf-meta", Bytes(3, 3)}});
  const auto members = list_archive(archive, "a");
  ASSERT_TRUE(members) << members.error().detail;
  ASSERT_EQ(members->size(), 3U);
  EXPECT_EQ((*members)[1].name, long_name);
  for (std::size_t i = 0; i < 3; ++i) {
    const ArchiveMember& member = (*members)[i];
    for (std::uint64_t k = 0; k < member.size; ++k) EXPECT_EQ(archive[member.offset + k], i + 1);
  }
}

TEST_F(Archives, OfTheSameRecordingAreTheSameBytes) {
  EXPECT_EQ(written({{"a", Bytes(10)}}), written({{"a", Bytes(10)}}));
}

TEST_F(Archives, ThatAreTruncatedAreRefused) {
  const Bytes archive = written({{"night/a", Bytes(2000, 1)}});
  for (const std::size_t size : {0UL, 1UL, 511UL, 513UL, 1025UL, 2000UL, 3000UL}) {
    const auto members = list_archive(ByteView(archive).first(size), "a.sigmf");
    ASSERT_FALSE(members) << size;
    EXPECT_EQ(members.error().code, Errc::bad_data);
  }
}

TEST_F(Archives, WhoseNamesLeaveTheFolderAreRefused) {
  for (const char* name : {"../a", "x/../../a", ".."}) {
    const auto members = list_archive(written({{name, Bytes(1)}}), "a.sigmf");
    ASSERT_FALSE(members) << name;
    EXPECT_NE(members.error().detail.find("leaves the archive's folder"), std::string::npos);
  }
}

}  // namespace
}  // namespace earshot::radio
