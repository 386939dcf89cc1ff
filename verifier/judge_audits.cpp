// Drawing audits: who will be asked is settled after everything that can be claimed is in, by
// entropy that nobody had before.
#include <algorithm>
#include <map>
#include <set>

#include "verifier/judge.h"
#include "verifier/judge_messages.h"

namespace earshot::verifier {
namespace {

// A draw without replacement, as ranks: the lowest are drawn.
Hash256 rank_of(const Entropy& entropy, const Hash256& id) {
  return sha256({as_bytes("earshot/v1/audit"), entropy, id});
}

// Accepted witness reports by the beacon they heard.
std::map<std::size_t, std::vector<std::size_t>> reports_by_beacon(const JudgedMessages& judged) {
  std::map<std::size_t, std::vector<std::size_t>> reports;
  for (std::size_t i = 0; i < judged.messages.size(); ++i) {
    const JudgedMessage& message = judged.messages[i];
    if (message.beacon && message.ruling.accepted()) reports[*message.beacon].push_back(i);
  }
  return reports;
}

void draw_beacons(const JudgedMessages& judged, const rewards::Policy& policy,
                  const Entropy& entropy, std::set<std::size_t>& drawn) {
  const auto reports = reports_by_beacon(judged);
  std::vector<std::pair<Hash256, std::size_t>> ranked;
  for (const auto& [beacon, its_reports] : reports) {
    ranked.emplace_back(rank_of(entropy, judged.messages[beacon].id), beacon);
  }
  std::ranges::sort(ranked);
  constexpr std::uint64_t kMillion = 1'000'000;
  const std::uint64_t share = std::min<std::uint64_t>(policy.audit_share_ppm, kMillion);
  const std::uint64_t count = (ranked.size() * share + kMillion - 1) / kMillion;  // Rounded up.
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::vector<std::size_t>& its_reports = reports.at(ranked[i].second);
    drawn.insert(its_reports.begin(), its_reports.end());
  }
}

// One report of each receive-only hotspot that has an accepted one and was not drawn otherwise.
void draw_listeners(const JudgedMessages& judged, const EpochRecord& record, const Entropy& entropy,
                    std::set<std::size_t>& drawn) {
  std::set<PublicKey> asked;
  for (const std::size_t i : drawn) asked.insert(signer_of(record.messages[i].message));
  std::map<PublicKey, std::pair<Hash256, std::size_t>> lowest;
  for (std::size_t i = 0; i < judged.messages.size(); ++i) {
    if (!judged.messages[i].beacon || !judged.messages[i].ruling.accepted()) continue;
    const PublicKey& witness = signer_of(record.messages[i].message);
    if (judged.registry.registry.at(witness).onboarding.transmits || asked.contains(witness)) {
      continue;
    }
    const std::pair candidate{rank_of(entropy, judged.messages[i].id), i};
    const auto [entry, is_new] = lowest.try_emplace(witness, candidate);
    if (!is_new) entry->second = std::min(entry->second, candidate);
  }
  for (const auto& [witness, candidate] : lowest) drawn.insert(candidate.second);
}

// Whose noise was one before is asked about every beacon that both heard: so that a chance is not
// held against them and a trick shows within a day.
void draw_suspects(const JudgedMessages& judged, const EpochRecord& record,
                   std::set<std::size_t>& drawn) {
  std::set<std::pair<PublicKey, PublicKey>> suspects;
  for (const SharedNoise& shared : record.history.noise) suspects.emplace(shared.one, shared.other);
  if (suspects.empty()) return;
  for (const auto& [beacon, reports] : reports_by_beacon(judged)) {
    std::map<PublicKey, std::size_t> by;
    for (const std::size_t i : reports) by.emplace(signer_of(record.messages[i].message), i);
    for (const auto& [one, other] : suspects) {
      const auto first = by.find(one);
      const auto second = by.find(other);
      if (first == by.end() || second == by.end()) continue;
      drawn.insert(first->second);
      drawn.insert(second->second);
    }
  }
}

}  // namespace

std::vector<Hash256> draw_from(const JudgedMessages& judged, const EpochRecord& record,
                               const rewards::Policy& policy, const Entropy& audit_entropy) {
  std::set<std::size_t> drawn;
  draw_beacons(judged, policy, audit_entropy, drawn);
  for (std::size_t i = 0; i < judged.messages.size(); ++i) {
    if (judged.messages[i].odd) drawn.insert(i);
  }
  draw_suspects(judged, record, drawn);
  draw_listeners(judged, record, audit_entropy, drawn);
  std::vector<Hash256> ids;
  for (const std::size_t i : drawn) ids.push_back(judged.messages[i].id);
  std::ranges::sort(ids);
  return ids;
}

Result<std::vector<Hash256>> draw_audits(const EpochRecord& record, const rewards::Policy& policy,
                                         const Entropy& audit_entropy) {
  if (Result<void> checked = check_record(record, policy); !checked) return fail(checked.error());
  return draw_from(judge_messages(record, policy), record, policy, audit_entropy);
}

}  // namespace earshot::verifier
