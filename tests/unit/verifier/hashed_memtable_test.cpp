#include "verifier/hashed_memtable.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <map>
#include <random>

namespace earshot::verifier {
namespace {

namespace fs = std::filesystem;
using Model = std::map<std::string, std::string>;

class HashedMemtableTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = (fs::path(testing::TempDir()) / ("hashed-" + std::string(test->name()))).string();
    fs::remove_all(directory_);
    open();
  }
  void TearDown() override {
    db_.reset();
    fs::remove_all(directory_);
  }
  void open() {
    db_.reset();
    rocksdb::Options options;
    options.create_if_missing = true;
    options.allow_concurrent_memtable_write = false;
    options.memtable_factory = std::make_shared<HashedMemtableFactory>();
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, directory_, &raw).ok());
    db_.reset(raw);
  }
  void put(const std::string& key, const std::string& value) {
    ASSERT_TRUE(db_->Put({}, key, value).ok());
  }
  std::string get(const std::string& key, const rocksdb::Snapshot* as_of = nullptr) const {
    rocksdb::ReadOptions how;
    how.snapshot = as_of;
    std::string value;
    return db_->Get(how, key, &value).ok() ? value : "none";
  }
  Model all() const {
    Model found;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      found.emplace_hint(found.end(), it->key().ToString(), it->value().ToString());
    }
    return found;
  }

  std::string directory_;
  std::unique_ptr<rocksdb::DB> db_;
};

TEST_F(HashedMemtableTest, EachReaderSeesTheNewestVersionOfItsTime) {
  put("a", "1");
  const rocksdb::Snapshot* const before = db_->GetSnapshot();
  put("a", "2");
  put("ab", "3");
  ASSERT_TRUE(db_->Delete({}, "a").ok());
  EXPECT_EQ(get("a"), "none");
  EXPECT_EQ(get("a", before), "1");
  EXPECT_EQ(get("ab"), "3");
  EXPECT_EQ(get("ab", before), "none");
  EXPECT_EQ(get(""), "none");
  db_->ReleaseSnapshot(before);
}

// Whatever was put, erased, became a file or was read from the log again.
TEST_F(HashedMemtableTest, HoldsWhatAMapWouldHold) {
  std::mt19937 random(20261126);
  Model wanted;
  for (int step = 0; step < 20'000; ++step) {
    const std::string key(1 + random() % 3, static_cast<char>('a' + random() % 26));
    const std::string suffixed = key + std::to_string(random() % 50);
    if (random() % 5 == 0) {
      ASSERT_TRUE(db_->Delete({}, suffixed).ok());
      wanted.erase(suffixed);
    } else {
      put(suffixed, std::to_string(step));
      wanted[suffixed] = std::to_string(step);
    }
    const std::string asked = key + std::to_string(random() % 50);
    const auto at = wanted.find(asked);
    ASSERT_EQ(get(asked), at == wanted.end() ? "none" : at->second) << step;
    if (step % 4000 == 1000) {
      ASSERT_EQ(all(), wanted) << step;
    }
    if (step % 4000 == 2000) {
      ASSERT_TRUE(db_->Flush({}).ok());
    }
    if (step % 4000 == 3000) open();
  }
  EXPECT_EQ(all(), wanted);
}

TEST_F(HashedMemtableTest, ScansGoBothWaysFromWhereTheyAreTold) {
  for (const char* key : {"d", "b", "a", "c"}) put(key, key);
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}));
  it->Seek("bb");
  EXPECT_EQ(it->key(), "c");
  it->Prev();
  EXPECT_EQ(it->key(), "b");
  it->SeekForPrev("cc");
  EXPECT_EQ(it->key(), "c");
  it->SeekToLast();
  EXPECT_EQ(it->key(), "d");
  it->Next();
  EXPECT_FALSE(it->Valid());
}

}  // namespace
}  // namespace earshot::verifier
