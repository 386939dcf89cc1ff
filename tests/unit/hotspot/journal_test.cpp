#include "hotspot/journal.h"

#include <fstream>

#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, ByteView bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

TEST(Journal, ReadsBackWhatWasAppended) {
  const TemporaryDirectory directory;
  {
    Result<Journal::Opened> opened = Journal::open(directory.file("j"));
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_TRUE(opened->payloads.empty());
    ASSERT_TRUE(opened->journal.append(bytes_of("one")));
    ASSERT_TRUE(opened->journal.append(bytes_of("")));
    ASSERT_TRUE(opened->journal.append(bytes_of("three")));
  }
  Result<Journal::Opened> again = Journal::open(directory.file("j"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->payloads, (std::vector<Bytes>{bytes_of("one"), {}, bytes_of("three")}));
}

TEST(Journal, KeepsEveryWholeRecordWhereverTheFileIsCut) {
  const std::vector<Bytes> records = {
      bytes_of("first"), bytes_of("second record"), {}, Bytes(300, 7)};
  Bytes file;
  std::vector<std::size_t> ends;
  for (const Bytes& record : records) {
    const Bytes encoded = encode_record(record);
    file.insert(file.end(), encoded.begin(), encoded.end());
    ends.push_back(file.size());
  }
  for (std::size_t cut = 0; cut <= file.size(); ++cut) {
    const Result<JournalContents> contents = read_journal(ByteView(file).first(cut));
    ASSERT_TRUE(contents) << "cut at " << cut;
    const auto whole = static_cast<std::size_t>(std::ranges::upper_bound(ends, cut) - ends.begin());
    ASSERT_EQ(contents->payloads,
              std::vector<Bytes>(records.begin(), records.begin() + static_cast<long>(whole)));
  }
}

TEST(Journal, GoesOnAfterATornTail) {
  const TemporaryDirectory directory;
  Bytes file = encode_record(bytes_of("kept"));
  const Bytes torn = encode_record(bytes_of("torn by the crash"));
  file.insert(file.end(), torn.begin(), torn.end() - 3);
  write_file(directory.file("j"), file);
  {
    Result<Journal::Opened> opened = Journal::open(directory.file("j"));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->payloads, std::vector<Bytes>{bytes_of("kept")});
    ASSERT_TRUE(opened->journal.append(bytes_of("next")));
  }
  Result<Journal::Opened> again = Journal::open(directory.file("j"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->payloads, (std::vector<Bytes>{bytes_of("kept"), bytes_of("next")}));
}

TEST(Journal, RefusesDamageBeforeAWholeRecord) {
  Bytes file = encode_record(bytes_of("first"));
  const std::size_t first = file.size();
  const Bytes second = encode_record(bytes_of("second"));
  file.insert(file.end(), second.begin(), second.end());
  for (std::size_t at = 0; at < first; ++at) {
    Bytes damaged = file;
    damaged[at] ^= 0x40;
    const Result<JournalContents> contents = read_journal(damaged);
    ASSERT_FALSE(contents) << "damaged at " << at;
    EXPECT_EQ(contents.error().code, Errc::bad_data);
    EXPECT_NE(contents.error().detail.find("offset 0"), std::string::npos);
  }
}

TEST(Journal, RewritesAsAWhole) {
  const TemporaryDirectory directory;
  {
    Result<Journal::Opened> opened = Journal::open(directory.file("j"));
    ASSERT_TRUE(opened);
    ASSERT_TRUE(opened->journal.append(bytes_of("old")));
    ASSERT_TRUE(opened->journal.rewrite({bytes_of("new")}));
    ASSERT_TRUE(opened->journal.append(bytes_of("newer")));
    EXPECT_EQ(opened->journal.size(), read_file(directory.file("j")).size());
  }
  Result<Journal::Opened> again = Journal::open(directory.file("j"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->payloads, (std::vector<Bytes>{bytes_of("new"), bytes_of("newer")}));
}

TEST(Journal, NamesTheFileItCannotOpen) {
  const Result<Journal::Opened> opened = Journal::open("/nonexistent/j");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::unavailable);
  EXPECT_NE(opened.error().detail.find("/nonexistent/j"), std::string::npos);
}

}  // namespace
}  // namespace earshot::hotspot
