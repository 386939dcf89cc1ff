// What an epoch's record and verdicts have to be.
#include <algorithm>

#include "core/merkle.h"
#include "tests/simulation/node.h"
#include "tests/simulation/oracle.h"
#include "verifier/judge.h"
#include "verifier/rules/pairwise.h"

namespace earshot::simulation {
namespace {

using namespace earshot::verifier;  // NOLINT: the service's own words

constexpr UnixNanos kSecond = kNanosPerSecond;

UnixNanos opening_of(std::uint64_t epoch) { return round_opening(epoch * policy().epoch_rounds); }

// One epoch's messages after another under rules 1 to 4, a list at a time.
class NaiveJudge {
 public:
  explicit NaiveJudge(const EpochRecord& record) : record_(record) {
    for (const LoggedMessage& logged : record.onboardings) onboard(logged);
    replace_onboardings();
    for (const LoggedMessage& logged : record.messages) messages_.push_back(judge_form(logged));
    contradict();
    for (std::size_t i = 0; i < messages_.size(); ++i) judge_beacon(i);
    for (std::size_t i = 0; i < messages_.size(); ++i) judge_witness(i);
    for (std::size_t i = 0; i < messages_.size(); ++i) judge_audit(i);
  }
  std::vector<std::string> verdicts() const {
    std::vector<std::string> all = onboardings_;
    all.insert(all.end(), messages_.begin(), messages_.end());
    return all;
  }

 private:
  static constexpr const char* kOk = "accepted/ok";
  static std::string rejected(std::string_view reason) { return "rejected/" + std::string(reason); }

  void onboard(const LoggedMessage& logged) {
    const bool is_late = logged.body_received > record_.committed_at;
    onboardings_.emplace_back(is_late ? "late/registered_after_commitment" : kOk);
  }
  const Onboarding& onboarding(std::size_t i) const {
    return std::get<Onboarding>(record_.onboardings[i].message);
  }
  // Ascending by hotspot and sequence: of the accepted ones the last counts.
  void replace_onboardings() {
    std::vector<std::string> ruled = onboardings_;
    for (std::size_t i = 0; i < ruled.size(); ++i) {
      for (std::size_t j = i + 1; j < ruled.size() && onboardings_[i] == kOk; ++j) {
        if (onboardings_[j] != kOk || onboarding(i).hotspot != onboarding(j).hotspot) continue;
        ruled[i] = rejected("superseded");
      }
    }
    onboardings_ = ruled;
  }
  const Onboarding* registration(const PublicKey& hotspot) const {
    for (std::size_t i = 0; i < onboardings_.size(); ++i) {
      if (onboardings_[i] == kOk && onboarding(i).hotspot == hotspot) return &onboarding(i);
    }
    return nullptr;
  }

  std::string judge_form(const LoggedMessage& logged) const {
    if (registration(signer_of(logged.message)) == nullptr) return rejected("unregistered");
    const UnixNanos end = round_opening(round_of(logged.message) + 1);
    if (logged.header_received < end - kRoundSeconds * kSecond) return rejected("early");
    const auto due = [&](int seconds) {
      return stretched(end, seconds * kSecond, record_.outages);
    };
    if (logged.header_received > due(900)) return "late/late";
    if (logged.body_received > due(4500)) return "late/late";
    const UnixNanos reveal = round_opening(logged.header.header.last_round + 1) + 900 * kSecond;
    if (!std::holds_alternative<SilenceNotice>(logged.message) && logged.body_received < reveal) {
      return rejected("revealed_early");
    }
    return kOk;
  }

  static bool are_one_statement(const Message& a, const Message& b) {
    const auto* heard = std::get_if<WitnessReport>(&a);
    const auto* heard_too = std::get_if<WitnessReport>(&b);
    if (signer_of(a) != signer_of(b) || round_of(a) != round_of(b)) return false;
    if (heard == nullptr || heard_too == nullptr) return heard == heard_too;
    return heard->tag == heard_too->tag;
  }
  void contradict() {
    std::vector<std::string> ruled = messages_;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      for (std::size_t j = 0; j < messages_.size(); ++j) {
        if (i == j || messages_[i] != kOk || messages_[j] != kOk) continue;
        if (are_one_statement(record_.messages[i].message, record_.messages[j].message)) {
          ruled[i] = "void/equivocation";
        }
      }
    }
    messages_ = ruled;
  }

