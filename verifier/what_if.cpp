#include "verifier/what_if.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "verifier/judge_messages.h"

namespace earshot::verifier {
namespace {

using rewards::BeaconCredit;
using rewards::Standing;
using rewards::Tier;

// Last in every ascending list, and no key of anybody's: it is no point of the curve.
PublicKey newcomer() {
  PublicKey key{};
  key.fill(0xFF);
  return key;
}

using Places = std::map<PublicKey, Ecef>;

Places places_of(const JudgedMessages& judged) {
  Places places;
  for (const auto& [key, registration] : judged.registry.registry) {
    places[key] = registration.onboarding.position;
  }
  return places;
}

// The epoch's credits, as its verdicts and tiers tell them.
std::vector<BeaconCredit> credits_of(const EpochRecord& record, const JudgedMessages& judged,
                                     const EpochOutcome& outcome) {
  std::map<PublicKey, Tier> tier;
  for (const Standing& standing : outcome.standings) tier[standing.hotspot] = standing.tier;
  std::map<std::size_t, BeaconCredit> credits;
  for (std::size_t i = 0; i < record.messages.size(); ++i) {
    const std::optional<std::size_t> beacon = judged.messages[i].beacon;
    const Verdict& verdict = outcome.verdicts[record.onboardings.size() + i];
    if (!beacon || verdict.decision != Decision::accepted) continue;
    const PublicKey& beaconer = signer_of(record.messages[*beacon].message);
    if (tier.at(beaconer) == Tier::unproven || tier.at(verdict.hotspot) == Tier::unproven) continue;
    credits[*beacon].hotspot = beaconer;
    credits[*beacon].witnesses.push_back(verdict.hotspot);
  }
  std::vector<BeaconCredit> out;
  for (auto& [beacon, credit] : credits) {
    std::ranges::sort(credit.witnesses);
    out.push_back(std::move(credit));
  }
  return out;
}

Result<std::vector<rewards::HotspotReward>> pay(const EpochRecord& record,
                                                const rewards::Policy& policy,
                                                const EpochOutcome& outcome,
                                                std::span<const BeaconCredit> credits,
                                                std::span<const Standing> standings) {
  const rewards::Artifact nothing;
  const rewards::Artifact& previous = record.previous ? *record.previous : nothing;
  Result<rewards::EpochRewards> paid =
      rewards::epoch_rewards(policy, credits, standings, previous.accounts, outcome.channels.data);
  if (!paid) return fail(paid.error());
  return std::move(paid->hotspots);
}

// How far a beacon was heard.
std::uint64_t reach_of(const BeaconCredit& beacon, const Places& places) {
  std::uint64_t farthest = 0;
  for (const PublicKey& witness : beacon.witnesses) {
    farthest = std::max(farthest, distance_mm(places.at(beacon.hotspot), places.at(witness)));
  }
  return farthest;
}

std::uint64_t median(std::vector<std::uint64_t> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[(values.size() - 1) / 2];
}

// Everybody whose report would count and who is near enough.
std::vector<PublicKey> ears_of(const Prospect& prospect, const rewards::Policy& policy,
                               std::span<const Standing> standings, const Places& places,
                               std::uint64_t reach) {
  std::vector<PublicKey> ears;
  for (const Standing& standing : standings) {
    const std::uint64_t distance = distance_mm(prospect.position, places.at(standing.hotspot));
    if (standing.tier != Tier::unproven && distance >= policy.min_distance_mm &&
        distance <= reach) {
      ears.push_back(standing.hotspot);
    }
  }
  return ears;
}

// The epoch's credits with the newcomer among them.
std::vector<BeaconCredit> credits_with(const Prospect& prospect, const rewards::Policy& policy,
                                       const EpochOutcome& outcome, const Places& places,
                                       std::vector<BeaconCredit> credits, Forecast& out) {
  std::vector<std::uint64_t> reaches;
  for (BeaconCredit& beacon : credits) {
    const std::uint64_t reach = reach_of(beacon, places);
    const std::uint64_t distance = distance_mm(prospect.position, places.at(beacon.hotspot));
    reaches.push_back(reach);
    if (distance < policy.min_distance_mm || distance > reach) continue;
    beacon.witnesses.push_back(newcomer());
    ++out.heard;
  }
  out.paid_beacons = credits.size();
  out.reach_mm = median(std::move(reaches));
  if (!prospect.transmits || out.reach_mm == 0) return credits;
  const std::vector<PublicKey> ears =
      ears_of(prospect, policy, outcome.standings, places, out.reach_mm);
  out.own_beacons = policy.epoch_rounds / policy.sortition.window_rounds;
  out.heard_by = ears.size();
  // A beacon that nobody heard is no credit.
  if (!ears.empty()) credits.insert(credits.end(), out.own_beacons, {newcomer(), ears});
  return credits;
}

}  // namespace

Result<Forecast> forecast(const EpochRecord& record, const rewards::Policy& policy,
                          const EpochOutcome& outcome, const Prospect& prospect) {
  const JudgedMessages judged = judge_messages(record, policy);
  std::vector<BeaconCredit> credits = credits_of(record, judged, outcome);
  // What is forecast by must give what was paid, or it would say something about another policy.
  const auto as_it_was = pay(record, policy, outcome, credits, outcome.standings);
  if (!as_it_was) return fail(as_it_was.error());
  if (!std::ranges::equal(*as_it_was, outcome.rewards.hotspots, {}, &rewards::HotspotReward::amount,
                          &rewards::HotspotReward::amount)) {
    return fail(Errc::check_failed,
                "policy " + policy.name + " pays by rules that a forecast does not know");
  }
  Forecast out;
  credits = credits_with(prospect, policy, outcome, places_of(judged), std::move(credits), out);
  const std::vector<Tier> tiers =
      prospect.transmits ? std::vector{Tier::establishing, Tier::plausible, Tier::located}
                         : std::vector{Tier::listener};
  EvmAddress owner{};
  owner.fill(0xFF);
  // As judge_epoch has it: in Helium's rules only who was heard counts in its cell.
  const bool crowds =
      prospect.transmits && (policy.rule_set != rewards::RuleSet::helium || out.heard_by > 0);
  for (const Tier tier : tiers) {
    std::vector<Standing> standings = outcome.standings;
    standings.push_back({newcomer(), owner, tier, prospect.cell, crowds});
    const auto paid = pay(record, policy, outcome, credits, standings);
    if (!paid) return fail(paid.error());
    out.rewards[static_cast<std::size_t>(tier)] = paid->back().amount;
    out.scale = paid->back().scale;
  }
  return out;
}

}  // namespace earshot::verifier
