// The record of an epoch: everything its verdicts and rewards depend on, in one canonical file that
// anybody can fetch and judge again. Rewards are a pure function of the record and the policy.
//
// Order is canonical whatever the order of arrival: messages by (round, type, id), audits by report
// id, onboardings by (hotspot, sequence), rounds ascending, channels by their anchor's digest.
#pragma once
#include <optional>
#include <vector>

#include "core/compact_range.h"
#include "core/entropy.h"
#include "core/messages.h"
#include "rewards/channels/settlement.h"
#include "verifier/history.h"
#include "verifier/outages.h"

namespace earshot::verifier {

// A message and when the verifier had its header and its body (its own clock).
struct LoggedMessage {
  Message message;
  SignedHeader header;        // The header that signs it.
  std::uint32_t index = 0;    // In the header's batch.
  std::vector<Hash256> path;  // From the message's id to the header's root.
  UnixNanos header_received = 0;
  UnixNanos body_received = 0;
  bool operator==(const LoggedMessage&) const = default;
};

enum class AuditOutcome : std::uint8_t {
  measured =
      1,  // The chunks hash to the root and hold a beacon: the figures below are the audit's.
  unanswered = 2,     // Nothing (whole) came in time.
  root_mismatch = 3,  // What came does not hash to the signed root.
  no_beacon = 4,      // It hashes, but no frame with a valid CRC is in it.
  unmeasurable = 6,   // The process that measures crashed on it or took too long.
  unaudited = 5,      // Fewer than M verifiers say anything of it: it counts neither way.
};

// What an audit measured: integers, signed off by the verifier into the log (DESIGN section 5).
struct AuditRecord {
  Hash256 report{};  // Id of the witness report.
  AuditOutcome outcome = AuditOutcome::unanswered;
  Tag tag{};
  std::int64_t receive_ps = 0;  // As in WitnessReport: from the opening of the report's round.
  std::int32_t rssi_cdbm = 0;
  std::int32_t snr_cdb = 0;
  std::int32_t carrier_offset_dhz = 0;
  bool operator==(const AuditRecord&) const = default;
};

// How much the residual noise of two snippets of one beacon correlates: an integer, as the above.
struct NoisePair {
  Hash256 one{};  // Ids of the witness reports, the smaller first.
  Hash256 other{};
  std::uint32_t correlation_ppm = 0;  // 0 also where it could not be measured.
  bool operator==(const NoisePair&) const = default;
};
// Chosen: of a beacon that more were asked about, the reports with the lowest ids: 276 pairs.
inline constexpr std::size_t kMaxNoiseReports = 24;

struct EpochRecord {
  NetworkId network = 0;
  std::uint64_t epoch = 0;
  Hash256 policy{};                       // policy_hash
  Hash256 previous_seal{};                // Zero for the first epoch judged.
  Hash256 block_hash{};                   // B of the entropy.
  std::uint64_t first_entropy_round = 0;  // Links are for rounds first_entropy_round + i.
  std::vector<Hash256> commitments;       // Of each verifier, in the configured order.
  // links[i][v]: verifier v's link for the i-th round; a zero hash where it was not there in time.
  // Every row is as long as `commitments` (precondition of encode; judge_epoch refuses others).
  std::vector<std::vector<Hash256>> links;
  std::uint32_t minimum_links = 1;  // M
  // Accounts of several verifiers, ascending: the order of commitments and of each row of links.
  // None when one is alone.
  std::vector<EvmAddress> verifiers;
  // When the last verifier committed. An onboarding received later is not in force in this epoch:
  // nobody may choose a key knowing the schedule it gets.
  UnixNanos committed_at = 0;
  // What draws the audits: the first entropy after the body deadline of the epoch's last round,
  // and that round. Zero both when nothing was drawn; there are no audits then.
  Round audit_round = 0;
  Entropy audit_entropy{};
  // When the verifier was not there, so far as a deadline of the epoch's messages depends on it
  // (outages_of_epoch); as it was known at the draw. Ascending, apart.
  std::vector<Outage> outages;
  std::vector<LoggedMessage>
      onboardings;  // In force in this epoch, and candidates that were refused.
  std::vector<LoggedMessage>
      messages;  // Beacon and witness reports and notices of this epoch's rounds.
  std::vector<AuditRecord> audits;  // One for each report that draw_audits names, no other.
  // One for each pair that pairs_to_correlate names, no other; ascending by (one, other).
  std::vector<NoisePair> noise;
  // Payment channels of the epoch and the deposits behind them, as read from the chain; none where
  // no contract was looked at. What payers spent before stays then as it was.
  std::optional<rewards::channels::Book> channels;
  // The artifact of the epoch before, whole: its accounts are where totals go on, and its hash
  // stands in this epoch's seal and on chain. None in the first epoch judged.
  std::optional<rewards::Artifact> previous;
  // The network log before this epoch, which its leaves are appended to: of the size and root that
  // `previous` names.
  CompactRange log;
  // What the epoch before left: its hash is in that one's seal. Empty in the first epoch judged.
  History history;
  bool operator==(const EpochRecord&) const = default;
};

Bytes encode(const LoggedMessage& logged);
Bytes encode(const AuditRecord& audit);
Result<AuditRecord> get_audit(Reader& in);  // From the middle of something.
Bytes encode(const NoisePair& pair);
Bytes encode(const Outage& outage);
// Alone, without trailing bytes: as in a record, with its errors.
Result<LoggedMessage> decode_logged_message(ByteView bytes);

// Precondition: canonical order (canonicalize).
Bytes encode(const EpochRecord& record);
// Refuses another order, repeats and trailing bytes: Errc::bad_data names the part and what is
// wrong. encode(*decode_record(b)) == b.
Result<EpochRecord> decode_record(ByteView bytes);
// Sorts, and of a message that came twice keeps the reception that was complete first.
void canonicalize(EpochRecord& record);

// Of each beacon with at least two, the reports in whose snippets an audit found its tag, the first
// kMaxNoiseReports of them, ascending.
std::vector<std::vector<Hash256>> beacons_to_correlate(const EpochRecord& record);

// Of each beacon, every two reports in whose snippets an audit found its tag; nothing is measured
// in them yet. Ascending.
std::vector<NoisePair> pairs_to_correlate(const EpochRecord& record);

// The entropy of `round` by the record's links; nothing when it was skipped or is not covered.
std::optional<Entropy> entropy_of(const EpochRecord& record, Round round);

}  // namespace earshot::verifier
