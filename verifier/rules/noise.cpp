#include "verifier/rules/noise.h"

#include <algorithm>

namespace earshot::verifier {

std::vector<SharedNoise> shared_noise(const std::vector<SharedNoise>& before,
                                      std::span<const NoisePair> pairs,
                                      const std::map<Hash256, NoiseReport>& reports, Round end,
                                      const rewards::Policy& policy) {
  std::vector<SharedNoise> out;
  for (const SharedNoise& shared : before) {
    if (shared.round < end && end - shared.round <= policy.correlated_rounds) {
      out.push_back(shared);
    }
  }
  for (const NoisePair& pair : pairs) {
    if (pair.correlation_ppm <= policy.correlation_ppm) continue;
    const NoiseReport& a = reports.at(pair.one);
    const NoiseReport& b = reports.at(pair.other);
    if (a.hotspot == b.hotspot) continue;
    const auto [one, other] = std::minmax(a.hotspot, b.hotspot);
    out.push_back({one, other, a.round, a.tag});
  }
  std::ranges::sort(out);
  const auto repeats = std::ranges::unique(out);
  out.erase(repeats.begin(), repeats.end());
  return out;
}

std::map<PublicKey, Ruling> judge_noise(std::span<const SharedNoise> noise,
                                        const rewards::Policy& policy) {
  std::map<std::pair<PublicKey, PublicKey>, std::uint32_t> beacons;
  for (const SharedNoise& shared : noise) ++beacons[{shared.one, shared.other}];
  std::map<PublicKey, Ruling> out;
  for (const auto& [pair, count] : beacons) {
    if (count < policy.correlated_beacons) continue;
    for (const PublicKey& hotspot : {pair.first, pair.second}) {
      const auto [entry, is_new] = out.try_emplace(hotspot);
      if (!is_new && entry->second.findings.front().value >= count) continue;
      entry->second = refuse("noise", "noise_shared",
                             {{"correlated_beacons", count},
                              {"fewer_than_beacons", policy.correlated_beacons},
                              {"correlation_ppm_above", policy.correlation_ppm}});
    }
  }
  return out;
}

}  // namespace earshot::verifier
