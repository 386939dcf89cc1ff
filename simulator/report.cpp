#include "simulator/report.h"

#include <algorithm>
#include <array>

#include "rewards/payout_tree.h"
#include "simulator/attacks/attack.h"

namespace earshot::simulator {
namespace {

using verifier::Decision;
using verifier::Verdict;

// The same story seen from messages: who said what, and what became of it.
class Telling {
 public:
  Telling(const World& world, const Recomputed& judged, const std::vector<StationLog>& logs)
      : world_(world), judged_(judged), logs_(logs) {
    for (std::size_t i = 0; i < world.hotspots().size(); ++i) {
      index_[world.hotspots()[i].identity.signing.public_key] = i;
    }
    for (const Verdict& verdict : judged.outcome.verdicts) verdicts_[verdict.message] = &verdict;
  }

  std::vector<ReportedHotspot> hotspots();
  std::vector<ReportedBeacon> beacons();
  void witnesses(EpochReport& report);

 private:
  ReportedHotspot introduce(std::size_t index) const;
  // The tag that hotspot `index` sent in its beacon `number`.
  Tag sent_tag(std::size_t index, std::size_t number) const;
  const Verdict& verdict_of(const Message& message) const {
    return *verdicts_.at(message_id(judged_.record.network, message));
  }

  const World& world_;
  const Recomputed& judged_;
  const std::vector<StationLog>& logs_;
  std::map<PublicKey, std::size_t> index_;
  std::map<Hash256, const Verdict*> verdicts_;
  std::map<std::pair<Round, Tag>, std::size_t> on_air_;  // To the index in beacons().
};

void count(std::vector<Rejections>& all, const Verdict& verdict) {
  for (Rejections& known : all) {
    if (known.reason == verdict.reason) {
      ++known.count;
      return;
    }
  }
  all.push_back({verdict.reason, verdict.rule, 1, verdict});
}

void most_frequent_first(std::vector<Rejections>& all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const Rejections& a, const Rejections& b) { return a.count > b.count; });
}

ReportedHotspot Telling::introduce(std::size_t index) const {
  const WorldHotspot& hotspot = world_.hotspots()[index];
  ReportedHotspot out;
  out.name = hotspot.plan.name;
  out.owner = hotspot.plan.owner;
  out.key = to_hex(hotspot.identity.signing.public_key);
  out.owner_address = rewards::chain::to_display(hotspot.owner.address);
  out.deed = deed_of(hotspot.plan);
  out.place = hotspot.plan.place;
  out.asserted = hotspot.plan.asserted;
  out.transmits = hotspot.plan.transmits;
  out.attack = hotspot.plan.attack;
  return out;
}

std::vector<ReportedHotspot> Telling::hotspots() {
  std::vector<ReportedHotspot> out;
  for (std::size_t i = 0; i < world_.hotspots().size(); ++i) out.push_back(introduce(i));
  for (const rewards::HotspotReward& reward : judged_.outcome.rewards.hotspots) {
    const auto found = index_.find(reward.hotspot);
    if (found == index_.end()) continue;
    out[found->second].tier = reward.tier;
    out[found->second].amount = reward.amount;
  }
  return out;
}

Tag Telling::sent_tag(std::size_t index, std::size_t number) const {
  const bool replays = world_.hotspots()[index].plan.attack == Attack::replay && number == 1;
  return logs_[index].beacons[replays ? 0 : number].tag;
}

std::vector<ReportedBeacon> Telling::beacons() {
  std::map<std::pair<PublicKey, Round>, const Verdict*> decided;
  for (const verifier::LoggedMessage& logged : judged_.record.messages) {
    if (type_of(logged.message) != MessageType::beacon_report) continue;
    decided[{signer_of(logged.message), round_of(logged.message)}] = &verdict_of(logged.message);
  }
  std::vector<std::pair<ReportedBeacon, Tag>> sent;
  for (std::size_t index = 0; index < logs_.size(); ++index) {
    for (std::size_t number = 0; number < logs_[index].beacons.size(); ++number) {
      const hotspot::BeaconPlan& plan = logs_[index].beacons[number];
      ReportedBeacon beacon;
      beacon.hotspot = index;
      beacon.round = plan.round;
      beacon.start = plan.start;
      beacon.spreading_factor = plan.slot.spreading_factor;
      beacon.frequency_hz = plan.slot.frequency_hz;
      beacon.power_cdbm = plan.power_cdbm;
      const auto verdict =
          decided.find({world_.hotspots()[index].identity.signing.public_key, plan.round});
      if (verdict != decided.end()) {
        beacon.id = to_hex(verdict->second->message);
        beacon.decision = verdict->second->decision;
        beacon.reason = verdict->second->reason;
      }
      sent.emplace_back(std::move(beacon), sent_tag(index, number));
    }
  }
  std::stable_sort(sent.begin(), sent.end(),
                   [](const auto& a, const auto& b) { return a.first.start < b.first.start; });
  std::vector<ReportedBeacon> out;
  for (auto& [beacon, tag] : sent) {
    on_air_[{beacon.round, tag}] = out.size();
    out.push_back(std::move(beacon));
  }
  return out;
}

