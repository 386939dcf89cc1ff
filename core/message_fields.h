// The members of each message in wire order, named once. Encoder, decoder, JSON and the test of
// docs/PROTOCOL.md's tables walk these lists, so they cannot disagree. For core's own files.
//
// A visitor is called as visit(name, member, limits): limits are what the member's type does not
// say already. They keep a decoded value inside what integer rules can add and subtract without
// overflow; whether a value makes sense is the verifier's business.
#pragma once
#include <concepts>
#include <limits>
#include <string>
#include <type_traits>

#include "core/fixed.h"
#include "core/messages.h"

namespace earshot::fields {

struct Limits {
  Int128 low = std::numeric_limits<std::int64_t>::min();
  Int128 high = std::numeric_limits<std::uint64_t>::max();
  std::span<const std::uint32_t> choices = {};  // When not empty: one of these.
};
bool allows(const Limits& limits, Int128 value);
std::string describe(const Limits& limits);  // "7 to 12", "125000, 250000 or 500000"

inline constexpr std::uint32_t kBandwidths[] = {125'000, 250'000, 500'000};
inline constexpr Limits kRound{.low = 0, .high = kLastRound};
inline constexpr Limits kSequence{.low = 1};
inline constexpr Limits kCount{.low = 1, .high = 65'535};
// Chosen: the sum of two and the difference of two fit 64 bits.
inline constexpr Limits kTime{.low = -(Int128{1} << 62) + 1, .high = (Int128{1} << 62) - 1};
inline constexpr Limits kTimeError{.low = 0, .high = (Int128{1} << 62) - 1};
inline constexpr Limits kFrequency{.low = 1, .high = 1'000'000'000'000};
inline constexpr Limits kSpreadingFactor{.low = 7, .high = 12};
inline constexpr Limits kBandwidth{.choices = kBandwidths};
inline constexpr Limits kLevel{.low = -100'000, .high = 100'000};  // +-1000 dB
inline constexpr Limits kLevelError{.low = 0, .high = 100'000};
inline constexpr Limits kCarrierOffset{.low = -1'000'000'000, .high = 1'000'000'000};
inline constexpr Limits kSnippetBytes{.low = 0, .high = Int128{1} << 30};
inline constexpr Limits kSampleRate{.low = 1, .high = 0xFFFF'FFFF};
inline constexpr Limits kCoordinate{.low = -10'000'000'000, .high = 10'000'000'000};  // position.h

template <class Self, class Message>
concept PerhapsConst = std::same_as<std::remove_const_t<Self>, Message>;

template <PerhapsConst<Onboarding> Self, class Visit>
void for_each(Self& m, Visit&& visit) {
  visit("hotspot", m.hotspot, Limits{});
  visit("round", m.round, kRound);
  visit("sequence", m.sequence, kSequence);
  visit("vrf_key", m.vrf_key, Limits{});
  visit("owner", m.owner, Limits{});
  visit("position", m.position, kCoordinate);
  visit("s2_cell", m.s2_cell, Limits{});
  visit("antenna_gain_ddbi", m.antenna_gain_ddbi, Limits{});
  visit("region", m.region, Limits{});
  visit("transmits", m.transmits, Limits{});
  visit("clock", m.clock, Limits{});
  visit("owner_signature", m.owner_signature, Limits{});
}

template <PerhapsConst<BeaconReport> Self, class Visit>
void for_each(Self& m, Visit&& visit) {
  visit("hotspot", m.hotspot, Limits{});
  visit("round", m.round, kRound);
  visit("proof", m.proof, Limits{});
  visit("transmit_ps", m.transmit_ps, kTime);
  visit("transmit_error_ps", m.transmit_error_ps, kTimeError);
  visit("frequency_hz", m.frequency_hz, kFrequency);
  visit("spreading_factor", m.spreading_factor, kSpreadingFactor);
  visit("bandwidth_hz", m.bandwidth_hz, kBandwidth);
  visit("power_cdbm", m.power_cdbm, kLevel);
}

template <PerhapsConst<SilenceNotice> Self, class Visit>
void for_each(Self& m, Visit&& visit) {
  visit("hotspot", m.hotspot, Limits{});
  visit("round", m.round, kRound);
  visit("reason", m.reason, Limits{});
}

template <PerhapsConst<WitnessReport> Self, class Visit>
void for_each(Self& m, Visit&& visit) {
  visit("hotspot", m.hotspot, Limits{});
  visit("round", m.round, kRound);
  visit("tag", m.tag, Limits{});
  visit("receive_ps", m.receive_ps, kTime);
  visit("receive_error_ps", m.receive_error_ps, kTimeError);
  visit("frequency_hz", m.frequency_hz, kFrequency);
  visit("spreading_factor", m.spreading_factor, kSpreadingFactor);
  visit("bandwidth_hz", m.bandwidth_hz, kBandwidth);
  visit("rssi_cdbm", m.rssi_cdbm, kLevel);
  visit("rssi_error_cdb", m.rssi_error_cdb, kLevelError);
  visit("snr_cdb", m.snr_cdb, kLevel);
  visit("carrier_offset_dhz", m.carrier_offset_dhz, kCarrierOffset);
  visit("evidence_root", m.evidence_root, Limits{});
  visit("evidence_bytes", m.evidence_bytes, kSnippetBytes);
  visit("evidence_format", m.evidence_format, Limits{});
  visit("evidence_rate_hz", m.evidence_rate_hz, kSampleRate);
  visit("evidence_centre_hz", m.evidence_centre_hz, kFrequency);
  visit("evidence_first_ps", m.evidence_first_ps, kTime);
  visit("full_scale_cdbm", m.full_scale_cdbm, kLevel);
  visit("full_scale_provenance", m.full_scale_provenance, Limits{});
  visit("gain_settings", m.gain_settings, Limits{});
}

template <PerhapsConst<BatchHeader> Self, class Visit>
void for_each(Self& m, Visit&& visit) {
  visit("signer", m.signer, Limits{});
  visit("first_round", m.first_round, kRound);
  visit("sequence", m.sequence, kSequence);
  visit("previous", m.previous, Limits{});
  visit("last_round", m.last_round, kRound);
  visit("count", m.count, kCount);
  visit("root", m.root, Limits{});
}

template <PerhapsConst<SignedHeader> Self, class Visit>
void for_each(Self& m, Visit&& visit) {
  for_each(m.header, visit);
  visit("signature", m.signature, Limits{});
}

// What no single member can say; nothing when all is well.
std::string contradiction(const BatchHeader& header);
template <class Message>
std::string contradiction(const Message& message) {
  if constexpr (std::same_as<Message, SignedHeader>) return contradiction(message.header);
  return {};
}

// Enumerators as people and JSON write them. A value that has no name is refused.
template <class Enum>
struct Named {
  Enum value;
  std::string_view name;
};
std::span<const Named<RegionId>> names(RegionId);
std::span<const Named<ClockClass>> names(ClockClass);
std::span<const Named<SilenceReason>> names(SilenceReason);
std::span<const Named<SampleFormat>> names(SampleFormat);
std::span<const Named<Provenance>> names(Provenance);

template <class Enum>
const Named<Enum>* find_named(Enum value) {
  for (const Named<Enum>& named : names(value)) {
    if (named.value == value) return &named;
  }
  return nullptr;
}

// v of an Ethereum signature (Yellow Paper, appendix F).
inline bool has_valid_v(const EvmSignature& signature) {
  return signature.back() == 27 || signature.back() == 28;
}

}  // namespace earshot::fields
