// Who has to speak, when and where: computed by everybody from public entropy (DESIGN section 3).
//
// h = SHA-256("earshot/v1/slot" || R_r || hotspot key). Of h: bytes 0..7 against the
// threshold, 8..15 the moment, 16..23 the channel, 24..31 the spreading factor, each as a
// big-endian 64-bit fraction multiplied into its range (floor(fraction * count / 2^64)).
#pragma once
#include <optional>
#include <span>

#include "core/entropy.h"
#include "core/identity.h"
#include "core/protocol.h"
#include "core/region.h"
#include "core/vrf.h"

namespace earshot {

struct SortitionRules {
  std::uint32_t window_rounds =
      360;  // 6 h (policy). Windows are aligned: window = round / window_rounds.
  std::uint8_t min_spreading_factor = 7;
  std::uint8_t max_spreading_factor = 10;
  bool operator==(const SortitionRules&) const = default;
};

struct Slot {
  // Frame start at the antenna port (first preamble chirp), from the round's opening; whole
  // microseconds.
  Picoseconds start{};
  std::uint64_t frequency_hz = 0;
  std::uint8_t spreading_factor = 0;
  bool operator==(const Slot&) const = default;
};

// The slot of `hotspot` in `round` when it has not spoken in the round's window yet. The last round
// of a window always gives one: a hotspot speaks exactly once in each window.
std::optional<Slot> slot_of(const Entropy& entropy, Round round, const PublicKey& hotspot,
                            const Region& region, const SortitionRules& rules);

// First of the window's rounds in which `hotspot` has to speak, and its slot. `entropy_of(round)`
// gives nothing for a skipped round. Nothing when every round left was skipped.
template <class EntropyOf>
std::optional<std::pair<Round, Slot>> slot_in_window(Round any_round_of_window,
                                                     EntropyOf&& entropy_of,
                                                     const PublicKey& hotspot, const Region& region,
                                                     const SortitionRules& rules) {
  const Round first = any_round_of_window / rules.window_rounds * rules.window_rounds;
  for (Round round = first; round < first + rules.window_rounds; ++round) {
    const std::optional<Entropy> entropy = entropy_of(round);
    if (!entropy) continue;
    if (std::optional<Slot> slot = slot_of(*entropy, round, hotspot, region, rules)) {
      return std::pair{round, *slot};
    }
  }
  return std::nullopt;
}

// What the hotspot alone knows until it reveals: tag = output[0..15], power step = output[16] & 3.
struct BeaconSecret {
  Tag tag{};
  std::uint8_t power_step = 0;  // Index into kPowerStepsCdb.
};
BeaconSecret beacon_secret(const VrfOutput& output);

// Time on the air of a frame, exact: LoRa's symbol count times 2^sf / bandwidth. Explicit header,
// CRC on, CR 4/5, preamble 8, the low-data-rate optimisation where a symbol lasts over 16 ms.
Picoseconds beacon_airtime(std::uint8_t spreading_factor, std::uint32_t bandwidth_hz);
// From the frame's start to its anchor, the end of the 2.25 down-chirps: (8 + 4.25) symbols.
Picoseconds beacon_anchor_offset(std::uint8_t spreading_factor, std::uint32_t bandwidth_hz);

}  // namespace earshot
