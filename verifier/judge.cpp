// One epoch, start to end: rules 1 to 3 (judge_messages), 4 on what was audited, 5 on what is left,
// then money, log and seal. Under Helium's rules there is no 4 and no place to prove.
#include "verifier/judge.h"

#include <algorithm>
#include <functional>
#include <map>

#include "core/merkle.h"
#include "verifier/judge_messages.h"
#include "verifier/judge_payment.h"
#include "verifier/rules/evidence.h"
#include "verifier/rules/noise.h"
#include "verifier/rules/place.h"

namespace earshot::verifier {
namespace {

enum class LeafKind : std::uint8_t { message = 1, audit = 2, verdict = 3, channel = 4, noise = 5 };

// The record holds the audits that had to be made: all that were drawn, no other.
Result<void> check_audits(const JudgedMessages& judged, const EpochRecord& record,
                          const rewards::Policy& policy) {
  if (record.audit_round == 0) return {};
  const std::vector<Hash256> drawn = draw_from(judged, record, policy, record.audit_entropy);
  const auto [asked, had] =
      std::ranges::mismatch(drawn, record.audits, std::equal_to{}, {}, &AuditRecord::report);
  if (asked == drawn.end() && had == record.audits.end()) return {};
  const bool is_missing =
      had == record.audits.end() || (asked != drawn.end() && *asked < had->report);
  return fail(Errc::bad_data,
              is_missing ? "record: no audit of " + to_hex(*asked) + ", which was drawn"
                         : "record: audit of " + to_hex(had->report) + ", which was not drawn");
}

// Rule 4 on every report that rules 1 to 3 accept and an audit looked at.
void judge_audited(const EpochRecord& record, const rewards::Policy& policy,
                   JudgedMessages& judged) {
  std::map<Hash256, std::size_t> by_id;
  for (std::size_t i = 0; i < judged.messages.size(); ++i) by_id.emplace(judged.messages[i].id, i);
  for (const AuditRecord& audit : record.audits) {
    if (audit.outcome == AuditOutcome::unaudited) continue;  // What rules 1 to 3 say, stays.
    const std::size_t i = by_id.at(audit.report);
    const auto& report = std::get<WitnessReport>(record.messages[i].message);
    Ruling& ruling = judged.messages[i].ruling;
    Ruling evidence = judge_evidence(report, audit, policy);
    if (evidence.accepted()) {
      evidence.findings.insert(evidence.findings.begin(), ruling.findings.begin(),
                               ruling.findings.end());
    }
    ruling = std::move(evidence);
  }
}

// Rule 4 on what the audits found in common: adds to the history and takes reports out.
std::vector<SharedNoise> judge_shared_noise(const EpochRecord& record,
                                            const rewards::Policy& policy, JudgedMessages& judged) {
  std::map<Hash256, NoiseReport> reports;
  for (std::size_t i = 0; i < judged.messages.size(); ++i) {
    const auto* report = std::get_if<WitnessReport>(&record.messages[i].message);
    if (report == nullptr) continue;
    reports.emplace(judged.messages[i].id,
                    NoiseReport{report->hotspot, report->round, report->tag});
  }
  const Round end = rewards::first_round_of_epoch(policy, record.epoch + 1);
  std::vector<SharedNoise> noise =
      shared_noise(record.history.noise, record.noise, reports, end, policy);
  const std::map<PublicKey, Ruling> refused = judge_noise(noise, policy);
  for (std::size_t i = 0; i < judged.messages.size() && !refused.empty(); ++i) {
    JudgedMessage& message = judged.messages[i];
    if (!message.beacon || !message.ruling.accepted()) continue;
    const auto found = refused.find(signer_of(record.messages[i].message));
    if (found != refused.end()) message.ruling = found->second;
  }
  return noise;
}

std::vector<Link> links_of(const EpochRecord& record, const JudgedMessages& judged) {
  std::vector<Link> links;
  for (std::size_t i = 0; i < judged.messages.size(); ++i) {
    const JudgedMessage& message = judged.messages[i];
    if (!message.beacon) continue;
    const PublicKey& witness = signer_of(record.messages[i].message);
    links.push_back({.beaconer = signer_of(record.messages[*message.beacon].message),
                     .witness = witness,
                     .witness_owner = judged.registry.registry.at(witness).onboarding.owner,
                     .accepted = message.ruling.accepted(),
                     .timed = message.timed,
                     .contradicts = message.ruling.reason == "timing_mismatch",
                     .audited = message.ruling.rule == "evidence"});
  }
  return links;
}

void judge_standings(const EpochRecord& record, const rewards::Policy& policy,
                     const JudgedMessages& judged, EpochOutcome& outcome) {
  const Registry& registry = judged.registry.registry;
  const std::vector<Link> links = links_of(record, judged);
  std::vector<PlaceRuling> places = policy.rule_set == rewards::RuleSet::helium
                                        ? helium_places(registry, links)
                                        : judge_places(registry, links, policy);
  auto place = places.begin();
  for (const auto& [key, registration] : registry) {
    outcome.standings.push_back(
        {.hotspot = key,
         .owner = registration.onboarding.owner,
         .tier = place->tier,
         .cell = registration.onboarding.s2_cell,
         .crowds = place->tier != rewards::Tier::unproven && registration.onboarding.transmits});
    outcome.places.push_back(std::move(place->findings));
    ++place;
  }
  if (policy.rule_set != rewards::RuleSet::helium) return;
  // Helium's interactivity: who beaconed and was heard lately, whatever became of it today.
  const UnixNanos end = round_opening(rewards::first_round_of_epoch(policy, record.epoch + 1));
  const UnixNanos since =
      end - UnixNanos{policy.helium.interactivity_hours} * 3600 * kNanosPerSecond;
  std::map<PublicKey, UnixNanos> beaconed;
  for (const HotspotTimes& times : judged.times) beaconed[times.hotspot] = times.reciprocal_beacon;
  for (rewards::Standing& standing : outcome.standings) {
    const auto found = beaconed.find(standing.hotspot);
    standing.crowds = found != beaconed.end() && found->second > since;
  }
}

Verdict verdict_of(const LoggedMessage& logged, const Hash256& id, const Ruling& ruling) {
  return {id,
          type_of(logged.message),
          signer_of(logged.message),
          round_of(logged.message),
          ruling.decision,
          ruling.reason,
          ruling.rule,
          ruling.findings};
}

std::vector<Verdict> verdicts_of(const EpochRecord& record, const JudgedMessages& judged) {
  std::vector<Verdict> verdicts;
  verdicts.reserve(record.onboardings.size() + record.messages.size());
  for (std::size_t i = 0; i < record.onboardings.size(); ++i) {
    verdicts.push_back(
        verdict_of(record.onboardings[i], judged.onboarding_ids[i], judged.registry.rulings[i]));
  }
  for (std::size_t i = 0; i < record.messages.size(); ++i) {
    const JudgedMessage& message = judged.messages[i];
    verdicts.push_back(verdict_of(record.messages[i], message.id, message.ruling));
  }
  return verdicts;
}

Hash256 root_over(const std::vector<Bytes>& entries) {
  std::vector<Hash256> leaves;
  leaves.reserve(entries.size());
  for (const Bytes& entry : entries) leaves.push_back(merkle_leaf(entry));
  return merkle_root(leaves);
}

Hash256 entropy_root(const EpochRecord& record) {
  Writer terms;
  terms.put(record.first_entropy_round);
  terms.put(record.minimum_links);
  terms.put(record.committed_at);
  terms.put(record.audit_round);
  terms.put(record.audit_entropy);
  std::vector<Bytes> entries = {std::move(terms).take()};
  const auto add = [&entries](const Hash256& hash) {
    entries.emplace_back(hash.begin(), hash.end());
  };
  std::ranges::for_each(record.commitments, add);
  add(record.block_hash);
  for (const std::vector<Hash256>& row : record.links) std::ranges::for_each(row, add);
  for (const EvmAddress& one : record.verifiers) entries.emplace_back(one.begin(), one.end());
  for (const Outage& outage : record.outages) entries.push_back(encode(outage));
  return root_over(entries);
}

// Channel `i` of the record, and what was paid for it.
Bytes channel_entry(const EpochRecord& record, std::span<const rewards::channels::Use> uses,
                    std::size_t i) {
  Writer out;
  out.put(uses[i].channel);
  out.put(static_cast<std::uint8_t>(uses[i].verdict));
  out.put(uses[i].units);
  out.put(rewards::channels::encode(record.channels->ends[i]));
  return std::move(out).take();
}

Hash256 channel_root(const EpochRecord& record, const rewards::channels::Settlement& settlement) {
  if (!record.channels) return {};
  std::vector<Bytes> entries;
  entries.reserve(settlement.uses.size());
  for (std::size_t i = 0; i < settlement.uses.size(); ++i) {
    entries.push_back(channel_entry(record, settlement.uses, i));
  }
  return root_over(entries);
}

// Without a book nothing is charged, and what was spent before stays.
Result<rewards::channels::Settlement> settle(const EpochRecord& record,
                                             const std::vector<rewards::Standing>& standings,
                                             const rewards::Artifact& previous) {
  if (!record.channels) return rewards::channels::Settlement{{}, previous.debits, {}};
  return rewards::channels::settle_channels(*record.channels, record.network, record.epoch,
                                            standings, previous.debits);
}

Seal seal_of(const EpochRecord& record, const JudgedMessages& judged, const EpochOutcome& outcome) {
  std::vector<Bytes> registered;
  for (const auto& [key, registration] : judged.registry.registry) {
    registered.emplace_back(registration.id.begin(), registration.id.end());
  }
  std::vector<Hash256> messages;
  messages.reserve(judged.messages.size());
  for (const JudgedMessage& message : judged.messages) messages.push_back(message.id);
  std::vector<Bytes> audits;
  audits.reserve(record.audits.size() + record.noise.size());
  for (const AuditRecord& audit : record.audits) audits.push_back(encode(audit));
  for (const NoisePair& pair : record.noise) audits.push_back(encode(pair));
  std::vector<Bytes> tiers;
  for (const rewards::Standing& standing : outcome.standings) {
    tiers.emplace_back(standing.hotspot.begin(), standing.hotspot.end());
    tiers.back().push_back(static_cast<std::uint8_t>(standing.tier));
  }
  return {.network = record.network,
          .epoch = record.epoch,
          .previous_seal = record.previous_seal,
          .entropy_root = entropy_root(record),
          .registry_root = root_over(registered),
          .message_root = message_root(messages),
          .message_count = messages.size(),
          .audit_root = root_over(audits),
          .trust_root = root_over(tiers),
          .channel_root = channel_root(record, outcome.channels),
          .deposit_block = record.channels ? record.channels->deposit_block : 0,
          .policy = record.policy,
          .artifact = sha256(encode(outcome.artifact)),
          .rewards_root = rewards::rewards_root(outcome.artifact),
          .previous_artifact = outcome.artifact.previous_artifact,
          .log_size = outcome.artifact.log_size,
          .log_root = outcome.artifact.log_root,
          .history = history_hash(outcome.history)};
}

}  // namespace

Hash256 message_root(std::span<const Hash256> ids) {
  std::vector<Hash256> leaves;
  leaves.reserve(ids.size());
  for (const Hash256& id : ids) leaves.push_back(merkle_leaf(id));
  return merkle_root(leaves);
}

std::vector<Bytes> network_log(const EpochRecord& record, std::span<const Verdict> verdicts,
                               std::span<const rewards::channels::Use> uses) {
  std::vector<Bytes> leaves;
  const auto add = [&leaves](LeafKind kind, ByteView prefix, ByteView bytes) {
    Bytes& leaf = leaves.emplace_back();
    leaf.push_back(static_cast<std::uint8_t>(kind));
    leaf.insert(leaf.end(), prefix.begin(), prefix.end());
    leaf.insert(leaf.end(), bytes.begin(), bytes.end());
  };
  for (const auto* list : {&record.onboardings, &record.messages}) {
    for (const LoggedMessage& logged : *list) {
      add(LeafKind::message, message_id(record.network, logged.message), encode(logged));
    }
  }
  for (const AuditRecord& audit : record.audits) add(LeafKind::audit, {}, encode(audit));
  for (const NoisePair& pair : record.noise) add(LeafKind::noise, {}, encode(pair));
  for (const Verdict& verdict : verdicts) add(LeafKind::verdict, {}, encode(verdict));
  for (std::size_t i = 0; i < uses.size(); ++i) {
    add(LeafKind::channel, {}, channel_entry(record, uses, i));
  }
  return leaves;
}

Result<EpochOutcome> judge_epoch(const EpochRecord& record, const rewards::Policy& policy,
                                 const JudgeHow& how) {
  if (Result<void> checked = check_record(record, policy); !checked) return fail(checked.error());
  JudgedMessages judged = judge_messages(record, policy, how);
  if (Result<void> checked = check_audits(judged, record, policy); !checked) {
    return fail(checked.error());
  }
  if (Result<void> checked = check_noise(record); !checked) return fail(checked.error());
  judge_audited(record, policy, judged);
  EpochOutcome outcome;
  outcome.history.noise = judge_shared_noise(record, policy, judged);
  outcome.history.hotspots = judged.times;
  judge_standings(record, policy, judged, outcome);
  const rewards::Artifact nothing;
  const rewards::Artifact& previous = record.previous ? *record.previous : nothing;
  Result<rewards::channels::Settlement> channels = settle(record, outcome.standings, previous);
  if (!channels) return fail(channels.error());
  outcome.channels = std::move(*channels);
  const Credits credits = credits_of(record, judged, outcome.standings);
  Result<rewards::EpochRewards> rewards =
      rewards::epoch_rewards(policy, credits.beacons, outcome.standings, previous.accounts,
                             outcome.channels.data, verifier_work(record));
  if (!rewards) return fail(rewards.error());
  outcome.rewards = std::move(*rewards);
  add_payments(record, credits, outcome.rewards.hotspots, judged);
  outcome.verdicts = verdicts_of(record, judged);
  outcome.log = record.log;
  for (const Bytes& leaf : network_log(record, outcome.verdicts, outcome.channels.uses)) {
    outcome.log.append(merkle_leaf(leaf));
  }
  outcome.artifact = {
      .epoch = record.epoch,
      .policy = record.policy,
      .previous_artifact = record.previous ? sha256(encode(previous)) : Hash256{},
      .previous_rewards_root = rewards::rewards_root(previous),
      .log_size = outcome.log.size(),
      .log_root = outcome.log.root(),
      .cumulative_total = outcome.rewards.cumulative_total,
      .cumulative_data = previous.cumulative_data + outcome.rewards.fees_from_deposits,
      .debits = outcome.channels.debits,
      .accounts = outcome.rewards.accounts};
  outcome.seal = seal_of(record, judged, outcome);
  return outcome;
}

}  // namespace earshot::verifier
