#include "tests/bench/false_frames.h"

#include "tests/bench/scene.h"

namespace earshot::radio {

nlohmann::json measure_false_frames(double seconds) {
  constexpr std::size_t kPiece = 1000000;
  auto receiver = Receiver::create(gateway());
  int with_crc = 0;
  int wrong_crc = 0;
  int without_crc = 0;
  const auto count = [&](const Frame& frame) {
    ++(frame.crc_ok ? *frame.crc_ok ? with_crc : wrong_crc : without_crc);
  };
  const auto pieces = static_cast<std::size_t>(seconds * kGatewayRate / kPiece) + 1;
  for (std::size_t i = 0; i < pieces; ++i) {
    Samples noise(kPiece);
    add_noise(noise, {1, 1}, i * kPiece, 1);
    receiver->push(noise, count);
  }
  receiver->flush(count);
  const double hours = static_cast<double>(pieces * kPiece) / kGatewayRate / 3600;
  return {{"channels", kGatewayChannels},
          {"hours", hours},
          {"with_valid_crc", with_crc},
          {"with_wrong_crc", wrong_crc},
          {"without_crc", without_crc},
          {"with_valid_crc_per_hour", with_crc / hours},
          {"header_checksum_only_per_hour", (wrong_crc + without_crc) / hours}};
}

}  // namespace earshot::radio
