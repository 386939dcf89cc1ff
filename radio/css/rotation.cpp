#include "radio/css/rotation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace earshot::radio {

namespace {

using Turn = std::complex<double>;

constexpr std::size_t kLanes = 4;   // Independent recurrences, so that multiplications overlap.
constexpr std::size_t kRun = 2048;  // Chosen: rounding grows with its square, 2048^2 2^-53 < 1e-9.

Turn turn(double turns) {
  const double angle = 2 * std::numbers::pi * (turns - std::floor(turns));
  return {std::cos(angle), std::sin(angle)};
}

// Lane l holds phase(l + kLanes m) at step m; `step` is what the next step multiplies by.
struct Lanes {
  std::array<double, kLanes> re, im, step_re, step_im;
  double bend_re, bend_im;

  Lanes(const QuadraticPhase& phase, double first) {
    const double stride = kLanes;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double k = first + static_cast<double>(lane);
      const Turn now =
          turn(phase.phase_turns + k * (phase.turns_per_sample + k * phase.turns_per_sample2 / 2));
      const Turn next =
          turn(stride * (phase.turns_per_sample + (k + stride / 2) * phase.turns_per_sample2));
      re[lane] = now.real();
      im[lane] = now.imag();
      step_re[lane] = next.real();
      step_im[lane] = next.imag();
    }
    const Turn bend = turn(stride * stride * phase.turns_per_sample2);
    bend_re = bend.real();
    bend_im = bend.imag();
  }

  void advance() {
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
void for_each_turn(const QuadraticPhase& phase, std::size_t count, Use use) {
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

void add_rotation(const QuadraticPhase& phase, double amplitude, std::span<Sample> out) {
  const auto scale = static_cast<float>(amplitude);
  for_each_turn(phase, out.size(), [out, scale](std::size_t k, float re, float im) {
    out[k] += Sample(scale * re, scale * im);
  });
}

void rotate(const QuadraticPhase& phase, std::span<Sample> inout) { rotate(phase, inout, inout); }

void rotate(const QuadraticPhase& phase, SampleView in, std::span<Sample> out) {
  for_each_turn(phase, out.size(), [in, out](std::size_t k, float re, float im) {
    const Sample x = in[k];
    out[k] = {x.real() * re - x.imag() * im, x.real() * im + x.imag() * re};
  });
}

}  // namespace earshot::radio