  std::optional<std::pair<Round, Slot>> slot(const Onboarding& hotspot, Round round) const {
    return slot_in_window(
        round, [this](Round each) { return entropy_of(record_, each); }, hotspot.hotspot,
        *find_region(hotspot.region), policy().sortition);
  }
  void judge_beacon(std::size_t i) {
    const Message& message = record_.messages[i].message;
    const Onboarding* hotspot = registration(signer_of(message));
    const Round round = round_of(message);
    if (std::holds_alternative<WitnessReport>(message) || hotspot == nullptr) return;
    const auto* beacon = std::get_if<BeaconReport>(&message);
    const std::optional<Entropy> entropy = entropy_of(record_, round);
    const std::optional<Tag> tag =
        beacon != nullptr && entropy ? Crowd::tag_of(*beacon, *entropy) : std::nullopt;
    if (messages_[i] == kOk) {
      const auto its = slot(*hotspot, round);
      if (!hotspot->transmits) {
        messages_[i] = rejected("not_a_transmitter");
      } else if (!entropy) {
        messages_[i] = rejected("skipped_round");
      } else if (!its || its->first != round) {
        messages_[i] = rejected("not_its_slot");
      } else if (beacon != nullptr && !tag) {
        messages_[i] = rejected("bad_vrf_proof");
      } else if (beacon != nullptr && beacon->frequency_hz != its->second.frequency_hz) {
        messages_[i] = rejected("wrong_frequency");
      } else if (beacon != nullptr && is_louder_than_told(*beacon, *hotspot, *entropy)) {
        messages_[i] = rejected("wrong_power");
      }
    }
    if (tag) tags_.emplace_back(*tag, i);
  }
  static bool is_louder_than_told(const BeaconReport& beacon, const Onboarding& hotspot,
                                  const Entropy& entropy) {
    const std::int32_t told = find_region(hotspot.region)->max_eirp_cdbm -
                              hotspot.antenna_gain_ddbi * 10 +
                              kPowerStepsCdb[Crowd::power_step_of(beacon, entropy)];
    return beacon.power_cdbm > told + 100;
  }

  void judge_witness(std::size_t i) {
    const LoggedMessage& logged = record_.messages[i];
    const auto* report = std::get_if<WitnessReport>(&logged.message);
    if (report == nullptr || messages_[i] != kOk) return;
    messages_[i] = rejected("unknown_tag");
    for (const auto& [tag, at] : tags_) {
      if (tag != report->tag) continue;
      const auto& beacon = std::get<BeaconReport>(record_.messages[at].message);
      if (messages_[at] != kOk) {
        if (messages_[i] == rejected("unknown_tag")) messages_[i] = rejected("beacon_rejected");
        continue;
      }
      const Ruling pair = judge_pair({beacon, *registration(beacon.hotspot)},
                                     {*report, *registration(report->hotspot)}, policy())
                              .ruling;
      messages_[i] = pair.accepted() ? kOk : rejected(pair.reason);
      return;
    }
  }
  void judge_audit(std::size_t i) {
    const Hash256 id = message_id(kNetwork, record_.messages[i].message);
    for (const AuditRecord& audit : record_.audits) {
      if (audit.report != id) continue;
      messages_[i] =
          rejected(audit.outcome == AuditOutcome::unanswered      ? "evidence_unanswered"
                   : audit.outcome == AuditOutcome::root_mismatch ? "evidence_root_mismatch"
                                                                  : "evidence_no_beacon");
    }
  }

  const EpochRecord& record_;
  std::vector<std::string> onboardings_;
  std::vector<std::string> messages_;
  std::vector<std::pair<Tag, std::size_t>> tags_;  // Of beacons, and where they stand.
};

}  // namespace

UnixNanos stretched(UnixNanos start, UnixNanos span, const std::vector<Outage>& outages) {
  for (const Outage& outage : outages) {
    if (outage.end <= start) continue;
    const UnixNanos before = std::max<UnixNanos>(0, outage.begin - start);
    if (before >= span) break;
    span -= before;
    start = outage.end;
  }
  return start + span;
}

bool Oracle::has_evidence(const Hash256& report) const {
  const auto kept = std::ranges::find(messages_, report, &Kept::id);
  return kept != messages_.end() && is_logged(evidence_entry(*kept, true));
}

