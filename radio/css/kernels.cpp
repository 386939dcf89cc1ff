#include "radio/css/kernels.h"

#include <algorithm>
#include <array>

#include "radio/css/vector_clones.h"

namespace earshot::radio {

namespace {

constexpr std::size_t kLanes = 16;  // Two vectors of the widest kind, so that sums overlap.
constexpr std::size_t kRun = 16;    // Terms a lane adds up in single precision.
constexpr std::size_t kBlock = 64;  // A filter's outputs that stay in registers, in floats.

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
float largest_pair_sum(std::span<const float> values) {
  const std::size_t size = values.size();
  std::array<float, kLanes> best{};
  std::size_t k = 0;
  for (; k + kLanes < size; k += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float pair = values[k + lane] + values[k + lane + 1];
      best[lane] = best[lane] < pair ? pair : best[lane];
    }
  }
  float largest = *std::max_element(best.begin(), best.end());
  for (; k + 1 < size; ++k) largest = std::max(largest, values[k] + values[k + 1]);
  return largest;
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

EARSHOT_VECTOR_CLONES
void half_rate_filter(std::span<const float> taps, SampleView even, SampleView odd,
                      std::span<Sample> out) {
  float* z = floats(out);
  const std::size_t size = 2 * out.size();
  for (std::size_t at = 0; at < size; at += kBlock) {
    std::array<float, kBlock> block{};
    const std::size_t count = std::min(kBlock, size - at);
    for (std::size_t t = 0; t < taps.size(); ++t) {
      const float* x = floats(t % 2 == 0 ? even : odd) + t / 2 * 2 + at;
      const float tap = taps[t];
      if (count == kBlock) {
        for (std::size_t k = 0; k < kBlock; ++k) block[k] += tap * x[k];
      } else {
        for (std::size_t k = 0; k < count; ++k) block[k] += tap * x[k];
      }
    }
    std::copy_n(block.begin(), count, z + at);
  }
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

float largest_pair_sum(std::span<const float> values) {
  float largest = 0;
  for (std::size_t k = 0; k + 1 < values.size(); ++k) {
    largest = std::max(largest, values[k] + values[k + 1]);
  }
  return largest;
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

}  // namespace scalar

}  // namespace earshot::radio
