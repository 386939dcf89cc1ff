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

// Those of the group's jobs that have no answer.
std::vector<IntakeJob*> open_jobs_of(const auto& group) {
  std::vector<IntakeJob*> jobs;
  jobs.reserve(group.size());
  for (const auto& waiting : group) {
    for (IntakeJob& job : waiting->jobs) {
      if (!job.answer) jobs.push_back(&job);
    }
  }
  return jobs;
}

std::size_t count_of(auto begin, auto end) {
  std::size_t count = 0;
  for (; begin != end; ++begin) count += (*begin)->jobs.size();
  return count;
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

void IntakeQueue::submit(std::vector<IntakeJob> jobs, Done done, bool wakes) {
  if (enter(jobs.size())) {
    auto waiting = std::make_unique<Waiting>(Waiting{std::move(jobs), std::move(done)});
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(waiting));
    }
    if (wakes) has_work_.notify_one();
    return;
  }
  for (IntakeJob& job : jobs) {
    job.answer = refused(IntakeStatus::overloaded, "too many requests wait", 1);
    if (observer_ != nullptr) observer_->answered(*job.answer);
  }
  done(jobs);
}

bool IntakeQueue::enter(std::size_t jobs) {
  const std::lock_guard lock(mutex_);
  if (depth_ >= rules_.max_requests || is_over_) return false;
  depth_ += jobs;
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

void IntakeQueue::answer(const Waiting& waiting) {
  if (observer_ != nullptr) {
    for (const IntakeJob& job : waiting.jobs) observer_->answered(*job.answer);
  }
  waiting.done(waiting.jobs);
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
  ingest_.check(open_jobs_of(group));
  const auto refused_from =
      std::stable_partition(group.begin(), group.end(), [](const auto& waiting) {
        return std::ranges::any_of(waiting->jobs, [](const IntakeJob& job) { return !job.answer; });
      });
  {
    const ReplyBatch together;
    for (auto it = refused_from; it != group.end(); ++it) answer(**it);
  }
  lock.lock();
  depth_ -= count_of(refused_from, group.end());
  std::move(group.begin(), refused_from, std::back_inserter(checked_));
}

void IntakeQueue::settle_all(std::unique_lock<std::mutex>& lock) {
  is_settling_ = true;
  while (!checked_.empty()) {
    Group group = take(checked_, kWriteGroup);
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    ingest_.settle(open_jobs_of(group));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (observer_ != nullptr) observer_->settled(group.size(), took.count());
    {
      const ReplyBatch together;
      for (const auto& waiting : group) answer(*waiting);
    }
    const std::size_t jobs = count_of(group.begin(), group.end());
    group.clear();  // Which takes a while, and nobody waits for the lock meanwhile.
    lock.lock();
    depth_ -= jobs;
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
