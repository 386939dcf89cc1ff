#include "rewards/chain/submitter.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/rewards/chain/evm_vectors.h"

namespace earshot::rewards::chain {
namespace {

Journal sample_journal() {
  Journal journal;
  const AccountKey key = *account_key(evm_vector_secret());
  journal.from = key.address;
  journal.transaction = {31337, 7, 1'000, 3'000, 21'000, *parse_address(kEvmVectorOther), {1, 2}};
  journal.attempts = {{1'000, 3'000, sign_transaction(key, journal.transaction)}};
  return journal;
}

class JournalFile : public ::testing::Test {
 protected:
  JournalFile()
      : folder_(std::filesystem::temp_directory_path() /
                ("earshot_journal_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~JournalFile() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return (folder_ / "epoch.journal").string(); }

 private:
  std::filesystem::path folder_;
};

TEST(Fees, RiseByAtLeastAnEighth) {
  Transaction transaction;
  transaction.priority_fee = 1'000'000'001;
  transaction.max_fee = 3'000'000'001;
  raise_fees(transaction, 7, 1, {});
  EXPECT_GE(transaction.priority_fee * 1000, Uint128{1'000'000'001} * 1125);
  EXPECT_GE(transaction.max_fee * 1000, Uint128{3'000'000'001} * 1125);
}

TEST(Fees, FollowTheMarketWhenItAsksMore) {
  Transaction transaction;
  transaction.priority_fee = 1;
  transaction.max_fee = 10;
  raise_fees(transaction, 1'000, 50, {});
  EXPECT_EQ(transaction.priority_fee, Uint128{50});
  EXPECT_EQ(transaction.max_fee, Uint128{2'050});
}

TEST(Fees, NeverPassTheLimit) {
  Transaction transaction;
  transaction.priority_fee = 900;
  transaction.max_fee = 950;
  raise_fees(transaction, 1'000'000, 5'000, {.limit = 1'000});
  EXPECT_EQ(transaction.max_fee, Uint128{1'000});
  EXPECT_EQ(transaction.priority_fee, Uint128{1'000});
}

TEST_F(JournalFile, ReadsBackWhatWasWritten) {
  const Journal journal = sample_journal();
  ASSERT_TRUE(write_journal(path(), journal));
  const Result<std::optional<Journal>> read = read_journal(path());
  ASSERT_TRUE(read && *read);
  EXPECT_EQ(journal_to_json(**read), journal_to_json(journal));
  EXPECT_FALSE(std::filesystem::exists(path() + ".new"));
}

TEST_F(JournalFile, MissingIsNothing) {
  const Result<std::optional<Journal>> read = read_journal(path());
  ASSERT_TRUE(read);
  EXPECT_FALSE(*read);
}

TEST_F(JournalFile, DamagedIsOneLineThatNamesFileAndKey) {
  std::string text = journal_to_json(sample_journal());
  text.replace(text.find("\"nonce\": \"0x7\""), 14, "\"nonce\": \"7\"");
  std::ofstream(path()) << text;
  const Result<std::optional<Journal>> read = read_journal(path());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::bad_data);
  EXPECT_EQ(read.error().detail.find(path() + ": nonce: "), 0U) << read.error().detail;
}

TEST_F(JournalFile, RawTransactionThatIsNotItsHashIsRefused) {
  std::string text = journal_to_json(sample_journal());
  const std::size_t at = text.find("\"raw\": \"0x02f8") + 20;
  text[at] = text[at] == '0' ? '1' : '0';
  std::ofstream(path()) << text;
  EXPECT_FALSE(read_journal(path()));
}

TEST(JournalInMissingFolder, IsOneLineAndNothingIsLeft) {
  const Result<void> written = write_journal("/nonexistent/epoch.journal", sample_journal());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::unavailable);
  EXPECT_NE(written.error().detail.find("/nonexistent/epoch.journal"), std::string::npos);
}

}  // namespace
}  // namespace earshot::rewards::chain
