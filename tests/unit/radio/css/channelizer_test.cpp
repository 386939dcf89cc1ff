#include "radio/css/channelizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "radio/css/overlap_save.h"

namespace earshot::radio {
namespace {

struct Streams {
  Samples wide, narrow;
};

// The first band's streams, pushed in pieces of sizes that `next_size` gives.
template <class NextSize>
Streams channelize(double rate_hz, const std::vector<ChannelBand>& bands, SampleView samples,
                   NextSize next_size) {
  Channelizer channelizer(rate_hz, bands);
  Streams streams;
  const auto keep = [&streams](const std::vector<SampleView>& pieces) {
    streams.narrow.insert(streams.narrow.end(), pieces[0].begin(), pieces[0].end());
  };
  for (std::size_t at = 0; at < samples.size();) {
    const std::size_t size = std::min<std::size_t>(next_size(), samples.size() - at);
    channelizer.push(samples.subspan(at, size), keep);
    at += size;
  }
  channelizer.drain(keep);
  WideStream& wide = channelizer.wide(0);
  const SampleView all = wide.view(0, static_cast<std::size_t>(wide.end()));
  streams.wide.assign(all.begin(), all.end());
  return streams;
}

std::complex<double> tone_at(double turns) {
  return std::polar(1.0, 2 * std::numbers::pi * (turns - std::floor(turns)));
}

TEST(Channelizer, MovesAToneToItsPlaceWithoutDelay) {
  for (const double rate : {250e3, 1e6, 2.4e6, 1.024e6, 999983.0}) {
    const double offset = rate > 400e3 ? 123456.7 : 0;
    const double tone_hz = 10e3;
    Samples samples(60000);
    for (std::size_t k = 0; k < samples.size(); ++k) {
      samples[k] = Sample(tone_at((offset + tone_hz) / rate * static_cast<double>(k)));
    }
    const std::vector<ChannelBand> bands = {{offset, 125e3}, {-offset, 125e3}};
    const Streams streams = channelize(rate, bands, samples, [] { return std::size_t{1000}; });
    const double step = Channelizer(rate, bands).narrow_step(0);
    EXPECT_NEAR(step, rate / 125e3, 1e-4 * step);
    const auto chips = static_cast<std::size_t>(60000 / step);
    for (std::size_t m = 100; m + 100 < chips; ++m) {
      const auto k = static_cast<double>(m) * step;
      ASSERT_LT(std::abs(std::complex<double>(streams.narrow[m]) - tone_at(tone_hz / rate * k)),
                1e-3)
          << rate << " Hz, sample " << m;
      const std::complex<double> wide(streams.wide[2 * m]);
      ASSERT_LT(std::abs(wide - tone_at(tone_hz / rate * k)), 1e-3) << rate << " Hz, sample " << m;
    }
  }
}

TEST(Channelizer, KeepsNeighbouringChannelsOut) {
  Samples samples(60000);
  for (std::size_t k = 0; k < samples.size(); ++k) {
    samples[k] = Sample(tone_at(140e3 / 1e6 * static_cast<double>(k)));
  }
  const Streams streams = channelize(1e6, {{0, 125e3}}, samples, [] { return std::size_t{1000}; });
  for (std::size_t m = 200; m < 14000; ++m) ASSERT_LT(std::abs(streams.wide[m]), 2e-3);
}

TEST(Channelizer, GivesTheSameSamplesForAnyCutsProperty) {
  std::mt19937 random(4);
  Samples samples(30000);
  std::normal_distribution<float> gauss;
  for (Sample& sample : samples) sample = {gauss(random), gauss(random)};
  const std::vector<ChannelBand> bands = {{-200e3, 125e3}, {100e3, 250e3}};
  const Streams whole = channelize(1e6, bands, samples, [&samples] { return samples.size(); });
  for (int trial = 0; trial < 5; ++trial) {
    const Streams cut =
        channelize(1e6, bands, samples, [&random] { return std::size_t{1} + random() % 3000; });
    EXPECT_EQ(cut.wide, whole.wide);
    EXPECT_EQ(cut.narrow, whole.narrow);
  }
}

TEST(OverlapSave, BlocksLastWholeChipsInEveryBand) {
  for (const double rate : {125e3, 250e3, 1e6, 2e6, 2.048e6, 2.4e6, 8e6}) {
    const std::vector<Ratio> ratios = {small_ratio(125e3 / rate)};
    const BlockGeometry blocks = choose_blocks(rate, ratios, {200e3, -200e3}, 120e-6);
    for (const std::int64_t samples : {blocks.size, blocks.guard, blocks.hop}) {
      EXPECT_EQ(samples * ratios[0].p % ratios[0].q, 0) << rate;
      EXPECT_GT(samples, 0);
    }
    EXPECT_EQ(blocks.hop, blocks.size - 2 * blocks.guard);
    EXPECT_GE(static_cast<double>(blocks.guard), 120e-6 * rate);
  }
}

TEST(OverlapSave, FindsExactRatiosAndApproachesOthers) {
  EXPECT_EQ(small_ratio(125e3 / 2.4e6).q, 96);
  const Ratio near = small_ratio(125e3 / 999983.0);
  EXPECT_NEAR(static_cast<double>(near.p) / static_cast<double>(near.q), 125e3 / 999983.0, 1e-5);
}

}  // namespace
}  // namespace earshot::radio
