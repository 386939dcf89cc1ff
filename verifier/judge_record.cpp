// What has to hold before a record can be judged at all. A refusal here is about the verifier that
// published it, not about any hotspot.
#include <algorithm>

#include "rewards/epoch_rewards.h"
#include "verifier/epoch_calendar.h"
#include "verifier/judge_messages.h"
#include "verifier/rules/form.h"

namespace earshot::verifier {
namespace {

// Chosen: nanoseconds since 1970 hold every round below it, and its deadlines (year 2160).
constexpr Round kEndOfTime = 100'000'000;

Result<void> contradiction(std::string detail) {
  return fail(Errc::bad_data, "record: " + std::move(detail));
}

Result<void> check_policy(const EpochRecord& record, const rewards::Policy& policy) {
  const Hash256 hash = rewards::policy_hash(policy);
  if (record.policy != hash) {
    return contradiction("is under policy " + to_hex(record.policy) + ", this policy is " +
                         to_hex(hash));
  }
  const SortitionRules& rules = policy.sortition;
  if (policy.epoch_rounds == 0 || rules.window_rounds == 0 || rules.min_spreading_factor < 7 ||
      rules.max_spreading_factor > 12 || rules.min_spreading_factor > rules.max_spreading_factor) {
    return contradiction("policy has no rounds or no spreading factors to speak in");
  }
  if (record.epoch >= kEndOfTime / policy.epoch_rounds) {
    return contradiction("epoch " + std::to_string(record.epoch) + " is past the end of time");
  }
  return {};
}

Result<void> check_order(const EpochRecord& record) {
  EpochRecord sorted = record;
  canonicalize(sorted);
  if (sorted != record) return contradiction("is not in canonical order");
  return {};
}

Result<void> check_rounds(const EpochRecord& record, const rewards::Policy& policy) {
  const Round first = rewards::first_round_of_epoch(policy, record.epoch);
  for (const LoggedMessage& logged : record.messages) {
    const Round round = round_of(logged.message);
    if (type_of(logged.message) == MessageType::onboarding || round < first ||
        round - first >= policy.epoch_rounds) {
      return contradiction("message " + to_hex(message_id(record.network, logged.message)) +
                           " of round " + std::to_string(round) + " is not of epoch " +
                           std::to_string(record.epoch));
    }
  }
  for (const LoggedMessage& logged : record.onboardings) {
    if (type_of(logged.message) != MessageType::onboarding) {
      return contradiction("a message of another kind among onboardings");
    }
  }
  return {};
}

// Each link hashes to the one before it, across the gaps of links that were not there in time.
Result<void> check_chain(const EpochRecord& record, std::size_t verifier) {
  Hash256 before = record.commitments[verifier];
  std::size_t hashes = 0;
  for (std::size_t i = 0; i < record.links.size(); ++i) {
    ++hashes;
    const Hash256& link = record.links[i][verifier];
    if (link == Hash256{}) continue;
    Hash256 hash = link;
    for (; hashes > 0; --hashes) hash = sha256(hash);
    if (hash != before) {
      return contradiction("link of verifier " + std::to_string(verifier) + " for round " +
                           std::to_string(record.first_entropy_round + i) +
                           " is not of its commitment");
    }
    before = link;
  }
  return {};
}

Result<void> check_entropy(const EpochRecord& record) {
  // A node that was dead at the opening leaves an epoch without entropy: nobody could speak in it.
  if (record.commitments.empty() && record.links.empty()) return {};
  if (record.minimum_links == 0 || record.minimum_links > record.commitments.size()) {
    return contradiction("asks for " + std::to_string(record.minimum_links) + " links of " +
                         std::to_string(record.commitments.size()) + " verifiers");
  }
  for (const std::vector<Hash256>& row : record.links) {
    if (row.size() != record.commitments.size()) {
      return contradiction("a round has " + std::to_string(row.size()) + " links of " +
                           std::to_string(record.commitments.size()) + " verifiers");
    }
  }
  for (std::size_t v = 0; v < record.commitments.size(); ++v) {
    if (Result<void> chain = check_chain(record, v); !chain) return chain;
  }
  return {};
}

Result<void> check_audit_draw(const EpochRecord& record, const rewards::Policy& policy) {
  if (record.audit_round == 0) {
    if (record.audits.empty() && record.noise.empty()) return {};
    return contradiction("has audits, but nothing drew them");
  }
  const Round last = rewards::first_round_of_epoch(policy, record.epoch) + policy.epoch_rounds - 1;
  if (record.audit_round >= kEndOfTime ||
      round_opening(record.audit_round) < body_deadline(last, record.outages)) {
    return contradiction("audits are drawn by round " + std::to_string(record.audit_round) +
                         ", before the last body was due");
  }
  return {};
}

Result<void> check_verifiers(const EpochRecord& record) {
  const std::size_t count = record.verifiers.size();
  if (std::ranges::adjacent_find(record.verifiers, std::greater_equal{}) !=
      record.verifiers.end()) {
    return contradiction("names verifiers out of order");
  }
  if (count == 0 || record.commitments.empty() || record.commitments.size() == count) return {};
  return contradiction("names " + std::to_string(count) + " verifiers, and has commitments of " +
                       std::to_string(record.commitments.size()));
}

// Only those on which a deadline depends: nothing else may make two records of one epoch differ.
Result<void> check_outages(const EpochRecord& record, const rewards::Policy& policy) {
  for (const Outage& outage : record.outages) {
    if (outage.begin < 0 || outage.begin >= outage.end || outage.end > kLatestOutageEnd) {
      return contradiction("holds an outage that ends before it begins, or too late");
    }
  }
  if (!record.verifiers.empty()) {
    if (record.outages == rounds_of_too_few(record, policy)) return {};
    return contradiction("holds other outages than its links tell");
  }
  if (record.outages == outages_of_epoch(policy, record.epoch, record.outages)) return {};
  return contradiction("holds outages on which no deadline of the epoch depends");
}

// Totals and log go on where the epoch before ended; only the first one judged begins at nothing.
Result<void> check_previous(const EpochRecord& record) {
  const bool is_first = !record.previous;
  if (is_first != (record.previous_seal == Hash256{})) {
    return contradiction(is_first ? "names a previous seal, but holds no previous artifact"
                                  : "holds a previous artifact, but names no previous seal");
  }
  if (is_first) {
    if (record.history != History{}) {
      return contradiction("holds a history, but no epoch was before");
    }
    if (record.log.size() == 0) return {};
    return contradiction("continues a log of " + std::to_string(record.log.size()) +
                         " leaves, but no epoch was before");
  }
  const rewards::Artifact& previous = *record.previous;
  if (record.epoch == 0 || previous.epoch != record.epoch - 1) {
    return contradiction("holds the artifact of epoch " + std::to_string(previous.epoch) +
                         " as the previous one of epoch " + std::to_string(record.epoch));
  }
  if (record.log.size() == previous.log_size && record.log.root() == previous.log_root) return {};
  return contradiction("continues a log of " + std::to_string(record.log.size()) +
                       " leaves and root " + to_hex(record.log.root()) +
                       ", the previous artifact has " + std::to_string(previous.log_size) +
                       " and " + to_hex(previous.log_root));
}

}  // namespace

Result<void> check_noise(const EpochRecord& record) {
  const std::vector<NoisePair> asked = pairs_to_correlate(record);
  const auto same = [](const NoisePair& a, const NoisePair& b) {
    return a.one == b.one && a.other == b.other;
  };
  if (std::ranges::equal(asked, record.noise, same)) return {};
  return contradiction("holds the noise of " + std::to_string(record.noise.size()) +
                       " pairs of snippets, its audits ask for " + std::to_string(asked.size()) +
                       (asked.size() == record.noise.size() ? " others" : ""));
}

Result<void> check_record(const EpochRecord& record, const rewards::Policy& policy) {
  if (Result<void> ok = check_policy(record, policy); !ok) return ok;
  if (Result<void> ok = check_rounds(record, policy); !ok) return ok;
  if (Result<void> ok = check_entropy(record); !ok) return ok;
  if (Result<void> ok = check_verifiers(record); !ok) return ok;
  if (Result<void> ok = check_order(record); !ok) return ok;
  if (Result<void> ok = check_outages(record, policy); !ok) return ok;
  if (Result<void> ok = check_audit_draw(record, policy); !ok) return ok;
  return check_previous(record);
}

}  // namespace earshot::verifier
