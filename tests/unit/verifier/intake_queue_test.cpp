#include "verifier/intake_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "tests/doubles/fake_signer.h"
#include "tests/doubles/memory_store.h"

namespace earshot::verifier {
namespace {

constexpr Round kRound = 29'000'000;
constexpr UnixNanos kLate = round_opening(kRound) + 3 * 3600 * kNanosPerSecond;

IntakeJob job_of(const SignedBatch& batch) {
  return {.content = std::vector{batch.header}, .now = kLate};
}
IntakeJob body_job_of(const SignedBatch& batch) { return {.content = batch.batch, .now = kLate}; }

struct SpyObserver final : IntakeObserver {
  std::atomic<std::size_t> answers{0};
  std::atomic<std::size_t> settled_requests{0};
  void answered(const Intake&) override { ++answers; }
  void settled(std::size_t requests, double) override { settled_requests += requests; }
};

class IntakeQueueTest : public testing::Test {
 protected:
  Intake wait_for(IntakeQueue& queue, IntakeJob job) {
    return wait_for(queue, std::vector{std::move(job)}).front();
  }
  std::vector<Intake> wait_for(IntakeQueue& queue, std::vector<IntakeJob> jobs) {
    std::promise<std::vector<Intake>> answers;
    queue.submit(std::move(jobs), [&](std::span<const IntakeJob> answered) {
      std::vector<Intake> all;
      for (const IntakeJob& job : answered) all.push_back(*job.answer);
      answers.set_value(all);
    });
    return answers.get_future().get();
  }

