// What statements are about, as bytes: each names its content by SHA-256. Canonical: what a decoder
// takes encodes to the same bytes. Errc::bad_data says which part is wrong.
#pragma once
#include <vector>

#include "core/entropy.h"
#include "verifier/record.h"

namespace earshot::verifier {

// Phase::commitment, "ECOM": a hash chain over all rounds of the epoch.
struct Commitment {
  Hash256 tip{};
  std::uint64_t head = 0;      // Height of the chain of blocks then.
  UnixNanos committed_at = 0;  // By the member's clock.
  bool operator==(const Commitment&) const = default;
};
Bytes encode(const Commitment& commitment);
Result<Commitment> decode_commitment(ByteView bytes);

// One message that an intake log holds, and where: entries header_index and body_index of the log.
struct IntakeItem {
  Hash256 message{};   // Its id.
  Hash256 header{};    // Id of the header that it came under.
  Hash256 envelope{};  // envelope_hash of what is held.
  UnixNanos header_received = 0;
  UnixNanos body_received = 0;
  std::uint64_t header_index = 0;
  std::uint64_t body_index = 0;
  bool operator==(const IntakeItem&) const = default;
};
inline constexpr std::size_t kIntakeItemBytes = 3 * 32 + 4 * 8;

// The links that a member had in time for a round that it gave entropy to: one for each member in
// their order, zero where there was none.
struct LinkRow {
  Round round = 0;
  std::vector<Hash256> links;
  bool operator==(const LinkRow&) const = default;
};

// Phase::closing, "EINT".
struct IntakeList {
  std::vector<IntakeItem> onboardings;  // Ascending by (message, header), as are messages.
  std::vector<IntakeItem> messages;     // Of the epoch's rounds.
  std::vector<LinkRow> links;           // Ascending by round.
  bool operator==(const IntakeList&) const = default;
};
Bytes encode(const IntakeList& list);
// Every row has `members` links.
Result<IntakeList> decode_intake_list(ByteView bytes, std::size_t members);

// A message with its header and path, without times: what two verifiers that hold the same thing
// hold alike.
Bytes envelope_bytes(const LoggedMessage& logged);
Hash256 envelope_hash(const LoggedMessage& logged);
// Whether it is sound (signed by its signer, under its header) is for the rules to say.
Result<LoggedMessage> decode_envelope(ByteView bytes);

// 256 envelopes of a list, in its order (onboardings first), each behind its length (4 bytes).
inline constexpr std::size_t kEnvelopesPerTile = 256;
Bytes bundle_envelopes(const std::vector<Bytes>& envelopes);
Result<std::vector<Bytes>> parse_envelopes(ByteView bytes);

// Phase::audits, "EAUD": what a member measured.
struct Measured {
  std::vector<AuditRecord> audits;  // Ascending by report.
  std::vector<NoisePair> noise;     // Ascending by (one, other).
  bool operator==(const Measured&) const = default;
};
Bytes encode(const Measured& measured);
Result<Measured> decode_measured(ByteView bytes);

}  // namespace earshot::verifier
