// Independent pieces of work on a few threads; what they do to the world does not depend on the
// order in which they run.
#pragma once
#include <cstddef>
#include <functional>

#include "core/result.h"

namespace earshot::simulator {

// Calls work(0) to work(count - 1), each once, on `threads` threads (1: the caller's own). After an
// error no new piece is begun; the error of the lowest index among those that failed is returned.
Result<void> parallel_for(std::size_t count, unsigned threads,
                          const std::function<Result<void>(std::size_t)>& work);

}  // namespace earshot::simulator
