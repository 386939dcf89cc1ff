// Where two stretches of samples are most alike: at which delay, at which offset of frequency.
#pragma once
#include <cstddef>

#include "radio/evidence/excision.h"
#include "radio/samples.h"

namespace earshot::radio {

// one[k + delay] against other[k] turned by `turns_per_sample`.
struct Alignment {
  std::ptrdiff_t delay = 0;
  double turns_per_sample = 0;
};

// All delays, and offsets of up to four turns over the longer one either way of `carrier_offset`
// (turns per sample) and of none. By what is in the band of `one` only. Neither may be empty.
Alignment align(SampleView one, SampleView other, double carrier_offset, const Band& band);

// The stretch of both that overlaps, frequency offset taken out of `other`; same sizes.
struct Overlap {
  Samples one;
  Samples other;
};
Overlap overlap_of(SampleView one, SampleView other, const Alignment& at);

}  // namespace earshot::radio
