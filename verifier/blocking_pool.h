// A few threads for what may wait for a disk or take long, so that the threads of sockets never do.
// Bounded: what does not fit is refused. Any thread.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace earshot::verifier {

class BlockingPool {
 public:
  using Task = std::function<void()>;

  BlockingPool(std::size_t threads, std::size_t max_waiting);
  ~BlockingPool();  // Does first what waits.
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // False when too many wait; `task` is untouched then.
  bool submit(Task& task);
  std::size_t depth() const;  // That wait.

 private:
  void run();

  const std::size_t max_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> waiting_;
  bool is_over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace earshot::verifier
