// Sends one burst of frequency-shift keying through any SoapySDR device, over SoapySDR's API alone:
//
//   air-sender ARGUMENTS HZ GAIN_DB BITS
//
// BITS are zeros and ones, 100 us each, +-20 kHz, at full scale. Prints the device's time of the
// burst's end. What a stranger's program would do.
#include <SoapySDR/Device.hpp>
#include <SoapySDR/Errors.hpp>
#include <SoapySDR/Formats.hpp>
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstring>
#include <numbers>
#include <string>
#include <vector>

namespace {

constexpr double kRate = 250e3;
constexpr double kBitSeconds = 100e-6;
constexpr double kDeviationHz = 20e3;
constexpr long long kLeadNanos = 100'000'000;

std::vector<std::complex<float>> modulate(const std::string& bits) {
  std::vector<std::complex<float>> samples;
  double phase = 0;
  for (const char bit : bits) {
    for (int i = 0; i < static_cast<int>(kRate * kBitSeconds); ++i) {
      samples.emplace_back(std::polar(1.0, phase));
      phase += 2 * std::numbers::pi * (bit == '1' ? kDeviationHz : -kDeviationHz) / kRate;
    }
  }
  return samples;
}

bool send(SoapySDR::Device& device, const std::vector<std::complex<float>>& samples) {
  SoapySDR::Stream* stream = device.setupStream(SOAPY_SDR_TX, SOAPY_SDR_CF32);
  device.activateStream(stream);
  const long long start = device.getHardwareTime() + kLeadNanos;
  for (std::size_t at = 0; at < samples.size();) {
    const void* buffers[] = {samples.data() + at};
    int flags = SOAPY_SDR_END_BURST | (at == 0 ? SOAPY_SDR_HAS_TIME : 0);
    const int taken = device.writeStream(stream, buffers, samples.size() - at, flags, start);
    if (taken <= 0) return false;
    at += static_cast<std::size_t>(taken);
  }
  std::size_t mask = 0;
  int flags = 0;
  long long end = 0;
  const int status = device.readStreamStatus(stream, mask, flags, end, 5'000'000);
  device.deactivateStream(stream);
  device.closeStream(stream);
  if (status != 0 || (flags & SOAPY_SDR_END_BURST) == 0) return false;
  std::printf("%lld\n", end);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "air-sender: expected ARGUMENTS HZ GAIN_DB BITS\n");
    return 2;
  }
  SoapySDR::Device* device = SoapySDR::Device::make(std::string(argv[1]));
  device->setSampleRate(SOAPY_SDR_TX, 0, kRate);
  device->setFrequency(SOAPY_SDR_TX, 0, std::stod(argv[2]));
  device->setGain(SOAPY_SDR_TX, 0, std::stod(argv[3]));
  const bool sent = send(*device, modulate(argv[4]));
  SoapySDR::Device::unmake(device);
  return sent ? 0 : 1;
}
