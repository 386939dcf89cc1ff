#include "radio/css/rotation.h"

#include <algorithm>
#include <array>

#include "radio/css/turn.h"
#include "radio/css/vector_clones.h"

namespace earshot::radio {

namespace {

// Independent recurrences: two to four vectors, so that multiplications overlap.
constexpr std::size_t kLanes = 16;
constexpr double kStride = kLanes;
constexpr std::size_t kRun = 2048;  // Chosen: rounding grows with its square, 2048^2 2^-53 < 1e-9.

// Lane l holds phase(first + l + kLanes m) at step m; `step` is what the next step multiplies by.
struct Lanes {
  std::array<double, kLanes> re, im, step_re, step_im;
  double bend_re, bend_im;

  [[gnu::always_inline]] Lanes(const QuadraticPhase& phase, double first) {
    const double slope = phase.turns_per_sample2;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double k = first + static_cast<double>(lane);
      const double frequency = phase.turns_per_sample + k * slope;
      const auto now = turn(phase.phase_turns + k * (phase.turns_per_sample + frequency) / 2);
      const auto step = turn(kStride * (frequency + kStride / 2 * slope));
      re[lane] = now.real();
      im[lane] = now.imag();
      step_re[lane] = step.real();
      step_im[lane] = step.imag();
    }
    const auto bend = turn(kStride * kStride * slope);
    bend_re = bend.real();
    bend_im = bend.imag();
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

EARSHOT_VECTOR_CLONES
void points(std::span<const double> turns, std::span<double> re, std::span<double> im) {
  const double* in = turns.data();
  double* real = re.data();
  double* imaginary = im.data();
  const std::size_t size = turns.size();
  for (std::size_t k = 0; k < size; ++k) {
    const auto value = turn(in[k]);
    real[k] = value.real();
    imaginary[k] = value.imag();
  }
}

}  // namespace earshot::radio
