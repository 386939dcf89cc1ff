// Between the sockets and the store: requests wait here, bounded, for threads of its own. Each
// checks what waits, many signatures side by side; then, unless another one is at it, writes all
// that is checked with one fsync.
//
//   submit -> [waiting] -> check (any number of threads) -> [checked] -> settle (one) -> done
//
// A request has one job or several; each is refused or settled on its own, and the request is
// answered when all are.
//
// Any thread.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "verifier/ingest.h"

namespace earshot::verifier {

// Of the queue's life, for metrics; called by the queue's threads.
struct IntakeObserver {
  virtual ~IntakeObserver() = default;
  virtual void answered(const Intake& intake) = 0;
  // A group of `requests` was settled; `seconds` for all of it, its fsync included.
  virtual void settled(std::size_t requests, double seconds) = 0;
};

class IntakeQueue {
 public:
  // The jobs of a request, each with its answer.
  using Done = std::function<void(std::span<const IntakeJob>)>;
  struct Rules {
    // Jobs that have not been answered. When there are as many, a request more is overloaded.
    std::size_t max_requests = 4096;
    std::uint32_t threads = 2;  // At least 1; one may wait for the disk.
  };

  // `ingest` and `observer` (null for none) are borrowed.
  IntakeQueue(Ingest& ingest, Rules rules, IntakeObserver* observer);
  ~IntakeQueue();  // Answers all that it holds first.
  IntakeQueue(const IntakeQueue&) = delete;
  IntakeQueue& operator=(const IntakeQueue&) = delete;

  // Calls `done` once, later, on a thread of the queue; or, when it is full, at once on this one.
  // Without `wakes` it is only put there: call wake() after the last of several.
  // At least one job.
  void submit(std::vector<IntakeJob> jobs, Done done, bool wakes = true);
  void wake();
  std::size_t depth() const;  // Jobs not yet answered.
  const Rules& rules() const { return rules_; }

 private:
  struct Waiting {
    std::vector<IntakeJob> jobs;
    Done done;
  };
  using Group = std::vector<std::unique_ptr<Waiting>>;

  bool enter(std::size_t jobs);  // If there is room.
  void run();
  void check_some(std::unique_lock<std::mutex>& lock);
  void settle_all(std::unique_lock<std::mutex>& lock);
  static Group take(std::deque<std::unique_ptr<Waiting>>& from, std::size_t most);
  void answer(const Waiting& waiting);

  Ingest& ingest_;
  const Rules rules_;
  IntakeObserver* const observer_;
  mutable std::mutex mutex_;  // Guards what follows.
  std::condition_variable has_work_;
  std::deque<std::unique_ptr<Waiting>> waiting_;
  std::deque<std::unique_ptr<Waiting>> checked_;
  std::size_t depth_ = 0;
  bool is_settling_ = false;
  bool is_over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace earshot::verifier
