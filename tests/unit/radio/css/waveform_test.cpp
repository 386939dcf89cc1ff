#include "radio/css/waveform.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/unit/radio/css/lora_vectors.h"

namespace earshot::radio {
namespace {

const std::vector<std::uint8_t> kPayload = {0xE0, 0x01, 3, 4, 5, 6, 7, 8, 9, 10};

TEST(CssWaveform, CorrelatesWithTheFramesOfAnotherTransmitter) {
  int compared = 0;
  for (const LoraVector& vector : repository_vectors()) {
    if (vector.carrier_hz != 0 || std::floor(vector.start_sample) != vector.start_sample) continue;
    const auto ours = modulate(vector.params, vector.payload, vector.rate_hz);
    ASSERT_TRUE(ours);
    const auto start = static_cast<std::size_t>(vector.start_sample);
    ASSERT_LE(start + ours->size(), vector.samples.size());
    std::complex<double> sum = 0;
    double power = 0;
    for (std::size_t k = 0; k < ours->size(); ++k) {
      sum += std::complex<double>(vector.samples[start + k] * std::conj((*ours)[k]));
      power += std::norm(vector.samples[start + k]);
    }
    const double correlation = std::abs(sum) / std::sqrt(power * static_cast<double>(ours->size()));
    EXPECT_GT(correlation, 0.9999) << vector.name;
    ++compared;
  }
  EXPECT_GE(compared, 6);
}

TEST(CssWaveform, PhaseIsContinuousOverTheWholeFrame) {
  for (const int sf : {7, 9, 12}) {
    const auto waveform = CssWaveform::create({.spreading_factor = sf}, kPayload);
    ASSERT_TRUE(waveform);
    const double step = 1e-7;  // Frequency stays below BW/2: at most 0.00625 turns a step.
    double before = waveform->phase_turns(0);
    for (double t = step; t < std::min(0.3, waveform->duration_seconds()); t += step * 3) {
      const double now = waveform->phase_turns(t);
      ASSERT_LT(std::abs(now - before), 0.03) << "SF" << sf << " at " << t;
      before = now;
    }
  }
}

TEST(CssWaveform, AddToSamplesThePhaseAtAnyInstant) {
  const auto waveform = CssWaveform::create({.spreading_factor = 9}, kPayload);
  ASSERT_TRUE(waveform);
  const double first = -1.25e-4;
  const double step = 1 / 437e3;
  const double carrier = 0.0123;
  Samples out(60000, Sample(1, 1));
  waveform->add_to(out, first, step, 0.5, carrier, 0.25);
  for (std::size_t k = 0; k < out.size(); k += 7) {
    const double t = first + static_cast<double>(k) * step;
    std::complex<double> expected(1, 1);
    if (t >= 0 && t < waveform->duration_seconds()) {
      const double turns = waveform->phase_turns(t) + carrier * static_cast<double>(k) + 0.25;
      expected += std::polar(0.5, 2 * std::numbers::pi * (turns - std::floor(turns)));
    }
    ASSERT_LT(std::abs(expected - std::complex<double>(out[k])), 1e-5) << k;
  }
}

TEST(CssWaveform, LeavesSamplesOutsideTheFrameUntouched) {
  const auto waveform = CssWaveform::create({}, kPayload);
  ASSERT_TRUE(waveform);
  Samples out(100, Sample(2, 0));
  waveform->add_to(out, waveform->duration_seconds() + 1e-6, 4e-6, 1, 0, 0);
  waveform->add_to(out, -1, 4e-6, 1, 0, 0);
  for (const Sample& sample : out) EXPECT_EQ(sample, Sample(2, 0));
}

TEST(CssWaveform, RefusesEmptyAndOversizedPayloads) {
  EXPECT_FALSE(CssWaveform::create({}, {}));
  EXPECT_FALSE(CssWaveform::create({}, std::vector<std::uint8_t>(256)));
  EXPECT_FALSE(modulate({}, kPayload, 124e3));
}

TEST(Modulate, LastsAsLongAsTheFrame) {
  const CssParams params;
  const auto samples = modulate(params, kPayload, 1e6);
  ASSERT_TRUE(samples);
  EXPECT_EQ(static_cast<double>(samples->size()),
            std::ceil(frame_seconds(params, static_cast<int>(kPayload.size())) * 1e6 - 1e-6));
  for (const Sample& sample : *samples) ASSERT_NEAR(std::abs(sample), 1, 1e-5);
}

}  // namespace
}  // namespace earshot::radio
