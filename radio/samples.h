// Complex baseband samples: |x| = 1 is full scale (0 dBFS).
#pragma once
#include <complex>
#include <span>
#include <vector>

namespace earshot::radio {

using Sample = std::complex<float>;
using Samples = std::vector<Sample>;
using SampleView = std::span<const Sample>;

}  // namespace earshot::radio
