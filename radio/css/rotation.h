// Sampled complex exponentials of constant or linearly changing frequency, by recurrence in double
// precision: much faster than a sine per sample, and exact to about 1e-9 turns.
#pragma once
#include <span>

#include "radio/samples.h"

namespace earshot::radio {

// phase(k) = phase + frequency k + slope/2 k^2, in turns.
struct QuadraticPhase {
  double phase_turns = 0;
  double turns_per_sample = 0;
  double turns_per_sample2 = 0;
};

// out[k] += amplitude exp(2 pi i phase(k))
void add_rotation(const QuadraticPhase& phase, double amplitude, std::span<Sample> out);
// inout[k] *= exp(2 pi i phase(k))
void rotate(const QuadraticPhase& phase, std::span<Sample> inout);
// out[k] = in[k] * exp(2 pi i phase(k)); same sizes.
void rotate(const QuadraticPhase& phase, SampleView in, std::span<Sample> out);

// re[k] + i im[k] = exp(2 pi i turns[k]); same sizes.
void points(std::span<const double> turns, std::span<double> re, std::span<double> im);

}  // namespace earshot::radio
