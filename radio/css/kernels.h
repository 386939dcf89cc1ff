// The inner loops over samples that decide the receiver's speed, compiled for the vectors that the
// machine has. Each has a plain counterpart in `scalar`, which a test compares it with.
#pragma once
#include <span>
#include <vector>

#include "radio/samples.h"

namespace earshot::radio {

// out[k] = a[k] b[k]; all of the same size, out may be a or b.
void multiply(SampleView a, SampleView b, std::span<Sample> out);
// out[k] += factor weights[k] x[k]
void add_weighted(SampleView x, std::span<const float> weights, Sample factor,
                  std::span<Sample> out);
// out[k] = |x[k]|^2
void powers(SampleView x, std::span<float> out);
// sums[k] += values[k]
void accumulate(std::span<const float> values, std::span<float> sums);
// sums[k] = the sum of rows[i][k] over i; all of the size of `sums`, which is at least 2; at least
// one row.
struct SumsFound {
  float largest_pair = 0;  // sums[k] + sums[k + 1], without the pair that wraps around.
  double total = 0;
};
SumsFound add_rows(std::span<const std::vector<float>> rows, std::span<float> sums);
// Largest of values; at least one, a multiple of 16 of them.
float largest(std::span<const float> values);
// out[k] = a[k] + b[k] + a[k + 1] + b[k + 1], the last with the first; all of the same size >= 2.
void pair_sums(std::span<const float> a, std::span<const float> b, std::span<float> out);
// In double precision from runs of at most 16 single-precision terms a lane.
double sum(std::span<const float> values);
std::complex<double> sum(SampleView values);
// out[m] = sum over t of taps[t] (even t: even, odd t: odd)[m + t / 2]: a filter of a stream split
// by parity, every second output. An even number of taps; even and odd have out.size() +
// taps.size() / 2 samples.
void half_rate_filter(std::span<const float> taps, SampleView even, SampleView odd,
                      std::span<Sample> out);
// The sum of weights[k] x[k]; every weight twice, weights[2 k] = weights[2 k + 1].
Sample weighted_sum(std::span<const float> weights, SampleView x);

namespace scalar {
void multiply(SampleView a, SampleView b, std::span<Sample> out);
void add_weighted(SampleView x, std::span<const float> weights, Sample factor,
                  std::span<Sample> out);
void powers(SampleView x, std::span<float> out);
void accumulate(std::span<const float> values, std::span<float> sums);
SumsFound add_rows(std::span<const std::vector<float>> rows, std::span<float> sums);
float largest(std::span<const float> values);
void pair_sums(std::span<const float> a, std::span<const float> b, std::span<float> out);
double sum(std::span<const float> values);
std::complex<double> sum(SampleView values);
void half_rate_filter(std::span<const float> taps, SampleView even, SampleView odd,
                      std::span<Sample> out);
Sample weighted_sum(std::span<const float> weights, SampleView x);
}  // namespace scalar

}  // namespace earshot::radio
