#include "radio/css/kernels.h"

#include <algorithm>
#include <array>

#include "radio/css/vector_clones.h"

namespace earshot::radio {

namespace {

constexpr std::size_t kLanes = 16;  // Two vectors of the widest kind, so that sums overlap.
// Sums that stay in the nearest cache between the passes over them.
constexpr std::size_t kPiece = 512;
constexpr std::size_t kRun = 16;     // Terms a lane adds up in single precision.
constexpr std::size_t kBlock = 128;  // A filter's outputs that stay in registers, in floats.

const float* floats(SampleView samples) { return reinterpret_cast<const float*>(samples.data()); }
float* floats(std::span<Sample> samples) { return reinterpret_cast<float*>(samples.data()); }

}  // namespace

EARSHOT_VECTOR_CLONES
void multiply(SampleView a, SampleView b, std::span<Sample> out) {
  // As plain floats: complex multiplication by the library would check for infinities.
  const float* x = floats(a);
  const float* y = floats(b);
  float* z = floats(out);
  for (std::size_t k = 0; k < 2 * out.size(); k += 2) {
    const float re = x[k] * y[k] - x[k + 1] * y[k + 1];
    const float im = x[k] * y[k + 1] + x[k + 1] * y[k];
    z[k] = re;
    z[k + 1] = im;
  }
}

EARSHOT_VECTOR_CLONES
void add_weighted(SampleView x, std::span<const float> weights, Sample factor,
                  std::span<Sample> out) {
  const float* in = floats(x);
  const float* weight = weights.data();
  float* z = floats(out);
  const float real = factor.real();
  const float imaginary = factor.imag();
  const std::size_t size = out.size();
  for (std::size_t k = 0; k < size; ++k) {
    const float re = in[2 * k] * weight[k];
    const float im = in[2 * k + 1] * weight[k];
    z[2 * k] += re * real - im * imaginary;
    z[2 * k + 1] += re * imaginary + im * real;
  }
}

EARSHOT_VECTOR_CLONES
void powers(SampleView x, std::span<float> out) {
  const float* in = floats(x);
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k] = in[2 * k] * in[2 * k] + in[2 * k + 1] * in[2 * k + 1];
  }
}

EARSHOT_VECTOR_CLONES
void accumulate(std::span<const float> values, std::span<float> sums) {
  const float* in = values.data();
  float* out = sums.data();
  const std::size_t size = sums.size();
  for (std::size_t k = 0; k < size; ++k) out[k] += in[k];
}

EARSHOT_VECTOR_CLONES
SumsFound add_rows(std::span<const std::vector<float>> rows, std::span<float> sums) {
  SumsFound found;
  std::array<float, kLanes> best{};
  const std::size_t size = sums.size();
  float* out = sums.data();
  for (std::size_t at = 0; at < size; at += kPiece) {
    const std::size_t end = std::min(size, at + kPiece);
    const float* first = rows[0].data();
    for (std::size_t k = at; k < end; ++k) out[k] = first[k];
    for (std::size_t row = 1; row < rows.size(); ++row) {
      const float* in = rows[row].data();
      for (std::size_t k = at; k < end; ++k) out[k] += in[k];
    }
    std::array<float, kLanes> lanes{};
    std::size_t k = at;
    // Each pair that ends here; those across pieces come with the later one.
    for (; k + kLanes <= end; k += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += out[k + lane];
    }
    for (; k < end; ++k) lanes[0] += out[k];
    for (const float lane : lanes) found.total += static_cast<double>(lane);
    k = at == 0 ? 1 : at;
    for (; k + kLanes <= end; k += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float pair = out[k + lane - 1] + out[k + lane];
        best[lane] = best[lane] < pair ? pair : best[lane];
      }
    }
    for (; k < end; ++k) best[0] = std::max(best[0], out[k - 1] + out[k]);
  }
  found.largest_pair = *std::max_element(best.begin(), best.end());
  return found;
}

EARSHOT_VECTOR_CLONES
float largest(std::span<const float> values) {
  const float* in = values.data();
  std::array<float, kLanes> best;
  std::copy_n(in, kLanes, best.begin());
  for (std::size_t k = kLanes; k < values.size(); k += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      best[lane] = best[lane] < in[k + lane] ? in[k + lane] : best[lane];
    }
  }
  for (std::size_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::size_t lane = 0; lane < width; ++lane) {
      best[lane] = best[lane] < best[lane + width] ? best[lane + width] : best[lane];
    }
  }
  return best[0];
}

EARSHOT_VECTOR_CLONES
void pair_sums(std::span<const float> a, std::span<const float> b, std::span<float> out) {
  const float* x = a.data();
  const float* y = b.data();
  float* z = out.data();
  const std::size_t last = out.size() - 1;
  for (std::size_t k = 0; k < last; ++k) z[k] = (x[k] + y[k]) + (x[k + 1] + y[k + 1]);
  z[last] = (x[last] + y[last]) + (x[0] + y[0]);
}

EARSHOT_VECTOR_CLONES
double sum(std::span<const float> values) {
  const float* in = values.data();
  double total = 0;
  std::size_t k = 0;
  while (k + kLanes <= values.size()) {
    std::array<float, kLanes> lanes{};
    const std::size_t end = std::min(values.size(), k + kLanes * kRun);
    for (; k + kLanes <= end; k += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += in[k + lane];
    }
    for (const float lane : lanes) total += static_cast<double>(lane);
  }
  for (; k < values.size(); ++k) total += static_cast<double>(in[k]);
  return total;
}