void Telling::witnesses(EpochReport& report) {
  for (const verifier::LoggedMessage& logged : judged_.record.messages) {
    const auto who = index_.find(signer_of(logged.message));
    if (who == index_.end()) continue;
    ReportedHotspot& self = report.hotspots[who->second];
    const Verdict& verdict = verdict_of(logged.message);
    const bool accepted = verdict.decision == Decision::accepted;
    if (!accepted) count(self.rejections, verdict);
    if (type_of(logged.message) == MessageType::beacon_report) {
      ++self.beacons;
      self.beacons_accepted += accepted ? 1 : 0;
      if (!accepted && is_contradiction(verdict.reason)) count(self.caught_by, verdict);
      continue;
    }
    const auto* witness = std::get_if<WitnessReport>(&logged.message);
    if (witness == nullptr) continue;
    ++self.reports;
    self.reports_accepted += accepted ? 1 : 0;
    const auto beacon = on_air_.find({witness->round, witness->tag});
    if (beacon == on_air_.end()) continue;
    ReportedBeacon& heard = report.beacons[beacon->second];
    heard.heard.push_back(
        {who->second, witness->snr_cdb, witness->rssi_cdbm, accepted, verdict.reason});
    ReportedHotspot& sender = report.hotspots[heard.hotspot];
    const bool contradicts = !accepted && is_contradiction(verdict.reason);
    if (!accepted) count(sender.about_it, verdict);
    // Between two cheats nobody can say whose lie it was that showed.
    if (contradicts && !sender.is_cheat()) count(self.caught_by, verdict);
    if (contradicts && !self.is_cheat()) count(sender.caught_by, verdict);
    if (self.is_cheat() || sender.is_cheat()) continue;
    ++report.honest_pairs;
    report.honest_pairs_rejected += contradicts ? 1 : 0;
  }
}

std::string name_of(const World& world, const EvmAddress& account) {
  for (const WorldHotspot& hotspot : world.hotspots()) {
    if (hotspot.owner.address == account) return hotspot.plan.owner;
  }
  if (account == world.policy().verifiers_account) return "verifiers";
  if (account == world.policy().reserve_account) return "reserve";
  return "unknown";
}

std::vector<Payout> payouts_of(const World& world, const Recomputed& judged) {
  std::map<EvmAddress, Uint128> before;
  if (judged.record.previous) {
    for (const rewards::AccountTotal& total : judged.record.previous->accounts) {
      before[total.account] = total.cumulative;
    }
  }
  std::vector<Payout> out;
  for (const rewards::AccountTotal& total : judged.outcome.rewards.accounts) {
    out.push_back({name_of(world, total.account), rewards::chain::to_display(total.account),
                   total.cumulative - before[total.account]});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Payout& a, const Payout& b) { return a.owner < b.owner; });
  return out;
}

}  // namespace

bool is_contradiction(std::string_view reason) {
  constexpr auto innocent = std::to_array<std::string_view>(
      {"ok", "late", "unregistered", "superseded", "registered_after_commitment",
       "not_a_transmitter", "skipped_round", "own_beacon", "same_owner", "too_close", "too_far",
       "region_mismatch", "beacon_rejected", "unknown_tag", "replayed_tag", "evidence_unanswered"});
  return std::find(innocent.begin(), innocent.end(), reason) == innocent.end();
}

EpochReport report_of(const World& world, const Recomputed& judged,
                      const std::vector<StationLog>& logs, const Settled& settled) {
  EpochReport report;
  report.world = world.scenario().name;
  report.epoch = world.epoch();
  report.day = to_iso8601(instant_of_round(world.first_round()), 0).substr(0, 10);
  report.audit_share_ppm = world.policy().audit_share_ppm;
  report.audits = judged.record.audits.size();
  Telling telling(world, judged, logs);
  report.hotspots = telling.hotspots();
  report.beacons = telling.beacons();
  telling.witnesses(report);
  for (ReportedBeacon& beacon : report.beacons) {
    std::stable_sort(beacon.heard.begin(), beacon.heard.end(),
                     [](const Heard& a, const Heard& b) { return a.snr_cdb > b.snr_cdb; });
  }
  for (ReportedHotspot& hotspot : report.hotspots) {
    most_frequent_first(hotspot.rejections);
    most_frequent_first(hotspot.about_it);
    most_frequent_first(hotspot.caught_by);
    if (hotspot.is_cheat()) report.paid_to_cheats += hotspot.amount;
  }
  report.verdicts = judged.outcome.verdicts;
  report.payouts = payouts_of(world, judged);
  report.emitted = judged.outcome.rewards.emitted;
  report.root = rewards::rewards_root(judged.outcome.artifact);
  report.seal = verifier::seal_hash(judged.outcome.seal);
  report.artifact = judged.outcome.seal.artifact;
  report.settled = settled;
  return report;
}

std::string decimal(Uint128 amount) {
  return rewards::amount_to_decimal(rewards::amount_from(amount));
}

std::string show_tokens(Uint128 amount, int decimals) {
  constexpr std::size_t token_decimals =
      18;  // Given: ERC-20's usual decimals, as the contract has them.
  std::string digits = decimal(amount);
  if (digits.size() <= token_decimals) digits.insert(0, token_decimals + 1 - digits.size(), '0');
  std::string whole = digits.substr(0, digits.size() - token_decimals);
  const std::string fraction =
      digits.substr(digits.size() - token_decimals, static_cast<std::size_t>(decimals));
  for (std::size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, " ");
  return fraction.empty() ? whole : whole + "." + fraction;
}

}  // namespace earshot::simulator