AuditRecord Oracle::audit_of(const Kept& report) const {
  AuditRecord audit{.report = report.id};
  if (is_logged(evidence_entry(report, false))) audit.outcome = AuditOutcome::root_mismatch;
  // It is too short to hold a beacon.
  if (is_logged(evidence_entry(report, true))) audit.outcome = AuditOutcome::no_beacon;
  return audit;
}

EpochRecord Oracle::record_of(std::uint64_t epoch, std::size_t log_size,
                              const RegistryStore& registry) const {
  EpochRecord record;
  record.network = kNetwork;
  record.epoch = epoch;
  record.policy = rewards::policy_hash(policy());
  record.first_entropy_round = epoch * policy().epoch_rounds;
  record.committed_at = opening_of(epoch);
  if (const auto made = *registry.commitment(epoch)) {
    record.block_hash = made->block_hash.value_or(Hash256{});
    record.first_entropy_round = made->first_round;
    record.commitments = {made->commitment};
    record.links.assign(made->rounds, {Hash256{}});
    const auto released =
        *registry.released_between(made->first_round, made->first_round + made->rounds);
    for (const ReleasedRound& round : released) {
      record.links[round.round - made->first_round] = {round.link};
    }
    record.committed_at = made->committed_at;
    if (epoch == *registry.first_epoch()) {
      record.committed_at = std::max(made->committed_at, opening_of(epoch));
    }
  }
  for (const Kept& kept : messages_) {
    if (kept.place >= log_size) continue;
    const bool onboards = std::holds_alternative<Onboarding>(kept.message);
    if (onboards && kept.received >= opening_of(epoch + 1)) continue;
    if (!onboards && round_of(kept.message) / policy().epoch_rounds != epoch) continue;
    std::vector<Hash256> leaves;
    for (const Hash256& id : crowd_->ids_of(header_id(kNetwork, kept.header.header))) {
      leaves.push_back(merkle_leaf(id));
    }
    (onboards ? record.onboardings : record.messages)
        .push_back({.message = kept.message,
                    .header = kept.header,
                    .index = kept.index,
                    .path = merkle_proof(leaves, kept.index),
                    .header_received = kept.header_received,
                    .body_received = kept.received});
  }
  std::ranges::sort(record.onboardings, {}, [](const LoggedMessage& logged) {
    const auto& onboarding = std::get<Onboarding>(logged.message);
    return std::tuple{onboarding.hotspot, onboarding.sequence};
  });
  std::ranges::sort(record.messages, {}, [](const LoggedMessage& logged) {
    return std::tuple{round_of(logged.message), type_of(logged.message),
                      message_id(kNetwork, logged.message)};
  });
  const bool is_drawn = registry.draw(epoch)->has_value();
  const auto outages = is_drawn ? *registry.outages_at_draw(epoch) : *registry.outages();
  for (const Outage& outage : outages) {
    const UnixNanos due = stretched(opening_of(epoch + 1), kBodyDeadlineSeconds * kSecond, outages);
    if (outage.end > opening_of(epoch) && outage.begin < due) record.outages.push_back(outage);
  }
  if (const auto draw = *registry.draw(epoch)) {
    record.audit_round = draw->round;
    record.audit_entropy = draw->entropy;
    const auto tasks = *registry.tasks_of_epoch(epoch);
    for (const AuditTask& task : tasks) {
      const auto kept = std::ranges::find(messages_, task.report, &Kept::id);
      if (kept != messages_.end()) record.audits.push_back(audit_of(*kept));
    }
  }
  return record;
}

void Oracle::restart_floor(const RegistryStore& registry) {
  floor_ = 0;
  const auto first = *registry.first_epoch();
  for (std::uint64_t epoch = first.value_or(0); first && *registry.draw(epoch); ++epoch) {
    raise_floor(stretched(opening_of(epoch + 1), kBodyDeadlineSeconds * kSecond,
                          *registry.outages_at_draw(epoch)) +
                1);
  }
  if (const auto last = *registry.last_sealed()) {
    raise_floor(opening_of(*last + 1) + policy().grace_seconds * kSecond);
  }
}

std::vector<std::string> Oracle::verdicts_of(const EpochRecord& record) const {
  return NaiveJudge(record).verdicts();
}

}  // namespace earshot::simulation