EARSHOT_VECTOR_CLONES
std::complex<double> sum(SampleView values) {
  const float* in = floats(values);
  const std::size_t size = 2 * values.size();
  double re = 0;
  double im = 0;
  std::size_t k = 0;
  while (k + kLanes <= size) {
    std::array<float, kLanes> lanes{};
    const std::size_t end = std::min(size, k + kLanes * kRun);
    for (; k + kLanes <= end; k += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += in[k + lane];
    }
    for (std::size_t lane = 0; lane < kLanes; lane += 2) {
      re += static_cast<double>(lanes[lane]);
      im += static_cast<double>(lanes[lane + 1]);
    }
  }
  for (; k < size; k += 2) {
    re += static_cast<double>(in[k]);
    im += static_cast<double>(in[k + 1]);
  }
  return {re, im};
}

namespace {

// `Count` outputs, which stay in registers.
template <std::size_t Count>
[[gnu::always_inline]] inline void filter_block(std::span<const float> taps, const float* even,
                                                const float* odd, float* out) {
  std::array<float, Count> block{};
  for (std::size_t t = 0; t + 1 < taps.size(); t += 2) {
    const float first = taps[t];
    const float second = taps[t + 1];
    for (std::size_t k = 0; k < Count; ++k) block[k] += first * even[t + k];
    for (std::size_t k = 0; k < Count; ++k) block[k] += second * odd[t + k];
  }
  std::copy(block.begin(), block.end(), out);
}

}  // namespace

EARSHOT_VECTOR_CLONES
void half_rate_filter(std::span<const float> taps, SampleView even, SampleView odd,
                      std::span<Sample> out) {
  const std::size_t size = 2 * out.size();
  std::size_t at = 0;
  for (; at + kBlock <= size; at += kBlock) {
    filter_block<kBlock>(taps, floats(even) + at, floats(odd) + at, floats(out) + at);
  }
  for (; at < size; at += 2) {
    filter_block<2>(taps, floats(even) + at, floats(odd) + at, floats(out) + at);
  }
}

EARSHOT_VECTOR_CLONES
Sample weighted_sum(std::span<const float> weights, SampleView x) {
  const float* in = floats(x);
  const std::size_t size = 2 * x.size();
  std::array<float, 2 * kLanes> lanes{};
  std::size_t k = 0;
  for (; k + lanes.size() <= size; k += lanes.size()) {
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      lanes[lane] += weights[k + lane] * in[k + lane];
    }
  }
  for (std::size_t lane = 0; k < size; ++k, ++lane) lanes[lane] += weights[k] * in[k];
  for (std::size_t width = kLanes; width >= 2; width /= 2) {
    for (std::size_t lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
  }
  return {lanes[0], lanes[1]};
}

namespace scalar {

void multiply(SampleView a, SampleView b, std::span<Sample> out) {
  for (std::size_t k = 0; k < out.size(); ++k) {
    const Sample x = a[k];
    const Sample y = b[k];
    out[k] = {x.real() * y.real() - x.imag() * y.imag(), x.real() * y.imag() + x.imag() * y.real()};
  }
}

void add_weighted(SampleView x, std::span<const float> weights, Sample factor,
                  std::span<Sample> out) {
  for (std::size_t k = 0; k < out.size(); ++k) {
    const Sample y = x[k] * weights[k];
    out[k] += Sample(y.real() * factor.real() - y.imag() * factor.imag(),
                     y.real() * factor.imag() + y.imag() * factor.real());
  }
}

void powers(SampleView x, std::span<float> out) {
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = std::norm(x[k]);
}

void accumulate(std::span<const float> values, std::span<float> sums) {
  for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += values[k];
}

SumsFound add_rows(std::span<const std::vector<float>> rows, std::span<float> sums) {
  SumsFound found;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    sums[k] = 0;
    for (const std::vector<float>& row : rows) sums[k] += row[k];
    found.total += static_cast<double>(sums[k]);
    if (k > 0) found.largest_pair = std::max(found.largest_pair, sums[k - 1] + sums[k]);
  }
  return found;
}

float largest(std::span<const float> values) {
  return *std::max_element(values.begin(), values.end());
}

void pair_sums(std::span<const float> a, std::span<const float> b, std::span<float> out) {
  for (std::size_t k = 0; k < out.size(); ++k) {
    const std::size_t next = (k + 1) % out.size();
    out[k] = a[k] + b[k] + a[next] + b[next];
  }
}

double sum(std::span<const float> values) {
  double total = 0;
  for (const float value : values) total += static_cast<double>(value);
  return total;
}

std::complex<double> sum(SampleView values) {
  std::complex<double> total = 0;
  for (const Sample& value : values) total += std::complex<double>(value);
  return total;
}

void half_rate_filter(std::span<const float> taps, SampleView even, SampleView odd,
                      std::span<Sample> out) {
  for (std::size_t m = 0; m < out.size(); ++m) {
    Sample total;
    for (std::size_t t = 0; t < taps.size(); ++t) {
      total += taps[t] * (t % 2 == 0 ? even : odd)[m + t / 2];
    }
    out[m] = total;
  }
}

Sample weighted_sum(std::span<const float> weights, SampleView x) {
  Sample total;
  for (std::size_t k = 0; k < x.size(); ++k) total += weights[2 * k] * x[k];
  return total;
}

}  // namespace scalar

}  // namespace earshot::radio
