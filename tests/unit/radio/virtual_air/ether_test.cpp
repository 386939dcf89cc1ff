#include "radio/virtual_air/ether.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace earshot::radio {
namespace {

constexpr std::int64_t kPatience = 60 * kNanosPerSecond;

class EtherTest : public testing::Test {
 protected:
  EtherTest() : name_("test-" + std::to_string(::getpid())) {}
  std::string path() const { return "/dev/shm/earshot-air-" + name_; }

  std::unique_ptr<Ether> join(bool is_virtual, std::uint32_t members = 1) const {
    EtherConfig config{name_, is_virtual, 1'000 * kNanosPerSecond, members};
    Result<std::unique_ptr<Ether>> ether = Ether::join(config);
    EXPECT_TRUE(ether) << ether.error().detail;
    return *std::move(ether);
  }

  std::string name_;
};

TEST_F(EtherTest, IsForOneUserAndRemovedByTheLastToLeave) {
  std::unique_ptr<Ether> first = join(false);
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  std::unique_ptr<Ether> second = join(false);
  EXPECT_NE(first->member(), second->member());
  first.reset();
  EXPECT_TRUE(std::filesystem::exists(path()));
  second.reset();
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(EtherTest, MakesAStaleSegmentAnew) {
  std::ofstream(path()) << "left behind by something else";
  std::filesystem::permissions(path(), std::filesystem::perms(0600));
  EXPECT_TRUE(join(true));
}

TEST_F(EtherTest, RefusesASegmentThatOthersMayRead) {
  std::ofstream(path()) << "x";
  std::filesystem::permissions(path(), std::filesystem::perms(0644));
  const auto refused = Ether::join({name_, false, 0, 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::permission);
  std::filesystem::remove(path());
}

TEST_F(EtherTest, RefusesAnotherClockAndABadName) {
  const std::unique_ptr<Ether> one = join(true);
  EXPECT_EQ(Ether::join({name_, false, 0, 1}).error().code, Errc::usage);
  EXPECT_EQ(Ether::join({"../etc", false, 0, 1}).error().code, Errc::usage);
}

TEST_F(EtherTest, BringsABurstToTheOthersOnlyAndOnce) {
  const std::unique_ptr<Ether> sender = join(true);
  const std::unique_ptr<Ether> listener = join(true);
  const Samples samples(1000, Sample(0.5F, -0.25F));
  AirBurst burst;
  burst.rate_hz = 250e3;
  burst.eirp_dbm = 14;
  const auto start = sender->send(burst, samples, std::nullopt);
  ASSERT_TRUE(start);
  EXPECT_EQ(*start, 1'000 * kNanosPerSecond + kBurstLead);
  const std::vector<HeardBurst> heard = listener->take_new();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].burst.start, *start);
  EXPECT_EQ(heard[0].samples.size(), 1000U);
  EXPECT_NEAR(heard[0].samples[999].imag(), -0.25F, 1e-4F);
  EXPECT_TRUE(listener->take_new().empty());
  EXPECT_TRUE(sender->take_new().empty());
}

TEST_F(EtherTest, VirtualTimeWaitsForTheSlowestListenerAndNoBurstIsEverTooLate) {
  const std::unique_ptr<Ether> fast = join(true, 2);
  const std::unique_ptr<Ether> slow = join(true, 2);
  const UnixNanos begin = fast->begin_listening();
  EXPECT_FALSE(fast->wait_for(begin + 1, 0)) << "before the other listens";
  slow->begin_listening();
  EXPECT_TRUE(fast->wait_for(begin + kLookahead, kPatience));
  EXPECT_FALSE(fast->wait_for(begin + kLookahead + 1, 0));
  EXPECT_EQ(fast->now(), begin + kLookahead);
  EXPECT_FALSE(slow->send({}, Samples(1), begin + kLookahead - 1)) << "the other has read that";
  EXPECT_TRUE(slow->send({}, Samples(1), begin + kLookahead));

  std::thread reader([&] { EXPECT_TRUE(fast->wait_for(begin + 2 * kLookahead, kPatience)); });
  EXPECT_TRUE(slow->wait_for(begin + kLookahead, kPatience));
  reader.join();
  slow->end_listening();
  EXPECT_TRUE(fast->wait_for(begin + 10 * kLookahead, kPatience)) << "nobody is waited for";
}

TEST_F(EtherTest, AKilledListenerDoesNotHoldTimeUp) {
  const std::unique_ptr<Ether> alive = join(true, 2);
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<std::unique_ptr<Ether>> other = Ether::join({name_, true, 0, 2});
    if (other) (*other)->begin_listening();
    ::_exit(other ? 0 : 1);  // As a kill would: nothing is said to the others.
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 0);
  const UnixNanos begin = alive->begin_listening();
  EXPECT_TRUE(alive->wait_for(begin + 100 * kLookahead, kPatience));
}

TEST_F(EtherTest, QuietAirIsSkippedWhenEveryListenerIsIdle) {
  const std::unique_ptr<Ether> one = join(true, 2);
  const std::unique_ptr<Ether> other = join(true, 2);
  const UnixNanos begin = one->begin_listening();
  other->begin_listening();
  const UnixNanos piece = begin + kLookahead / 5;
  std::thread reader([&] { EXPECT_TRUE(one->wait_for(piece, kPatience, begin + 5'000'000'000)); });
  EXPECT_TRUE(other->wait_for(piece, kPatience, begin + 3'000'000'000));
  reader.join();
  EXPECT_EQ(one->now(), begin + 3'000'000'000) << "where the first of them has something to do";
  EXPECT_EQ(other->now(), begin + 3'000'000'000);
}

TEST_F(EtherTest, NothingIsSkippedWhenAListenerNeedsWhatComesNext) {
  const std::unique_ptr<Ether> idle = join(true, 2);
  const std::unique_ptr<Ether> busy = join(true, 2);
  const UnixNanos begin = idle->begin_listening();
  busy->begin_listening();
  const UnixNanos piece = begin + kLookahead / 5;
  std::thread reader([&] { EXPECT_TRUE(idle->wait_for(piece, kPatience, INT64_MAX)); });
  // Ahead of the idle one by all that is allowed: it must go on although it hoped to skip.
  EXPECT_TRUE(busy->wait_for(begin + kLookahead, kPatience));
  EXPECT_TRUE(busy->wait_for(begin + kLookahead + 1, kPatience));
  reader.join();
  EXPECT_EQ(idle->now(), piece);
}

TEST_F(EtherTest, AListenerThatLeavesOrIsKilledLetsTheOthersSkip) {
  const std::unique_ptr<Ether> alive = join(true, 3);
  const std::unique_ptr<Ether> leaving = join(true, 3);
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<std::unique_ptr<Ether>> third = Ether::join({name_, true, 0, 3});
    if (third) (*third)->begin_listening();
    ::_exit(third ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 0);
  const UnixNanos begin = alive->begin_listening();
  leaving->begin_listening();
  std::thread reader(
      [&] { EXPECT_TRUE(alive->wait_for(begin + 1, kPatience, begin + 1'000'000'000)); });
  leaving->end_listening();
  reader.join();
  EXPECT_EQ(alive->now(), begin + 1'000'000'000);
}

TEST_F(EtherTest, NothingIsSkippedAsNearToABurstAsItIsLong) {
  const std::unique_ptr<Ether> sender = join(true);
  const std::unique_ptr<Ether> listener = join(true);
  const UnixNanos begin = listener->begin_listening();
  AirBurst burst;
  burst.rate_hz = 1000;
  const std::int64_t length = 500'000'000;
  const UnixNanos start = begin + 2'000'000'000;
  ASSERT_TRUE(sender->send(burst, Samples(500), start));
  EXPECT_TRUE(listener->wait_for(begin + 1, kPatience, INT64_MAX));
  EXPECT_EQ(listener->now(), start - length);
  UnixNanos now = listener->now();
  while (now < start + 2 * length) {
    EXPECT_TRUE(listener->wait_for(now + kLookahead / 5, kPatience, INT64_MAX));
    ASSERT_EQ(listener->now(), now + kLookahead / 5) << "of the burst and what is around it";
    now = listener->now();
  }
  EXPECT_TRUE(listener->wait_for(now + 1, kPatience, now + 1'000'000'000));
  EXPECT_EQ(listener->now(), now + 1'000'000'000);
}

TEST_F(EtherTest, ForgetsTheOldestBurstsWhenThereAreTooMany) {
  const std::unique_ptr<Ether> sender = join(true);
  const std::unique_ptr<Ether> listener = join(true);
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(sender->send({}, Samples(10), std::nullopt));
  EXPECT_EQ(listener->take_new().size(), 256U);
}

TEST_F(EtherTest, RealTimeIsTheSystems) {
  const std::unique_ptr<Ether> ether = join(false);
  const UnixNanos before = ether->begin_listening();
  EXPECT_TRUE(ether->wait_for(before + 1'000'000, kPatience));
  EXPECT_GE(ether->now(), before + 1'000'000);
  EXPECT_FALSE(ether->wait_for(ether->now() + kPatience, 1000));
  EXPECT_FALSE(ether->send({}, Samples(1), before)) << "that is over";
}

}  // namespace
}  // namespace earshot::radio
