#include "core/sortition.h"

#include <cassert>

#include "core/fixed.h"
#include "core/hash.h"

namespace earshot {
namespace {

constexpr std::int64_t kPicosPerMicrosecond = 1'000'000;
constexpr std::int64_t kPreambleQuarterSymbols = kBeaconPreambleSymbols * 4 + 17;  // + 4.25
// Given: Semtech's data sheets turn the low-data-rate optimisation on above 16 ms a symbol.
constexpr std::int64_t kLongSymbolPs = 16'000'000'000;

// floor(fraction * count / 2^64): a number below `count`.
std::uint64_t scaled(std::uint64_t fraction, std::uint64_t count) {
  return static_cast<std::uint64_t>(Uint128{fraction} * count >> 64);
}

// Exact: 10^12 / 4 is a multiple of every LoRa bandwidth used here.
std::int64_t quarter_symbol_ps(std::uint8_t spreading_factor, std::uint32_t bandwidth_hz) {
  assert(spreading_factor >= 7 && spreading_factor <= 12);
  assert(bandwidth_hz == 125'000 || bandwidth_hz == 250'000 || bandwidth_hz == 500'000);
  return (std::int64_t{1} << spreading_factor) * (kPicosPerSecond / 4 / bandwidth_hz);
}

bool has_turn(std::uint64_t fraction, Round round, const SortitionRules& rules) {
  const std::uint64_t rounds_left = rules.window_rounds - round % rules.window_rounds;
  return fraction < (Uint128{1} << 64) / rounds_left;
}

}  // namespace

std::optional<Slot> slot_of(const Entropy& entropy, Round round, const PublicKey& hotspot,
                            const Region& region, const SortitionRules& rules) {
  const Hash256 hash = sha256({as_bytes("earshot/v1/slot"), ByteView(entropy), ByteView(hotspot)});
  Reader reader(hash);
  const auto turn = reader.get<std::uint64_t>();
  const auto moment = reader.get<std::uint64_t>();
  const auto channel = reader.get<std::uint64_t>();
  const auto factor = reader.get<std::uint64_t>();
  if (!has_turn(turn, round, rules)) return std::nullopt;

  const auto factors =
      static_cast<std::uint64_t>(rules.max_spreading_factor - rules.min_spreading_factor + 1);
  Slot slot;
  slot.spreading_factor =
      static_cast<std::uint8_t>(rules.min_spreading_factor + scaled(factor, factors));
  slot.frequency_hz = region.channels_hz[scaled(channel, region.channels_hz.size())];
  // Whole microseconds such that the frame ends before the last second.
  const std::int64_t room_ps = (kLastTransmitSecond - kFirstTransmitSecond) * kPicosPerSecond -
                               beacon_airtime(slot.spreading_factor, kBeaconBandwidthHz).count();
  const auto starts = static_cast<std::uint64_t>(room_ps / kPicosPerMicrosecond);
  slot.start =
      Picoseconds(kFirstTransmitSecond * kPicosPerSecond +
                  static_cast<std::int64_t>(scaled(moment, starts)) * kPicosPerMicrosecond);
  return slot;
}

BeaconSecret beacon_secret(const VrfOutput& output) {
  BeaconSecret secret;
  std::copy_n(output.begin(), secret.tag.size(), secret.tag.begin());
  secret.power_step = output[secret.tag.size()] & 3;
  return secret;
}

Picoseconds beacon_airtime(std::uint8_t spreading_factor, std::uint32_t bandwidth_hz) {
  const std::int64_t quarter = quarter_symbol_ps(spreading_factor, bandwidth_hz);
  // Semtech SX1276 data sheet, section 4.1.1.7: explicit header (28 - 0), CRC (16), CR 4/5.
  const int bits = 8 * static_cast<int>(kBeaconPayloadSize) - 4 * spreading_factor + 28 + 16;
  const int bits_per_block = 4 * (spreading_factor - (4 * quarter > kLongSymbolPs ? 2 : 0));
  const int payload_symbols = 8 + (bits + bits_per_block - 1) / bits_per_block * 5;
  return Picoseconds(quarter * (kPreambleQuarterSymbols + 4 * payload_symbols));
}

Picoseconds beacon_anchor_offset(std::uint8_t spreading_factor, std::uint32_t bandwidth_hz) {
  return Picoseconds(quarter_symbol_ps(spreading_factor, bandwidth_hz) * kPreambleQuarterSymbols);
}

}  // namespace earshot
