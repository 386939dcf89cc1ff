#include "tests/bench/extraction.h"

#include <liquid/liquid.h>

#include "radio/css/channelizer.h"
#include "tests/bench/scene.h"

namespace earshot::radio {

namespace {

constexpr float kStopBandDb = 60;
constexpr double kTransition = 0.12;  // Of the bandwidth, as in the channelizer.
constexpr unsigned kWideDecimation = 8;
constexpr unsigned kBankChannels = 10;  // 200 kHz apart in 2 MS/s.

double ns_per_sample(double begun, SampleView samples) {
  return (cpu_seconds() - begun) * 1e9 / static_cast<double>(samples.size());
}

double ours(SampleView samples) {
  std::vector<ChannelBand> bands;
  const ReceiverConfig config = gateway();
  for (const Channel& channel : config.channels) {
    bands.push_back({channel.centre_hz - config.centre_hz, channel.bandwidth_hz});
  }
  Channelizer channelizer(kGatewayRate, bands);
  const double begun = cpu_seconds();
  channelizer.push(samples, [&](const auto&) {
    for (std::size_t i = 0; i < bands.size(); ++i) {
      WideStream& wide = channelizer.wide(i);
      wide.view(wide.begin(), static_cast<std::size_t>(wide.end() - wide.begin()));
      wide.discard_before(wide.end());
    }
  });
  return ns_per_sample(begun, samples);
}

std::vector<float> taps_for(double rate_hz, double cutoff_hz) {
  const auto transition = static_cast<float>(kTransition * kBandwidth / rate_hz);
  const unsigned length = estimate_req_filter_len(transition, kStopBandDb) | 1U;
  std::vector<float> taps(length);
  liquid_firdes_kaiser(length, static_cast<float>(cutoff_hz / rate_hz), kStopBandDb, 0,
                       taps.data());
  return taps;
}

double oscillators_and_decimators(SampleView samples) {
  std::vector<float> wide = taps_for(kGatewayRate, kBandwidth);
  std::vector<float> narrow = taps_for(2 * kBandwidth, 0.53 * kBandwidth);
  Samples mixed(samples.size());
  Samples two(samples.size() / kWideDecimation);
  Samples one(two.size() / 2);
  double spent = 0;
  for (int channel = 0; channel < kGatewayChannels; ++channel) {
    nco_crcf oscillator = nco_crcf_create(LIQUID_NCO);
    const double offset = 200e3 * channel - 700e3;
    nco_crcf_set_frequency(oscillator, static_cast<float>(2 * M_PI * offset / kGatewayRate));
    firdecim_crcf to_two =
        firdecim_crcf_create(kWideDecimation, wide.data(), static_cast<unsigned>(wide.size()));
    firdecim_crcf to_one =
        firdecim_crcf_create(2, narrow.data(), static_cast<unsigned>(narrow.size()));
    const double begun = cpu_seconds();
    nco_crcf_mix_block_down(oscillator, const_cast<Sample*>(samples.data()), mixed.data(),
                            static_cast<unsigned>(samples.size()));
    firdecim_crcf_execute_block(to_two, mixed.data(), static_cast<unsigned>(two.size()),
                                two.data());
    firdecim_crcf_execute_block(to_one, two.data(), static_cast<unsigned>(one.size()), one.data());
    spent += ns_per_sample(begun, samples);
    nco_crcf_destroy(oscillator);
    firdecim_crcf_destroy(to_two);
    firdecim_crcf_destroy(to_one);
  }
  return spent;
}

// 200 kS/s out of the bank would alias what lies between the channels, so it runs on the stream as
// it is and each channel is then resampled to two samples per chip and decimated to one.
double filterbank(SampleView samples) {
  const auto half =
      static_cast<unsigned>(taps_for(kGatewayRate, kBandwidth).size() / 2 / kBankChannels) + 1;
  firpfbch_crcf bank =
      firpfbch_crcf_create_kaiser(LIQUID_ANALYZER, kBankChannels, half, kStopBandDb);
  std::vector<float> narrow = taps_for(2 * kBandwidth, 0.53 * kBandwidth);
  std::vector<rresamp_crcf> resamplers;
  std::vector<firdecim_crcf> decimators;
  for (int channel = 0; channel < kGatewayChannels; ++channel) {
    resamplers.push_back(rresamp_crcf_create_kaiser(5, 4, 8, 0.4F, kStopBandDb));
    decimators.push_back(
        firdecim_crcf_create(2, narrow.data(), static_cast<unsigned>(narrow.size())));
  }
  constexpr std::size_t kBlock = 8 * kBankChannels;  // Two resampler blocks: ten samples out.
  std::array<std::array<Sample, 8>, kGatewayChannels> bins;
  std::array<Sample, kBankChannels> out;
  std::array<Sample, 10> two;
  std::array<Sample, 5> one;
  const double begun = cpu_seconds();
  for (std::size_t at = 0; at + kBlock <= samples.size(); at += kBlock) {
    for (std::size_t i = 0; i < 8; ++i) {
      firpfbch_crcf_analyzer_execute(
          bank, const_cast<Sample*>(samples.data() + at + i * kBankChannels), out.data());
      for (std::size_t c = 0; c < bins.size(); ++c) bins[c][i] = out[c];
    }
    for (std::size_t c = 0; c < bins.size(); ++c) {
      rresamp_crcf_execute(resamplers[c], bins[c].data(), two.data());
      rresamp_crcf_execute(resamplers[c], bins[c].data() + 4, two.data() + 5);
      firdecim_crcf_execute_block(decimators[c], two.data(), 5, one.data());
    }
  }
  const double spent = ns_per_sample(begun, samples);
  firpfbch_crcf_destroy(bank);
  for (rresamp_crcf resampler : resamplers) rresamp_crcf_destroy(resampler);
  for (firdecim_crcf decimator : decimators) firdecim_crcf_destroy(decimator);
  return spent;
}

}  // namespace

nlohmann::json measure_extraction(SampleView samples) {
  const double mine = ours(samples);
  const double decimators = oscillators_and_decimators(samples);
  const double bank = filterbank(samples);
  return {{"ours_ns_per_sample", mine},
          {"liquid_decimators_ns_per_sample", decimators},
          {"liquid_filterbank_ns_per_sample", bank},
          {"liquid_decimators_over_ours", decimators / mine},
          {"liquid_filterbank_over_ours", bank / mine}};
}

}  // namespace earshot::radio
