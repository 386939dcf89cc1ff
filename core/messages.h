// The messages of DESIGN section 4, their canonical bytes and their ids. docs/PROTOCOL.md has the
// tables and a worked example that a test checks.
//
// Every body: fixed width, big-endian, no optional fields, no trailing bytes; it begins with the
// signer's key and the round. decode(encode(m)) == m, and encode(*decode(b)) == b for every
// accepted b. Decoders check the form only (lengths, enumerations, ranges that a field cannot
// leave); what a value may be in its context is the verifier's rules' business.
#pragma once
#include <variant>

#include "core/bytes.h"
#include "core/hash.h"
#include "core/identity.h"
#include "core/position.h"
#include "core/protocol.h"
#include "core/region.h"
#include "core/vrf.h"

namespace earshot {

using EvmAddress = ByteArray<20>;
using EvmSignature = ByteArray<65>;  // r || s || v, v is 27 or 28.

enum class MessageType : std::uint8_t {
  onboarding = 1,
  beacon_report = 2,
  silence_notice = 3,
  witness_report = 4,
};
std::string_view type_name(MessageType type);  // "onboarding", "beacon", "silence", "witness".

// How well a hotspot knows the time; the verifier caps error bounds by it (policy).
enum class ClockClass : std::uint8_t { none = 0, network = 1, gnss = 2 };

struct Onboarding {
  PublicKey hotspot{};
  Round round = 0;             // When it was signed.
  std::uint64_t sequence = 0;  // Per hotspot, from 1; a higher one replaces a lower one.
  VrfPublicKey vrf_key{};
  EvmAddress owner{};
  Ecef position{};
  std::uint64_t s2_cell = 0;           // Level-15 cell of the position.
  std::int16_t antenna_gain_ddbi = 0;  // 0.1 dBi.
  RegionId region = RegionId::eu868;
  bool transmits = false;
  ClockClass clock = ClockClass::none;
  EvmSignature owner_signature{};  // EIP-712 over the fields above (rewards/chain/eip712.h).
  bool operator==(const Onboarding&) const = default;
};

struct BeaconReport {
  PublicKey hotspot{};
  Round round = 0;
  VrfProof proof{};
  std::int64_t transmit_ps = 0;  // Anchor at the antenna port, from the round's opening.
  std::uint64_t transmit_error_ps = 0;
  std::uint64_t frequency_hz = 0;
  std::uint8_t spreading_factor = 0;  // 7..12
  std::uint32_t bandwidth_hz = 0;     // 125000, 250000 or 500000
  std::int32_t power_cdbm = 0;        // Conducted, 0.01 dBm.
  bool operator==(const BeaconReport&) const = default;
};

enum class SilenceReason : std::uint8_t { duty_cycle = 1, channel_busy = 2, not_configured = 3 };
struct SilenceNotice {
  PublicKey hotspot{};
  Round round = 0;
  SilenceReason reason = SilenceReason::duty_cycle;
  bool operator==(const SilenceNotice&) const = default;
};

enum class SampleFormat : std::uint8_t { ci8 = 1, ci16 = 2, cf32 = 3, cu8 = 4 };
enum class Provenance : std::uint8_t { nominal = 1, thermal_noise = 2, signal_generator = 3 };

struct WitnessReport {
  PublicKey hotspot{};
  Round round = 0;
  Tag tag{};
  std::int64_t receive_ps = 0;  // Anchor at the antenna port, from the round's opening.
  std::uint64_t receive_error_ps = 0;
  std::uint64_t frequency_hz = 0;  // The channel's centre.
  std::uint8_t spreading_factor = 0;
  std::uint32_t bandwidth_hz = 0;
  std::int32_t rssi_cdbm = 0;           // Signal without noise, at the antenna port, 0.01 dBm.
  std::uint32_t rssi_error_cdb = 0;     // 1 sigma, calibration included.
  std::int32_t snr_cdb = 0;             // In the signal bandwidth, 0.01 dB.
  std::int32_t carrier_offset_dhz = 0;  // 0.1 Hz, from the channel's centre.
  Hash256 evidence_root{};
  std::uint64_t evidence_bytes = 0;
  SampleFormat evidence_format = SampleFormat::ci8;
  std::uint32_t evidence_rate_hz = 0;
  std::uint64_t evidence_centre_hz = 0;
  std::int64_t evidence_first_ps = 0;  // Time of the first sample, at the antenna port.
  std::int32_t full_scale_cdbm = 0;    // Power at the antenna port of |x| = 1.
  Provenance full_scale_provenance = Provenance::nominal;
  std::uint32_t gain_settings = 0;  // The receiver's own id of its gain settings.
  bool operator==(const WitnessReport&) const = default;
};

using Message = std::variant<Onboarding, BeaconReport, SilenceNotice, WitnessReport>;

MessageType type_of(const Message& message);
const PublicKey& signer_of(const Message& message);
Round round_of(const Message& message);
Bytes encode(const Message& message);
// Errc::bad_data names the type, the offset and what was expected.
Result<Message> decode(MessageType type, ByteView body);
Hash256 message_id(NetworkId network, const Message& message);
// Size of the body of each type: fixed.
std::size_t body_size(MessageType type);

// What is signed: one header for a batch of messages of one signer. id = message_id("header", ...).
struct BatchHeader {
  PublicKey signer{};
  Round first_round = 0;
  std::uint64_t sequence = 0;  // Per signer, from 1, without gaps.
  Hash256 previous{};          // Id of the header before; zero for the first.
  Round last_round = 0;
  std::uint32_t count = 0;  // 1..65535
  Hash256 root{};           // RFC 6962 over the 32-byte ids, in the batch's order.
  bool operator==(const BatchHeader&) const = default;
};
inline constexpr std::size_t kBatchHeaderBytes = 32 + 8 + 8 + 32 + 8 + 4 + 32;

struct SignedHeader {
  BatchHeader header;
  Signature signature{};  // By header.signer over the 32-byte id.
  bool operator==(const SignedHeader&) const = default;
};
inline constexpr std::size_t kSignedHeaderBytes = kBatchHeaderBytes + 64;

Bytes encode(const BatchHeader& header);
Hash256 header_id(NetworkId network, const BatchHeader& header);
Bytes encode(const SignedHeader& header);  // kSignedHeaderBytes
Result<SignedHeader> decode_signed_header(ByteView bytes);
bool is_signed_by_its_signer(NetworkId network, const SignedHeader& header);

// POST /v1/bodies: header id (32), then count times type (1), body (of the type's fixed size).
struct Batch {
  Hash256 header{};
  std::vector<Message> messages;
  bool operator==(const Batch&) const = default;
};
Bytes encode(const Batch& batch);
Result<Batch> decode_batch(ByteView bytes);

// Signs `messages` (all of `key`, at least one) as the header after `previous`.
SignedHeader sign_batch(NetworkId network, const SigningKey& key, std::uint64_t sequence,
                        const Hash256& previous, std::span<const Message> messages);
// Root, count, signer and rounds of the batch are those of the header; the error says which is not.
Result<void> check_batch(NetworkId network, const SignedHeader& header, const Batch& batch);

// POST /v1/evidence/{report}: chunks with their Merkle paths, each index (4), length (2), bytes,
// path length (1), path. A snippet is whole when every chunk of it has come.
struct EvidenceChunk {
  std::uint32_t index = 0;
  Bytes bytes;  // kEvidenceChunkBytes, the last one 1..kEvidenceChunkBytes
  std::vector<Hash256> path;
  bool operator==(const EvidenceChunk&) const = default;
};
Bytes encode(std::span<const EvidenceChunk> chunks);
Result<std::vector<EvidenceChunk>> decode_evidence(ByteView bytes);
std::vector<EvidenceChunk> cut_evidence(ByteView snippet);
// Puts chunks together and checks each against the root; Errc::bad_data says which chunk fails.
Result<Bytes> join_evidence(std::span<const EvidenceChunk> chunks, const Hash256& root,
                            std::uint64_t total_bytes);

}  // namespace earshot
