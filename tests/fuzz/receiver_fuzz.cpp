// links: core radio
// Samples as a file may hold them, infinities and what is no number included: the receiver answers
// within bounds, and what it says of a frame is numbers.
#include <bit>
#include <cmath>
#include <cstdlib>

#include "core/bytes.h"
#include "radio/css/receiver.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  if (size < 2) return 0;
  Reader in(ByteView(data + 1, size - 1));
  radio::ReceiverConfig config;
  config.rate_hz = 250e3;
  config.channels = {{.centre_hz = 0, .bandwidth_hz = 125e3}};
  config.spreading_factors = {7};
  Result<radio::Receiver> receiver = radio::Receiver::create(config);
  if (!receiver) std::abort();
  std::vector<std::complex<float>> samples;
  while (in.left() >= 8) {
    const auto re = std::bit_cast<float>(in.get<std::uint32_t>());
    samples.emplace_back(re, std::bit_cast<float>(in.get<std::uint32_t>()));
  }
  // Long enough for the receiver to look at it.
  const std::size_t given = samples.size();
  if (given == 0) return 0;
  const std::size_t wanted = 1024 + std::size_t{data[0]} * 16;
  while (samples.size() < wanted) samples.push_back(samples[samples.size() % given]);
  const auto check = [](const radio::Frame& frame) {
    if (!std::isfinite(frame.snr_db) || !std::isfinite(frame.rssi_dbfs)) std::abort();
  };
  receiver->push(samples, check);
  receiver->flush(check);
  return 0;
}
