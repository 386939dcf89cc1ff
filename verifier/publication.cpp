#include "verifier/publication.h"

#include <nlohmann/json.hpp>
#include <set>

#include "rewards/payout_tree.h"
#include "verifier/epoch_calendar.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kLargestExact = std::uint64_t{1} << 53;  // Given: IEEE 754 double.

std::string iso(UnixNanos time) {
  return to_iso8601({time / kNanosPerSecond, time % kNanosPerSecond * 1000}, 0);
}

Json findings_of(const std::vector<Finding>& findings) {
  Json out = Json::object();
  for (const Finding& finding : findings) out[finding.name] = number(finding.value);
  return out;
}

// Links of one a round.
Json to_json(const rewards::VerifierReward& reward) {
  return {{"account", address(reward.account)},
          {"links", number(std::uint64_t{reward.links})},
          {"reward", decimal(reward.amount)}};
}

Json to_json(const rewards::HotspotReward& reward) {
  return {{"hotspot", to_hex(reward.hotspot)},
          {"owner", address(reward.owner)},
          {"tier", std::string(rewards::tier_name(reward.tier))},
          {"beacon_units", number(reward.beacon_units)},
          {"witness_units", number(reward.witness_units)},
          {"scale_e4", number(reward.scale)},
          {"beacon_shares_e8", number(reward.beacon_shares)},
          {"witness_shares_e8", number(reward.witness_shares)},
          {"amount", decimal(reward.amount)}};
}

Json to_json(const AuditRecord& audit) {
  Json out = {{"report", to_hex(audit.report)},
              {"outcome", std::string(outcome_name(audit.outcome))}};
  if (audit.outcome != AuditOutcome::measured) return out;
  out["tag"] = to_hex(audit.tag);
  out["receive_ps"] = number(audit.receive_ps);
  out["rssi_cdbm"] = audit.rssi_cdbm;
  out["snr_cdb"] = audit.snr_cdb;
  out["carrier_offset_dhz"] = audit.carrier_offset_dhz;
  return out;
}

Json to_json(const CompactRange& log) {
  Json edge = Json::array();
  for (const Hash256& subtree : log.edge()) edge.push_back(to_hex(subtree));
  return {
      {"size", number(log.size())}, {"root", to_hex(log.root())}, {"right_edge", std::move(edge)}};
}

template <class Range>
Json list_of(const Range& items) {
  Json out = Json::array();
  for (const auto& item : items) out.push_back(to_json(item));
  return out;
}

}  // namespace

Json number(std::int64_t value) {
  const bool is_exact = value <= static_cast<std::int64_t>(kLargestExact) &&
                        value >= -static_cast<std::int64_t>(kLargestExact);
  return is_exact ? Json(value) : Json(std::to_string(value));
}
Json number(std::uint64_t value) {
  return value <= kLargestExact ? Json(value) : Json(std::to_string(value));
}
std::string decimal(Uint128 value) {
  return rewards::amount_to_decimal(rewards::amount_from(value));
}
std::string address(const EvmAddress& account) { return "0x" + to_hex(account); }

std::string_view outcome_name(AuditOutcome outcome) {
  switch (outcome) {
    case AuditOutcome::measured:
      return "measured";
    case AuditOutcome::unanswered:
      return "unanswered";
    case AuditOutcome::root_mismatch:
      return "root_mismatch";
    case AuditOutcome::no_beacon:
      return "no_beacon";
    case AuditOutcome::unmeasurable:
      return "unmeasurable";
    case AuditOutcome::unaudited:
      return "unaudited";
  }
  return "unknown";
}

Json to_json(const Verdict& verdict) {
  Json detail = findings_of(verdict.findings);
  detail["rule"] = verdict.rule;
  return {{"id", to_hex(verdict.message)},
          {"type", std::string(type_name(verdict.type))},
          {"hotspot", to_hex(verdict.hotspot)},
          {"round", number(verdict.round)},
          {"verdict", std::string(decision_name(verdict.decision))},
          {"reason", verdict.reason},
          {"detail", std::move(detail)}};
}

Json to_json(const Seal& seal) {
  return {{"hash", to_hex(seal_hash(seal))},
          {"network", std::to_string(seal.network)},
          {"epoch", number(seal.epoch)},
          {"previous_seal", to_hex(seal.previous_seal)},
          {"entropy_root", to_hex(seal.entropy_root)},
          {"registry_root", to_hex(seal.registry_root)},
          {"message_root", to_hex(seal.message_root)},
          {"message_count", number(seal.message_count)},
          {"audit_root", to_hex(seal.audit_root)},
          {"trust_root", to_hex(seal.trust_root)},
          {"channel_root", to_hex(seal.channel_root)},
          {"deposit_block", number(seal.deposit_block)},
          {"policy", to_hex(seal.policy)},
          {"artifact", to_hex(seal.artifact)},
          {"rewards_root", to_hex(seal.rewards_root)},
          {"previous_artifact", to_hex(seal.previous_artifact)},
          {"log_size", number(seal.log_size)},
          {"log_root", to_hex(seal.log_root)},
          {"history", to_hex(seal.history)}};
}

