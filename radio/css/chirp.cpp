#include "radio/css/chirp.h"

namespace earshot::radio {

namespace {

constexpr int kSyncStep = 8;  // Given: a sync nibble is sent as 8 times its value.

}  // namespace

std::array<int, 2> sync_values(std::uint8_t sync_word) {
  return {kSyncStep * (sync_word >> 4), kSyncStep * (sync_word & 15)};
}

std::vector<Chirp> frame_chirps(const CssParams& params, std::span<const std::uint16_t> symbols) {
  const double chips = chips_per_symbol(params.spreading_factor);
  std::vector<Chirp> chirps;
  chirps.reserve(static_cast<std::size_t>(params.preamble_symbols) + 5 + symbols.size());
  double start = 0;
  const auto put = [&chirps, &start](double length, int value, bool up) {
    chirps.push_back({start, length, value, up});
    start += length;
  };
  for (int i = 0; i < params.preamble_symbols; ++i) put(chips, 0, true);
  for (const int value : sync_values(params.sync_word)) put(chips, value, true);
  put(chips, 0, false);
  put(chips, 0, false);
  put(chips / 4, 0, false);
  for (const std::uint16_t value : symbols) put(chips, value, true);
  return chirps;
}

std::array<Sweep, 2> sweeps(const Chirp& chirp, int spreading_factor) {
  const double chips = chips_per_symbol(spreading_factor);
  if (!chirp.up) {
    const Sweep down = {0, chirp.length_chips, 0, 0.5, -1 / chips};
    return {down, Sweep{chirp.length_chips, chirp.length_chips, 0, 0, 0}};
  }
  const double wrap = chips - chirp.value;
  const Sweep before = {0, wrap, 0, chirp.value / chips - 0.5, 1 / chips};
  return {before, Sweep{wrap, chips, before.phase_at(wrap), -0.5, 1 / chips}};
}

}  // namespace earshot::radio
