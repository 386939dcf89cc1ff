#include "verifier/intake_queue.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "verifier/intake_answers.h"

namespace earshot::verifier {
namespace {

// Chosen: several vectors of signatures, few enough for another checker to take the rest.
constexpr std::size_t kCheckGroup = 32;
// Chosen: bounds how long the first of a group waits for the last.
constexpr std::size_t kWriteGroup = 1024;

}  // namespace

IntakeQueue::IntakeQueue(Ingest& ingest, Rules rules, IntakeObserver* observer)
    : ingest_(ingest), rules_(rules), observer_(observer), running_checkers_(rules.checkers) {
  for (std::uint32_t i = 0; i < rules_.checkers; ++i) {
    threads_.emplace_back([this] { run_checker(); });
  }
  threads_.emplace_back([this] { run_writer(); });
}

IntakeQueue::~IntakeQueue() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  has_waiting_.notify_all();
  has_checked_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void IntakeQueue::submit(IntakeJob job, Done done) {
  auto waiting = std::make_unique<Waiting>(Waiting{std::move(job), std::move(done)});
  {
    const std::lock_guard lock(mutex_);
    if (depth_ < rules_.max_requests && !is_over_) {
      ++depth_;
      waiting_.push_back(std::move(waiting));
    }
  }
  if (!waiting) return has_waiting_.notify_one();
  const Intake full = refused(IntakeStatus::overloaded, "too many requests wait", 1);
  if (observer_ != nullptr) observer_->answered(full);
  waiting->done(full);
}

std::size_t IntakeQueue::depth() const {
  const std::lock_guard lock(mutex_);
  return depth_;
}

void IntakeQueue::answer(Waiting& waiting) {
  if (observer_ != nullptr) observer_->answered(*waiting.job.answer);
  waiting.done(*waiting.job.answer);
}

void IntakeQueue::run_checker() {
  std::unique_lock lock(mutex_);
  while (true) {
    has_waiting_.wait(lock, [this] { return is_over_ || !waiting_.empty(); });
    if (waiting_.empty()) break;
    const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kCheckGroup));
    Group group(std::make_move_iterator(waiting_.begin()),
                std::make_move_iterator(waiting_.begin() + count));
    waiting_.erase(waiting_.begin(), waiting_.begin() + count);
    lock.unlock();
    std::vector<IntakeJob*> jobs;
    for (const auto& waiting : group) jobs.push_back(&waiting->job);
    ingest_.check(jobs);
    const auto refused_from = std::stable_partition(
        group.begin(), group.end(), [](const auto& waiting) { return !waiting->job.answer; });
    for (auto it = refused_from; it != group.end(); ++it) answer(**it);
    lock.lock();
    depth_ -= static_cast<std::size_t>(group.end() - refused_from);
    std::move(group.begin(), refused_from, std::back_inserter(checked_));
    if (!checked_.empty()) has_checked_.notify_one();
  }
  if (--running_checkers_ == 0) has_checked_.notify_one();
}

void IntakeQueue::run_writer() {
  std::unique_lock lock(mutex_);
  while (true) {
    has_checked_.wait(lock, [this] { return !checked_.empty() || running_checkers_ == 0; });
    if (checked_.empty()) return;
    Group group;
    const auto count = static_cast<std::ptrdiff_t>(std::min(checked_.size(), kWriteGroup));
    std::move(checked_.begin(), checked_.begin() + count, std::back_inserter(group));
    checked_.erase(checked_.begin(), checked_.begin() + count);
    lock.unlock();
    std::vector<IntakeJob*> jobs;
    for (const auto& waiting : group) jobs.push_back(&waiting->job);
    const auto begin = std::chrono::steady_clock::now();
    ingest_.settle(jobs);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (observer_ != nullptr) observer_->settled(group.size(), took.count());
    for (const auto& waiting : group) answer(*waiting);
    lock.lock();
    depth_ -= group.size();
  }
}

}  // namespace earshot::verifier
