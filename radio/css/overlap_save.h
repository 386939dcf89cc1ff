// Where the blocks of an overlap-save channelizer lie.
#pragma once
#include <cstdint>
#include <vector>

namespace earshot::radio {

// All in input samples. A block transforms `size` samples, of which the first and the last `guard`
// only feed the filters; the next block begins `hop` = size - 2 guard later. size, guard and hop
// are multiples of the smallest number of samples that lasts a whole number of chips in all bands.
struct BlockGeometry {
  std::int64_t size = 0;
  std::int64_t guard = 0;
  std::int64_t hop = 0;
};

// p / q == value within 1e-13, smallest such with q <= 20000; where there is none, the nearest
// (then within about 1e-8).
struct Ratio {
  std::int64_t p = 0;
  std::int64_t q = 1;
};
Ratio small_ratio(double value);

// bandwidth/rate of each band as a ratio; offsets_hz only steer towards a size in which they are
// whole bins. `guard_seconds` is half the longest filter.
BlockGeometry choose_blocks(double rate_hz, const std::vector<Ratio>& chips_per_sample,
                            const std::vector<double>& offsets_hz, double guard_seconds);

}  // namespace earshot::radio
