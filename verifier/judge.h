// Judging an epoch: a pure function from its record and policy to verdicts, tiers, rewards and the
// seal. The service runs it once at the seal; `earshot audit` runs it again from published data and
// must get the same bytes.
#pragma once
#include <span>
#include <vector>

#include "rewards/epoch_rewards.h"
#include "rewards/policy.h"
#include "verifier/judge_how.h"
#include "verifier/record.h"
#include "verifier/verdict.h"

namespace earshot::verifier {

// Which reports the evidence audit asks for: the policy's share of the epoch's beacons with all
// their witness reports, drawn by `audit_entropy`, plus reports that look odd (rule 3's findings
// near a bound), plus what two hotspots say about one beacon whose noise was one before
// (record.history), plus one report of each receive-only hotspot (its tier asks for one). Only
// reports that rules 1 to 3 accept: the others are refused already. Ascending ids. Looks at the
// record's messages, not at its audits. Errc::bad_data as judge_epoch.
Result<std::vector<Hash256>> draw_audits(const EpochRecord& record, const rewards::Policy& policy,
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
  Hash256 audit_root{};    // Over encoded audit records and noise pairs.
  Hash256 trust_root{};    // Tiers after this epoch.
  Hash256 channel_root{};  // Over what each channel came to; zero where no contract was looked at.
  std::uint64_t deposit_block = 0;  // Where deposits were read.
  Hash256 policy{};
  Hash256 artifact{};  // SHA-256 of the rewards artifact.
  Hash256 rewards_root{};
  Hash256 previous_artifact{};
  std::uint64_t log_size = 0;  // Of the network log after this epoch.
  Hash256 log_root{};
  Hash256 history{};  // history_hash of what the epoch leaves (history.h).
  bool operator==(const Seal&) const = default;
};
Bytes encode(const Seal& seal);
Result<Seal> decode_seal(ByteView bytes);
Hash256 seal_hash(const Seal& seal);
// The seal's root over the epoch's messages: their ids, in the record's order.
Hash256 message_root(std::span<const Hash256> ids);

struct EpochOutcome {
  std::vector<Verdict> verdicts;  // One for each message and onboarding, in record order.
  std::vector<rewards::Standing> standings;  // One for each registered hotspot, ascending.
  std::vector<std::vector<Finding>> places;  // What each standing's tier rests on (rules/place.h).
  rewards::channels::Settlement channels;
  rewards::EpochRewards rewards;
  rewards::Artifact artifact;
  CompactRange log;  // The network log after this epoch, which the next one appends to.
  History history;   // What the next one goes on with.
  Seal seal;
};

// What the epoch appends to the network log, in order: onboardings and messages (0x01 | id | logged
// bytes), audits (0x02 | bytes), noise pairs (0x05 | bytes), verdicts (0x03 | bytes), channels
// (0x04 | anchor's digest | verdict u8 | paid units u32 | the channel end's bytes). Size and RFC
// 6962 root of the whole log, over all epochs, are in seal and artifact:
//
//     log_size == record.log.size() + network_log(...).size()
std::vector<Bytes> network_log(const EpochRecord& record, std::span<const Verdict> verdicts,
                               std::span<const rewards::channels::Use> uses = {});

// Errc::bad_data when the record contradicts itself (a message outside the epoch, a policy of
// another hash, a link that does not belong to its commitment, audits other than those drawn, noise
// of other pairs than those to correlate, a log other than the one that the previous artifact
// names).
Result<EpochOutcome> judge_epoch(const EpochRecord& record, const rewards::Policy& policy,
                                 const JudgeHow& how = {});

}  // namespace earshot::verifier
