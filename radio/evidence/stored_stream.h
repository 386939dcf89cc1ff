// A stream that somebody keeps, in whatever form, and that is read piece by piece: seconds of a
// wideband stream are too much to copy at once.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>

#include "radio/samples.h"

namespace earshot::radio {

struct StoredStream {
  std::size_t size = 0;
  // Samples first, first + 1, ... of the stream; first + out.size() <= size. As long as it is kept.
  std::function<void(std::size_t first, std::span<Sample> out)> copy;
};

// Samples that lie in memory; borrowed.
inline StoredStream stored(SampleView samples) {
  return {samples.size(), [samples](std::size_t first, std::span<Sample> out) {
            std::ranges::copy(samples.subspan(first, out.size()), out.begin());
          }};
}

}  // namespace earshot::radio
