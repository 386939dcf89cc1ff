// Judging an epoch: a pure function from its record and policy to verdicts, tiers, rewards and the
// seal. The service runs it once at the seal; `earshot audit` runs it again from published data and
// must get the same bytes.
#pragma once
#include <string>
#include <vector>

#include "rewards/epoch_rewards.h"
#include "rewards/policy.h"
#include "verifier/record.h"

namespace earshot::verifier {

enum class Decision : std::uint8_t { accepted = 1, rejected = 2, late = 3, void_ = 4 };

// One input of a rule, as integers, for "why?".
struct Finding {
  std::string name;  // "rssi_cdbm", "free_space_bound_cdbm"
  std::int64_t value = 0;
  bool operator==(const Finding&) const = default;
};

struct Verdict {
  Hash256 message{};
  MessageType type = MessageType::witness_report;
  PublicKey hotspot{};
  Round round = 0;
  Decision decision = Decision::accepted;
  std::string reason;  // "ok", or the reason code: one word per cause, listed in docs/PROTOCOL.md.
  std::string rule;    // Folder-relative file of the rule that decided: "pairwise", "evidence".
  std::vector<Finding> findings;  // The rule's inputs and its threshold.
  bool operator==(const Verdict&) const = default;
};
Bytes encode(const Verdict& verdict);  // Canonical: a leaf of the network log.

// Which reports the evidence audit asks for: the policy's share of the epoch's beacons with all
// their witness reports, drawn by `audit_entropy`, plus reports that look odd (rule 3's findings
// near a bound). Ascending ids.
std::vector<Hash256> draw_audits(const EpochRecord& record, const rewards::Policy& policy,
                                 const Entropy& audit_entropy);

// What the chain gets is derived from it (rewards/chain: Epoch struct).
struct Seal {
  NetworkId network = 0;
  std::uint64_t epoch = 0;
  Hash256 previous_seal{};
  Hash256 entropy_root{};   // RFC 6962 over commitments, block hash and links.
  Hash256 registry_root{};  // Over onboardings in force.
  Hash256 message_root{};   // Over message ids in canonical order.
  std::uint64_t message_count = 0;
  Hash256 audit_root{};    // Over encoded audit records.
  Hash256 trust_root{};    // Tiers after this epoch.
  Hash256 channel_root{};  // Data channels: zero until they exist.
  std::uint64_t deposit_block = 0;
  Hash256 policy{};
  Hash256 artifact{};  // SHA-256 of the rewards artifact.
  Hash256 rewards_root{};
  Hash256 previous_artifact{};
  std::uint64_t log_size = 0;
  Hash256 log_root{};
  bool operator==(const Seal&) const = default;
};
Bytes encode(const Seal& seal);
Result<Seal> decode_seal(ByteView bytes);
Hash256 seal_hash(const Seal& seal);

struct EpochOutcome {
  std::vector<Verdict> verdicts;  // One for each message and onboarding, in record order.
  std::vector<rewards::Standing> standings;  // One for each registered hotspot, ascending.
  rewards::EpochRewards rewards;
  rewards::Artifact artifact;
  Seal seal;
};

// Errc::bad_data when the record contradicts itself (a message outside the epoch, a policy of
// another hash).
Result<EpochOutcome> judge_epoch(const EpochRecord& record, const rewards::Policy& policy);

}  // namespace earshot::verifier
