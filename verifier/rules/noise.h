// Rule 4, noise: are two hotspots one antenna? Two receivers have two noises, even when they hear
// the same beacon; what is left of two snippets of one beacon once it is taken out correlates only
// when one was made from the other (radio/evidence/noise.h).
//
// | reason | inputs | threshold | source |
// | noise_shared | beacons on which an audit found the noise of the hotspot and of another one
// correlated by more than policy correlation_ppm, this epoch and within policy correlated_rounds |
// fewer than policy correlated_beacons | sections 3 and 5 |
//
// It takes all accepted reports of both in the epoch: nobody can say whose antenna it was. Nothing
// is slashed; it ends when no such beacon is left in the window.
#pragma once
#include <map>
#include <span>

#include "rewards/policy.h"
#include "verifier/history.h"
#include "verifier/record.h"
#include "verifier/rules/ruling.h"

namespace earshot::verifier {

// Who said what was correlated.
struct NoiseReport {
  PublicKey hotspot{};
  Round round = 0;
  Tag tag{};
};

// What the epoch's correlations add to `before`, less what is older than policy.correlated_rounds
// before `end`. `reports` holds every report that `pairs` name (precondition).
std::vector<SharedNoise> shared_noise(const std::vector<SharedNoise>& before,
                                      std::span<const NoisePair> pairs,
                                      const std::map<Hash256, NoiseReport>& reports, Round end,
                                      const rewards::Policy& policy);

// The hotspots whose reports do not pay, each with the ruling that says why.
std::map<PublicKey, Ruling> judge_noise(std::span<const SharedNoise> noise,
                                        const rewards::Policy& policy);

}  // namespace earshot::verifier
