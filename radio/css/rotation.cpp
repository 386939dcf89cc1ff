#include "radio/css/rotation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "radio/css/vector_clones.h"

namespace earshot::radio {

namespace {

using Turn = std::complex<double>;

// Independent recurrences: two to four vectors, so that multiplications overlap.
constexpr std::size_t kLanes = 16;
constexpr std::size_t kRun = 2048;  // Chosen: rounding grows with its square, 2048^2 2^-53 < 1e-9.

Turn turn(double turns) {
  const double angle = 2 * std::numbers::pi * (turns - std::floor(turns));
  return {std::cos(angle), std::sin(angle)};
}

// Without the library's check for infinities.
Turn times(const Turn& a, const Turn& b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// Lane l holds phase(first + l + kLanes m) at step m; `step` is what the next step multiplies by.
struct Lanes {
  std::array<double, kLanes> re, im, step_re, step_im;
  double bend_re, bend_im;

  Lanes(const QuadraticPhase& phase, double first) {
    const double frequency = phase.turns_per_sample + first * phase.turns_per_sample2;
    const double slope = phase.turns_per_sample2;
    const double stride = kLanes;
    Turn now = turn(phase.phase_turns +
                    first * (phase.turns_per_sample + first * phase.turns_per_sample2 / 2));
    Turn next = turn(frequency + slope / 2);
    const Turn bend = turn(slope);
    Turn step = turn(stride * (frequency + stride / 2 * slope));
    const Turn step_bend = turn(stride * slope);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      re[lane] = now.real();
      im[lane] = now.imag();
      step_re[lane] = step.real();
      step_im[lane] = step.imag();
      now = times(now, next);
      next = times(next, bend);
      step = times(step, step_bend);
    }
    const Turn stride_bend = turn(stride * stride * slope);
    bend_re = stride_bend.real();
    bend_im = stride_bend.imag();
  }

  [[gnu::always_inline]] void advance() {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double r = re[lane] * step_re[lane] - im[lane] * step_im[lane];
      im[lane] = re[lane] * step_im[lane] + im[lane] * step_re[lane];
      re[lane] = r;
      const double s = step_re[lane] * bend_re - step_im[lane] * bend_im;
      step_im[lane] = step_re[lane] * bend_im + step_im[lane] * bend_re;
      step_re[lane] = s;
    }
  }
};

// Calls use(k, re, im) for each k < count.
template <class Use>
[[gnu::always_inline]] inline void for_each_turn(const QuadraticPhase& phase, std::size_t count,
                                                 Use use) {
  for (std::size_t run = 0; run < count; run += kRun) {
    const std::size_t end = std::min(count, run + kRun);
    Lanes lanes(phase, static_cast<double>(run));
    std::size_t k = run;
    for (; k + kLanes <= end; k += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        use(k + lane, static_cast<float>(lanes.re[lane]), static_cast<float>(lanes.im[lane]));
      }
      lanes.advance();
    }
    for (std::size_t lane = 0; k + lane < end; ++lane) {
      use(k + lane, static_cast<float>(lanes.re[lane]), static_cast<float>(lanes.im[lane]));
    }
  }
}

}  // namespace

EARSHOT_VECTOR_CLONES
void add_rotation(const QuadraticPhase& phase, double amplitude, std::span<Sample> out) {
  const auto scale = static_cast<float>(amplitude);
  auto* sum = reinterpret_cast<float*>(out.data());
  for_each_turn(phase, out.size(), [sum, scale](std::size_t k, float re, float im) {
    sum[2 * k] += scale * re;
    sum[2 * k + 1] += scale * im;
  });
}

void rotate(const QuadraticPhase& phase, std::span<Sample> inout) { rotate(phase, inout, inout); }

EARSHOT_VECTOR_CLONES
void rotate(const QuadraticPhase& phase, SampleView in, std::span<Sample> out) {
  const auto* x = reinterpret_cast<const float*>(in.data());
  auto* y = reinterpret_cast<float*>(out.data());
  for_each_turn(phase, out.size(), [x, y](std::size_t k, float re, float im) {
    const float real = x[2 * k];
    const float imaginary = x[2 * k + 1];
    y[2 * k] = real * re - imaginary * im;
    y[2 * k + 1] = real * im + imaginary * re;
  });
}

}  // namespace earshot::radio