Json epoch_frame(const rewards::Policy& policy, std::uint64_t epoch, std::string_view status,
                 std::span<const Outage> outages) {
  return {{"epoch", number(epoch)},
          {"status", std::string(status)},
          {"first_round", number(rewards::first_round_of_epoch(policy, epoch))},
          {"last_round", number(rewards::first_round_of_epoch(policy, epoch + 1) - 1)},
          {"opens_at", iso(epoch_opening(policy, epoch))},
          {"ends_at", iso(epoch_end(policy, epoch))},
          {"audits_drawn_at", iso(draw_time(policy, epoch, outages))},
          {"seals_at", iso(seal_time(policy, epoch, outages))},
          {"policy_hash", to_hex(rewards::policy_hash(policy))}};
}

Json summary_of(const EpochRecord& record, const rewards::Policy& policy,
                const EpochOutcome& outcome) {
  Json out = epoch_frame(policy, record.epoch, "sealed", record.outages);
  out["seal"] = to_json(outcome.seal);
  out["verdicts"] = list_of(outcome.verdicts);
  out["audits"] = list_of(record.audits);
  out["hotspots"] = list_of(outcome.rewards.hotspots);
  Json tiers = Json::object();
  // Standings and places are in one order, that of the hotspots' keys.
  for (std::size_t i = 0; i < outcome.standings.size(); ++i) {
    const rewards::Standing& standing = outcome.standings[i];
    tiers[to_hex(standing.hotspot)] = {{"tier", std::string(rewards::tier_name(standing.tier))},
                                       {"detail", findings_of(outcome.places[i])}};
  }
  out["tiers"] = std::move(tiers);
  Json payouts = Json::array();
  for (const rewards::AccountTotal& total : outcome.artifact.accounts) {
    payouts.push_back(
        {{"account", address(total.account)}, {"cumulative", decimal(total.cumulative)}});
  }
  out["payouts"] = std::move(payouts);
  if (!record.verifiers.empty()) out["verifiers"] = list_of(outcome.rewards.verifiers);
  out["emitted"] = decimal(outcome.rewards.emitted);
  out["cumulative_total"] = decimal(outcome.artifact.cumulative_total);
  out["rewards_root"] = to_hex(outcome.seal.rewards_root);
  out["log"] = to_json(outcome.log);
  out["artifact_hash"] = to_hex(outcome.seal.artifact);
  return out;
}

std::vector<Hash256> message_ids(const EpochRecord& record) {
  std::vector<Hash256> ids;
  ids.reserve(record.messages.size());
  for (const LoggedMessage& logged : record.messages) {
    ids.push_back(message_id(record.network, logged.message));
  }
  return ids;
}

std::vector<LateMessage> late_for(const std::set<Hash256>& ids_in_record,
                                  const std::vector<StoredMessage>& messages) {
  std::vector<LateMessage> late;
  for (const StoredMessage& stored : messages) {
    if (ids_in_record.contains(stored.id)) continue;
    late.push_back({.id = stored.id,
                    .type = type_of(stored.message),
                    .hotspot = signer_of(stored.message),
                    .round = round_of(stored.message),
                    .received = stored.received});
  }
  return late;
}

Verdict after_seal_verdict(const LateMessage& message) {
  return {.message = message.id,
          .type = message.type,
          .hotspot = message.hotspot,
          .round = message.round,
          .decision = Decision::late,
          .reason = "after_seal",
          .rule = "form",
          .findings = {{"body_received_ns", message.received}}};
}

SealedEpoch publish(const EpochRecord& record, const rewards::Policy& policy,
                    const EpochOutcome& outcome) {
  return {.epoch = record.epoch,
          .record = encode(record),
          .seal = encode(outcome.seal),
          .artifact = rewards::encode(outcome.artifact),
          .policy_toml = rewards::policy_to_toml(policy),
          .summary_json = summary_of(record, policy, outcome).dump(),
          .coverage_geojson = coverage_of(record, outcome).dump(),
          .standings = outcome.standings,
          .log = outcome.log,
          .history = encode(outcome.history)};
}

}  // namespace earshot::verifier