  MemoryStore store_;
  Ingest ingest_{kTestNetwork, store_};
  SpyObserver spy_;
};

TEST_F(IntakeQueueTest, AnswersAsIngestDoes) {
  IntakeQueue queue(ingest_, {.max_requests = 8, .threads = 2}, &spy_);
  FakeSigner signer(1);
  const SignedBatch batch = signer.sign({signer.onboarding(kRound)});
  EXPECT_EQ(wait_for(queue, body_job_of(batch)).status, IntakeStatus::unknown_header);
  EXPECT_EQ(wait_for(queue, job_of(batch)).status, IntakeStatus::accepted);
  EXPECT_EQ(wait_for(queue, job_of(batch)).status, IntakeStatus::held);
  EXPECT_EQ(wait_for(queue, body_job_of(batch)).status, IntakeStatus::accepted);
  SignedBatch forged = signer.sign({signer.silence(kRound)});
  forged.header.signature[0] ^= 1;
  EXPECT_EQ(wait_for(queue, job_of(forged)).status, IntakeStatus::bad_signature);
  EXPECT_EQ(spy_.answers, 5U);
  EXPECT_EQ(spy_.settled_requests, 3U) << "what was refused never came to the writer";
}

TEST_F(IntakeQueueTest, AnswersEachItemOfARequestOnItsOwn) {
  IntakeQueue queue(ingest_, {.max_requests = 64, .threads = 2}, &spy_);
  FakeSigner signer(1);
  const SignedBatch first = signer.sign({signer.onboarding(kRound)});
  ASSERT_EQ(wait_for(queue, job_of(first)).status, IntakeStatus::accepted);
  const SignedBatch second = signer.sign({signer.silence(kRound)});
  SignedBatch forged = signer.sign({signer.silence(kRound - 1)});
  forged.header.signature[0] ^= 1;
  const std::vector<Intake> answers =
      wait_for(queue, {job_of(second), body_job_of(first), job_of(forged), body_job_of(second)});
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(answers[0].status, IntakeStatus::accepted);
  EXPECT_EQ(answers[1].status, IntakeStatus::accepted);
  EXPECT_EQ(answers[2].status, IntakeStatus::bad_signature);
  EXPECT_EQ(answers[3].status, IntakeStatus::unknown_header)
      << "its header is held from this answer on";
  EXPECT_EQ(wait_for(queue, {job_of(second), body_job_of(second)})[1].status,
            IntakeStatus::accepted);
  EXPECT_EQ(spy_.answers, 7U);
}

// However requests fall into groups, each is answered once, one of two that contradict each other
// is taken, and a group's answers are those that its requests would get one after the other.
TEST_F(IntakeQueueTest, ManyThreadsGetOneAnswerEach) {
  constexpr std::size_t kSigners = 8;
  constexpr std::size_t kSequences = 10;
  std::vector<SignedBatch> batches;
  for (std::size_t i = 0; i < kSigners; ++i) {
    FakeSigner signer(static_cast<std::uint8_t>(i + 1));
    for (std::size_t k = 1; k <= kSequences; ++k) {
      batches.push_back(signer.sign_as(k, {signer.silence(kRound - k)}));
      batches.push_back(signer.sign_as(k, {signer.silence(kRound - 100 - k)}));  // A fork.
      batches.push_back(batches[batches.size() - 2]);
    }
  }
  std::array<std::atomic<std::size_t>, kIntakeStatuses> counts{};
  {
    IntakeQueue queue(ingest_, {.max_requests = 10'000, .threads = 2}, &spy_);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 3; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < batches.size(); i += 3) {
          queue.submit({job_of(batches[i])}, [&](std::span<const IntakeJob> jobs) {
            ++counts[static_cast<std::size_t>(jobs.front().answer->status)];
          });
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const auto count = [&](IntakeStatus status) {
    return counts[static_cast<std::size_t>(status)].load();
  };
  constexpr std::size_t kPairs = kSigners * kSequences;
  EXPECT_EQ(count(IntakeStatus::accepted), kPairs);
  EXPECT_EQ(
      count(IntakeStatus::accepted) + count(IntakeStatus::held) + count(IntakeStatus::equivocation),
      3 * kPairs);
  EXPECT_GE(count(IntakeStatus::equivocation), kPairs);
  EXPECT_EQ(store_.equivocations()->size(), kPairs);
  EXPECT_EQ(store_.log_head().size, 2 * kPairs);
}

TEST_F(IntakeQueueTest, AFullQueueRefusesAtOnceAndTheRestIsAnswered) {
  std::promise<void> open;
  const std::shared_future<void> gate = open.get_future().share();
  std::promise<void> blocked;
  std::atomic<std::size_t> accepted{0};
  std::atomic<std::size_t> overloaded{0};
  {
    IntakeQueue queue(ingest_, {.max_requests = 3, .threads = 1}, nullptr);
    FakeSigner signer(1);
    // The writer is held by the first one's answer.
    queue.submit({job_of(signer.sign({signer.silence(kRound)}))}, [&](std::span<const IntakeJob>) {
      blocked.set_value();
      gate.wait();
    });
    blocked.get_future().wait();
    for (std::size_t i = 0; i < 5; ++i) {
      queue.submit({job_of(signer.sign({signer.silence(kRound - 1 - i)}))},
                   [&](std::span<const IntakeJob> jobs) {
                     const Intake& intake = *jobs.front().answer;
                     if (intake.status == IntakeStatus::accepted) ++accepted;
                     if (intake.status != IntakeStatus::overloaded) return;
                     EXPECT_GT(intake.retry_after_seconds, 0);
                     ++overloaded;
                   });
    }
    EXPECT_EQ(overloaded, 3U);
    EXPECT_EQ(queue.depth(), 3U);
    open.set_value();
  }
  EXPECT_EQ(accepted, 2U) << "the queue answers what it holds before it goes";
}

TEST_F(IntakeQueueTest, WhenAGroupCannotBeKeptNoneOfItIsTaken) {
  FakeSigner signer(1);
  const SignedBatch held = signer.sign({signer.silence(kRound)});
  ASSERT_EQ(ingest_.take_headers(std::span(&held.header, 1), kLate).status, IntakeStatus::accepted);
  const SignedBatch fresh = signer.sign({signer.silence(kRound - 1)});
  store_.fails_to_write = true;
  std::vector<IntakeJob> jobs = {job_of(held), job_of(fresh), job_of(fresh)};
  std::vector<IntakeJob*> group;
  for (IntakeJob& job : jobs) group.push_back(&job);
  ingest_.check(group);
  ingest_.settle(group);
  EXPECT_EQ(jobs[0].answer->status, IntakeStatus::held);
  EXPECT_EQ(jobs[1].answer->status, IntakeStatus::store_failed);
  EXPECT_EQ(jobs[2].answer->status, IntakeStatus::store_failed) << "it leant on the one before";
}

}  // namespace
}  // namespace earshot::verifier
