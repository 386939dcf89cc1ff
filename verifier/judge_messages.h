// Rules 1 to 3 over all messages of a record: what judging and drawing audits have in common.
#pragma once
#include <optional>
#include <vector>

#include "rewards/policy.h"
#include "verifier/judge_how.h"
#include "verifier/record.h"
#include "verifier/rules/registry.h"

namespace earshot::verifier {

// One message of the record after rules 1 to 3.
struct JudgedMessage {
  Hash256 id{};
  Ruling ruling;
  std::optional<std::size_t> beacon;  // Of a witness report whose tag is an accepted beacon's.
  bool timed = false;                 // As in PairRuling.
  bool odd = false;
};

struct JudgedMessages {
  std::vector<Hash256> onboarding_ids;  // In the record's order.
  RegistryRulings registry;
  std::vector<JudgedMessage> messages;  // In the record's order.
  std::vector<HotspotTimes> times;      // After the epoch, ascending; Helium's rules only.
};

// Errc::bad_data when the record contradicts itself: see judge_epoch.
Result<void> check_record(const EpochRecord& record, const rewards::Policy& policy);

// The record holds the noise of every pair that its audits ask for, no other.
Result<void> check_noise(const EpochRecord& record);

// Precondition: check_record. Helium's rules, which look back in time, run in one piece.
JudgedMessages judge_messages(const EpochRecord& record, const rewards::Policy& policy,
                              const JudgeHow& how = {});

// Precondition: `judged` is of `record`. Ascending ids, as draw_audits.
std::vector<Hash256> draw_from(const JudgedMessages& judged, const EpochRecord& record,
                               const rewards::Policy& policy, const Entropy& audit_entropy);

}  // namespace earshot::verifier
