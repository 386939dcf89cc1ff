#include "verifier/judge_payment.h"

#include <algorithm>

#include "rewards/units.h"

namespace earshot::verifier {
namespace {

using RewardOf = std::map<PublicKey, const rewards::HotspotReward*>;

std::vector<Finding> payment_of(std::size_t message, std::size_t beacon, const EpochRecord& record,
                                const Credits& credits, const RewardOf& rewards) {
  const PublicKey& signer = signer_of(record.messages[message].message);
  const rewards::HotspotReward& beaconer = *rewards.at(signer_of(record.messages[beacon].message));
  if (beaconer.tier == rewards::Tier::unproven) return {{"unpaid_beaconer_unproven", 1}};
  const bool is_witness = message != beacon;
  if (is_witness && rewards.at(signer)->tier == rewards::Tier::unproven) {
    return {{"unpaid_witness_unproven", 1}};
  }
  const auto found = credits.index.find(beacon);
  const std::size_t witnesses =
      found == credits.index.end() ? 0 : credits.beacons[found->second].witnesses.size();
  const std::uint64_t units =
      is_witness ? rewards::witness_units(witnesses) : rewards::beacon_units(witnesses);
  return {{"paid_witnesses", static_cast<std::int64_t>(witnesses)},
          {"units_e4", static_cast<std::int64_t>(units)},
          {"scale_e4", static_cast<std::int64_t>(beaconer.scale)}};
}

}  // namespace

Credits credits_of(const EpochRecord& record, const JudgedMessages& judged,
                   std::span<const rewards::Standing> standings) {
  std::map<PublicKey, rewards::Tier> tier;
  for (const rewards::Standing& standing : standings) tier[standing.hotspot] = standing.tier;
  std::map<std::size_t, rewards::BeaconCredit> by_beacon;
  for (std::size_t i = 0; i < judged.messages.size(); ++i) {
    const JudgedMessage& message = judged.messages[i];
    if (!message.beacon || !message.ruling.accepted()) continue;
    const PublicKey& beaconer = signer_of(record.messages[*message.beacon].message);
    const PublicKey& witness = signer_of(record.messages[i].message);
    if (tier.at(beaconer) == rewards::Tier::unproven) continue;
    if (tier.at(witness) == rewards::Tier::unproven) continue;
    rewards::BeaconCredit& credit = by_beacon[*message.beacon];
    credit.hotspot = beaconer;
    credit.witnesses.push_back(witness);
  }
  Credits out;
  for (auto& [beacon, credit] : by_beacon) {
    std::ranges::sort(credit.witnesses);
    out.index[beacon] = out.beacons.size();
    out.beacons.push_back(std::move(credit));
  }
  return out;
}

void add_payments(const EpochRecord& record, const Credits& credits,
                  std::span<const rewards::HotspotReward> rewards, JudgedMessages& judged) {
  RewardOf reward_of;
  for (const rewards::HotspotReward& reward : rewards) reward_of[reward.hotspot] = &reward;
  for (std::size_t i = 0; i < judged.messages.size(); ++i) {
    JudgedMessage& message = judged.messages[i];
    if (!message.ruling.accepted()) continue;
    const bool is_beacon = std::holds_alternative<BeaconReport>(record.messages[i].message);
    if (!is_beacon && !message.beacon) continue;
    std::vector<Finding> payment =
        payment_of(i, is_beacon ? i : *message.beacon, record, credits, reward_of);
    std::ranges::move(payment, std::back_inserter(message.ruling.findings));
  }
}

std::vector<rewards::VerifierWork> verifier_work(const EpochRecord& record) {
  std::vector<rewards::VerifierWork> work;
  for (std::size_t v = 0; v < record.verifiers.size(); ++v) {
    const auto given = std::ranges::count_if(
        record.links, [v](const std::vector<Hash256>& row) { return row[v] != Hash256{}; });
    work.push_back({record.verifiers[v], static_cast<std::uint32_t>(given)});
  }
  return work;
}

}  // namespace earshot::verifier
