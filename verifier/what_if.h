// What a hotspot at some place would have earned in an epoch that is over, from what others sent
// and heard in it. Pure, integers only.
//
// It assumes: it hears a beacon if somebody at its distance or farther heard it; its own beacons
// are heard as far as the epoch's beacons were (their median reach); it crowds its cells and those
// around as a hotspot would (rewards/density.h); everything else stays as it was. The place's hills
// and houses are not in the record, so this is what the neighbourhood suggests and no promise.
#pragma once
#include "core/s2.h"
#include "verifier/judge.h"

namespace earshot::verifier {

struct Prospect {
  Ecef position;
  S2Cell cell = 0;  // Of kPositionCellLevel, that holds the position.
  bool transmits = true;
};

struct Forecast {
  std::uint64_t paid_beacons = 0;  // Of the epoch: those that earned anything.
  std::uint64_t heard = 0;         // Of them, by the newcomer.
  std::uint64_t own_beacons = 0;
  std::uint64_t heard_by = 0;  // Hotspots that would hear each.
  std::uint64_t reach_mm = 0;  // Median distance to the farthest that heard a beacon; 0: none was.
  std::uint64_t scale = 0;     // 10^-4: how crowded its place would be, it included.
  // What it would get in the epoch in each tier, base units; zero for unproven, and for tiers that
  // its kind cannot have.
  std::array<Uint128, rewards::kTierCount> rewards{};
};

// `outcome` is what judge_epoch made of `record`. Errc::check_failed when the policy pays by more
// than is known here.
Result<Forecast> forecast(const EpochRecord& record, const rewards::Policy& policy,
                          const EpochOutcome& outcome, const Prospect& prospect);

}  // namespace earshot::verifier
