#include "verifier/intake_queue.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "verifier/http.h"
#include "verifier/intake_answers.h"

namespace earshot::verifier {
namespace {

// Chosen: several vectors of signatures, few enough for another checker to take the rest.
constexpr std::size_t kCheckGroup = 64;
// Chosen: bounds how long the first of a group waits for the last.
constexpr std::size_t kWriteGroup = 512;

std::vector<IntakeJob*> jobs_of(const auto& group) {
  std::vector<IntakeJob*> jobs;
  jobs.reserve(group.size());
  for (const auto& waiting : group) jobs.push_back(&waiting->job);
  return jobs;
}

}  // namespace

IntakeQueue::IntakeQueue(Ingest& ingest, Rules rules, IntakeObserver* observer)
    : ingest_(ingest), rules_(rules), observer_(observer) {
  for (std::uint32_t i = 0; i < rules_.threads; ++i) threads_.emplace_back([this] { run(); });
}

IntakeQueue::~IntakeQueue() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  has_work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void IntakeQueue::submit(IntakeJob job, Done done, bool wakes) {
  if (enter()) {
    auto waiting = std::make_unique<Waiting>(Waiting{std::move(job), std::move(done)});
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(waiting));
    }
    if (wakes) has_work_.notify_one();
    return;
  }
  const Intake full = refused(IntakeStatus::overloaded, "too many requests wait", 1);
  if (observer_ != nullptr) observer_->answered(full);
  done(full);
}

bool IntakeQueue::enter() {
  const std::lock_guard lock(mutex_);
  if (depth_ >= rules_.max_requests || is_over_) return false;
  ++depth_;
  return true;
}

void IntakeQueue::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return;
  }
  has_work_.notify_one();
}

std::size_t IntakeQueue::depth() const {
  const std::lock_guard lock(mutex_);
  return depth_;
}

void IntakeQueue::answer(Waiting& waiting) {
  if (observer_ != nullptr) observer_->answered(*waiting.job.answer);
  waiting.done(*waiting.job.answer);
}

IntakeQueue::Group IntakeQueue::take(std::deque<std::unique_ptr<Waiting>>& from, std::size_t most) {
  const auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(from.size(), most));
  Group group(std::make_move_iterator(from.begin()), std::make_move_iterator(end));
  from.erase(from.begin(), end);
  return group;
}

void IntakeQueue::check_some(std::unique_lock<std::mutex>& lock) {
  Group group = take(waiting_, kCheckGroup);
  lock.unlock();
  ingest_.check(jobs_of(group));
  const auto refused_from = std::stable_partition(
      group.begin(), group.end(), [](const auto& waiting) { return !waiting->job.answer; });
  {
    const ReplyBatch together;
    for (auto it = refused_from; it != group.end(); ++it) answer(**it);
  }
  lock.lock();
  depth_ -= static_cast<std::size_t>(group.end() - refused_from);
  std::move(group.begin(), refused_from, std::back_inserter(checked_));
}

void IntakeQueue::settle_all(std::unique_lock<std::mutex>& lock) {
  is_settling_ = true;
  while (!checked_.empty()) {
    const Group group = take(checked_, kWriteGroup);
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    ingest_.settle(jobs_of(group));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (observer_ != nullptr) observer_->settled(group.size(), took.count());
    {
      const ReplyBatch together;
      for (const auto& waiting : group) answer(*waiting);
    }
    lock.lock();
    depth_ -= group.size();
  }
  is_settling_ = false;
}

void IntakeQueue::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    has_work_.wait(lock, [this] { return is_over_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    // All that waits, if it is not too much, goes into one write.
    while (!waiting_.empty() && checked_.size() < kWriteGroup) check_some(lock);
    // Who settles comes back for what others have checked meanwhile.
    if (!is_settling_) settle_all(lock);
  }
}

}  // namespace earshot::verifier
