// The witness with its disk, and the log that asks it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/hash.h"
#include "verifier/log/cosigned_log.h"
#include "verifier/log/log_directory.h"
#include "verifier/log/witness_desk.h"

namespace earshot::verifier {
namespace {

class Cosigning : public testing::Test {
 protected:
  Cosigning() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = testing::TempDir() + "cosigning-" + test->name();
    std::filesystem::remove_all(directory_);
    log_ = *LogDirectory::open(directory_ + "/log");
    start_witness();
  }
  ~Cosigning() override { std::filesystem::remove_all(directory_); }

  void start_witness() {
    desk_ = *WitnessDesk::open(directory_ + "/witness",
                               CheckpointWitness(witness_, {{signer_.key.name, signer_.key}}));
  }
  void append(std::size_t count) { ASSERT_TRUE(log_->append(std::vector<Bytes>(count, Bytes{7}))); }
  CosignedLog cosigned(std::size_t least, std::vector<WitnessAddress> others = {}) {
    others.push_back({witness_.key, "http://witness"});
    return CosignedLog({.signer = signer_,
                        .head = [this] { return log_->head(); },
                        .hashes = log_->hashes(),
                        .witnesses = std::move(others),
                        .least = least,
                        .ask = [this](const std::string& url,
                                      const std::string& body) { return ask(url, body); }});
  }
  Result<WitnessReply> ask(const std::string& url, const std::string& body) {
    ++asked_;
    if (url != "http://witness/add-checkpoint") return fail(Errc::unavailable, "nobody answers");
    const WitnessAnswer answer = desk_->add_checkpoint(body, 1'700'000'000);
    return WitnessReply{static_cast<unsigned>(answer.status), answer.body};
  }
  // Signed by the log and cosigned.
  void expect_cosigned(const std::optional<Note>& note) const {
    ASSERT_TRUE(note);
    const Result<Checkpoint> checkpoint = open_checkpoint(*note, signer_.key);
    ASSERT_TRUE(checkpoint) << checkpoint.error().detail;
    EXPECT_EQ(checkpoint->head, log_->head());
    EXPECT_TRUE(verify_note(*note, witness_.key));
  }
  std::string origin_hash() const { return to_hex(sha256(as_bytes(signer_.key.name))); }

  std::string directory_;
  NoteSigner signer_ = *make_note_signer("example.org/log", sha256(as_bytes("log")));
  NoteSigner witness_ = *make_note_signer("example.net/witness", sha256(as_bytes("witness")),
                                          NoteKeyType::cosignature_v1);
  std::unique_ptr<LogDirectory> log_;
  std::unique_ptr<WitnessDesk> desk_;
  int asked_ = 0;
};

TEST_F(Cosigning, FollowsALogAsItGrows) {
  CosignedLog log = cosigned(1);
  EXPECT_FALSE(log.published());
  for (const std::size_t count : {0, 3, 0, 260, 1}) {
    append(count);
    const Result<void> refreshed = log.refresh();
    ASSERT_TRUE(refreshed) << refreshed.error().detail;
    expect_cosigned(log.published());
  }
  EXPECT_EQ(asked_, 5);
}

TEST_F(Cosigning, GoesOnAfterTheRestartOfEither) {
  append(5);
  ASSERT_TRUE(cosigned(1).refresh());
  append(5);
  start_witness();
  CosignedLog log = cosigned(1);  // Knows nothing of what the witness has seen, and is told.
  ASSERT_TRUE(log.refresh());
  EXPECT_EQ(asked_, 3);
  expect_cosigned(log.published());
}

TEST_F(Cosigning, PublishesNothingWithTooFewCosignatures) {
  const NoteSigner other = *make_note_signer("example.com/dead", {}, NoteKeyType::cosignature_v1);
  CosignedLog strict = cosigned(2, {{other.key, "http://dead"}});
  const Result<void> refreshed = strict.refresh();
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().detail, "example.com/dead: nobody answers");
  EXPECT_FALSE(strict.published());
  CosignedLog lenient = cosigned(1, {{other.key, "http://dead"}});
  EXPECT_FALSE(lenient.refresh());
  expect_cosigned(lenient.published());
}

TEST_F(Cosigning, TakesNoCosignatureOfSomebodyElse) {
  const NoteSigner other = *make_note_signer("example.net/witness", sha256(as_bytes("another")),
                                             NoteKeyType::cosignature_v1);
  CosignedLog log(
      {.signer = signer_,
       .head = [this] { return log_->head(); },
       .hashes = log_->hashes(),
       .witnesses = {{other.key, "http://witness"}},
       .least = 1,
       .ask = [this](const std::string& url, const std::string& body) { return ask(url, body); }});
  EXPECT_FALSE(log.refresh());
  EXPECT_FALSE(log.published());
}

TEST_F(Cosigning, ALogAloneIsItsNewestHead) {
  const CosignedLog log({.signer = signer_,
                         .head = [this] { return log_->head(); },
                         .hashes = log_->hashes(),
                         .witnesses = {}});
  append(4);
  EXPECT_EQ(open_checkpoint(*log.published(), signer_.key)->head, log_->head());
}

TEST_F(Cosigning, TheWitnessSignsOneHistoryAcrossRestarts) {
  append(5);
  CosignedLog log = cosigned(1);
  ASSERT_TRUE(log.refresh());
  start_witness();
  const LogHead forked{5, sha256(as_bytes("another history"))};
  const Note fork = sign_checkpoint({signer_.key.name, forked, {}}, signer_);
  EXPECT_EQ(desk_->add_checkpoint(to_string(AddCheckpoint{0, {}, fork}), 1).status, 409);
  EXPECT_EQ(desk_->add_checkpoint(to_string(AddCheckpoint{0, {}, fork}), 1).body, "5\n");
  EXPECT_EQ(desk_->add_checkpoint(to_string(AddCheckpoint{5, {}, fork}), 1).status, 422);
  const Note shrunk = sign_checkpoint({signer_.key.name, {4, forked.root}, {}}, signer_);
  EXPECT_EQ(desk_->add_checkpoint(to_string(AddCheckpoint{5, {}, shrunk}), 1).status, 400);
  EXPECT_EQ(desk_->add_checkpoint("old 5\n", 1).status, 400);
  EXPECT_EQ(desk_->checkpoint(origin_hash()), to_string(*log.published()));
}

TEST_F(Cosigning, TheWitnessIsSilentWhenItsMemoryIsDamaged) {
  append(5);
  CosignedLog log = cosigned(1);
  ASSERT_TRUE(log.refresh());
  const std::string path = directory_ + "/witness/" + origin_hash();
  std::string text = *desk_->checkpoint(origin_hash());
  text.replace(text.find("\n5\n"), 3, "\n4\n");
  std::ofstream(path) << text;
  EXPECT_FALSE(log.refresh());
  EXPECT_EQ(desk_->add_checkpoint(to_string(AddCheckpoint{5, {}, *log.published()}), 1).status,
            503);
  std::ofstream(path).close();
  EXPECT_EQ(desk_->add_checkpoint(to_string(AddCheckpoint{0, {}, *log.published()}), 1).status,
            503);
}

TEST_F(Cosigning, TheWitnessIsSilentWhenItCannotKeepWhatItSigned) {
  append(5);
  std::filesystem::remove_all(directory_ + "/witness");
  CosignedLog log = cosigned(1);
  EXPECT_FALSE(log.refresh());
  EXPECT_FALSE(log.published());
}

TEST_F(Cosigning, TheWitnessServesNoOtherFile) {
  std::ofstream(directory_ + "/secret") << "secret";
  for (const char* name : {"", "..", "../secret", "%2e%2e", "0"}) {
    EXPECT_FALSE(desk_->checkpoint(name)) << name;
  }
  EXPECT_FALSE(desk_->checkpoint(std::string(64, 'A')));
}

TEST(WitnessAddresses, AreAKeyAndAPlace) {
  const NoteSigner witness = *make_note_signer("w", {}, NoteKeyType::cosignature_v1);
  const std::string key = witness.key.to_string();
  const Result<WitnessAddress> address = parse_witness_address(key + " http://host:1/prefix/");
  ASSERT_TRUE(address) << address.error().detail;
  EXPECT_EQ(address->key, witness.key);
  EXPECT_EQ(address->url, "http://host:1/prefix");
  for (const std::string& bad :
       std::vector<std::string>{key, key + " ", key + " https://host", "w http://host",
                                make_note_signer("w", {})->key.to_string() + " http://host"}) {
    EXPECT_FALSE(parse_witness_address(bad)) << bad;
  }
}

}  // namespace
}  // namespace earshot::verifier
