#include "simulator/parallel.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace earshot::simulator {

Result<void> parallel_for(std::size_t count, unsigned threads,
                          const std::function<Result<void>(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::map<std::size_t, Error> errors;  // Guarded by mutex.
  std::atomic<bool> failed{false};
  const auto run = [&] {
    while (!failed) {
      const std::size_t index = next++;
      if (index >= count) return;
      if (const Result<void> done = work(index); !done) {
        failed = true;
        const std::lock_guard lock(mutex);
        errors.emplace(index, done.error());
      }
    }
  };
  std::vector<std::jthread> pool;
  const std::size_t extra = std::min<std::size_t>(threads, count);
  for (std::size_t i = 1; i < extra; ++i) pool.emplace_back(run);
  run();
  pool.clear();  // Joins.
  if (!errors.empty()) return fail(errors.begin()->second);
  return {};
}

}  // namespace earshot::simulator
