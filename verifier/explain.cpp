#include "verifier/explain.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/time.h"

namespace earshot::verifier {
namespace {

constexpr auto kReasons = std::to_array<ReasonInfo>({
    {"ok", "any", "all that the rules name", "all within", "Nothing speaks against it."},

    {"wrong_signer", "form", "header, message", "one key",
     "The batch header is of another key than the message in it."},
    {"bad_signature", "form", "header, signature", "verifies",
     "The signature of the batch header does not verify."},
    {"not_in_header", "form", "id, index, path, rounds", "leads to the header's root",
     "The signed header does not hold this message."},
    {"unregistered", "form", "onboardings in force", "one of the signer",
     "The hotspot is not registered in this epoch."},
    {"early", "form", "header_received", "the round's opening or later",
     "It came before its round opened, when nobody could know what it says."},
    {"late", "form", "header_received, body_received",
     "round's end + 15 min, + 75 min, the record's outages not counted",
     "The header or the body came after its deadline."},
    {"after_seal", "form", "body_received", "before the epoch was sealed",
     "It came when the epoch was sealed already: it is kept, and in no seal."},
    {"revealed_early", "form", "body_received", "end of the batch's last round + 15 min or later",
     "The body was shown while others could still commit to reports."},
    {"equivocation", "form", "messages under one key", "one",
     "The hotspot signed two different messages where one is allowed: both are void."},
    {"header_equivocation", "form", "headers under one sequence", "one",
     "The hotspot signed two different headers with one sequence: both batches are void."},

    {"bad_key", "registry", "hotspot key", "a point of the prime-order group",
     "The hotspot's key is one under which signatures are not unique."},
    {"bad_vrf_key", "registry", "VRF key", "a point other than the identity",
     "The VRF key is none."},
    {"bad_owner_signature", "registry", "EIP-712 signature", "recovers the owner",
     "The owner's signature is not by the owner's account, or covers other values."},
    {"unknown_region", "registry", "region", "one of the table", "There is no such region."},
    {"bad_position", "registry", "position", "within 10,000 km of the earth's centre",
     "The position is not on this planet."},
    {"bad_cell", "registry", "S2 cell, position", "level 15, holds the position within 64 m",
     "The S2 cell is not where the position is."},
    {"registered_after_commitment", "registry", "body_received", "committed_at or before",
     "It came after the epoch's entropy was committed: it counts from the next epoch on."},
    {"superseded", "registry", "sequence", "the highest of the hotspot",
     "A later onboarding of the same hotspot is in force."},
    {"vrf_key_taken", "registry", "VRF key", "registered by nobody before",
     "Another hotspot registered this VRF key first."},

    {"not_a_transmitter", "slot", "onboarding", "transmits",
     "The hotspot is registered as one that only listens."},
    {"skipped_round", "slot", "entropy of the round", "there",
     "The round has no entropy: nobody could speak in it."},
    {"not_its_slot", "slot", "sortition", "the one round of the window",
     "It was not this hotspot's turn to speak in this round."},
    {"bad_vrf_proof", "slot", "proof, VRF key, entropy", "verifies",
     "The proof does not verify, so the tag is not the one of this key and round."},
    {"replayed_beacon", "slot", "proof", "of its own round",
     "The proof belongs to another slot of the hotspot: an old beacon was sent again."},
    {"wrong_frequency", "slot", "frequency_hz", "equal to the slot's",
     "The beacon was not on the channel of its slot."},
    {"wrong_spreading_factor", "slot", "spreading_factor", "equal to the slot's",
     "The beacon did not have the spreading factor of its slot."},
    {"wrong_bandwidth", "slot", "bandwidth_hz", "125000",
     "The beacon did not have the bandwidth of beacons."},
    {"wrong_power", "slot", "power_cdbm", "max EIRP - gain + secret step, within 1 dB",
     "The beacon was not at the level that only its key could know."},
    {"wrong_time", "slot", "transmit_ps", "the slot's anchor, within 100 ms",
     "The beacon was not sent at the moment of its slot."},
    {"unknown_tag", "slot", "tag", "of a beacon of the round",
     "No beacon of this round has this tag."},
    {"replayed_tag", "slot", "tag", "of a beacon of this round, not of another",
     "The tag is a beacon's of another round: what was heard was sent again."},
    {"beacon_rejected", "slot", "the tag's beacon", "accepted",
     "The beacon that was heard was not accepted itself."},

    {"own_beacon", "pairwise", "keys", "different", "A hotspot does not witness itself."},
    {"same_owner", "pairwise", "owners", "different",
     "Both hotspots have one owner: that proves nothing."},
    {"region_mismatch", "pairwise", "regions", "equal",
     "The hotspots are registered in different regions."},
    {"frequency_mismatch", "pairwise", "frequency_hz of both", "equal",
     "The witness names another channel than the beacon."},
    {"spreading_factor_mismatch", "pairwise", "spreading_factor of both", "equal",
     "The witness names another spreading factor than the beacon."},
    {"bandwidth_mismatch", "pairwise", "bandwidth_hz of both", "equal",
     "The witness names another bandwidth than the beacon."},
    {"too_close", "pairwise", "asserted positions", "policy min_distance_mm or more",
     "The hotspots are too close to each other."},
    {"too_far", "pairwise", "asserted positions", "policy max_distance_mm or less",
     "The hotspots are too far apart."},
    {"rssi_above_free_space", "pairwise", "rssi_cdbm, power, gains, distance",
     "power + gains - free-space loss + policy margin or less",
     "The signal is stronger than free space allows between the two asserted places."},
    {"noise_floor", "pairwise", "rssi_cdbm - snr_cdb", "policy [min, max] of the bandwidth",
     "Signal and signal-to-noise ratio imply a noise that no receiver has."},
    {"timing_mismatch", "pairwise", "receive_ps - transmit_ps, distance",
     "light's time, within both error bounds + policy slack",
     "The time in flight does not fit the distance between the two asserted places."},

    {"evidence_unanswered", "evidence", "audit", "answered, whole, in time",
     "The samples that the audit asked for did not come."},
    {"evidence_root_mismatch", "evidence", "chunks, signed root", "hash to it",
     "The samples are not those that the report committed to."},
    {"evidence_no_beacon", "evidence", "samples", "hold a frame with a valid checksum",
     "There is no beacon in the samples."},
    {"evidence_unmeasurable", "evidence", "the process that measures", "ends in time",
     "The samples made the process that measures them fail or take too long."},
    {"evidence_other_tag", "evidence", "measured tag", "the signed one",
     "The beacon in the samples has another tag than the report."},
    {"evidence_power_mismatch", "evidence", "rssi_cdbm signed and measured",
     "policy audit_power_tolerance_cdb", "The samples hold another power than the report."},
    {"evidence_snr_mismatch", "evidence", "snr_cdb signed and measured",
     "policy audit_snr_tolerance_cdb",
     "The samples hold another signal-to-noise ratio than the report."},
    {"evidence_offset_mismatch", "evidence", "carrier_offset_dhz signed and measured",
     "policy audit_offset_tolerance_dhz",
     "The samples hold another carrier offset than the report."},
    {"evidence_time_mismatch", "evidence", "receive_ps signed and measured",
     "policy audit_time_tolerance_ps", "The samples hold the beacon at another time."},

    {"noise_shared", "noise", "beacons on which its noise and another hotspot's were one",
     "fewer than policy correlated_beacons within correlated_rounds",
     "Its samples and another hotspot's hold the same noise again and again: one antenna, not "
     "two."},

    {"gateway_not_found", "helium/known", "registry", "there", "There is no such gateway."},
    {"not_asserted", "helium/known", "registry", "has a place",
     "The gateway has not said where it is."},
    {"denied", "helium/denylist", "key", "not listed", "The gateway is on the deny list."},
    {"denied_edge", "helium/denylist", "pair of keys", "not listed",
     "The pair of gateways is on the deny list."},
    {"self_witness", "helium/self_witness", "keys", "different",
     "A gateway does not witness itself."},
    {"duplicate", "helium/duplicate", "earlier reports of the gateway on the beacon", "none",
     "The gateway reported this beacon before; its first report counts."},
    {"entropy_expired", "helium/entropy_life", "entropy_age_seconds", "0 to 180",
     "The report came too long after its entropy, or before it."},
    {"invalid_capability", "helium/capability", "full hotspot", "yes",
     "The hotspot only listens, and Helium pays none that does not transmit."},
    {"irregular_interval", "helium/schedule", "window of the beacon and of the last one",
     "a later one", "The hotspot had beaconed in this window already."},
    {"invalid_packet", "helium/construction", "payload, frequency, data rate",
     "what entropy gives; of a witness: the beacon's payload",
     "The beacon is not the one that its entropy makes, or another was heard."},
    {"too_late", "helium/lag", "lag_ms",
     "4000 after the beacon, 1500 after the first witness before it",
     "The report came later than Helium waits."},
    {"invalid_frequency", "helium/frequency", "frequency_hz of both", "within 100 kHz",
     "The witness names another channel than the beacon."},
    {"invalid_region", "helium/region", "regions", "equal",
     "The hotspots are in different regions."},
    {"below_min_distance", "helium/distance", "cells between them", "8 or more, about 350 m",
     "The hotspots are too close to each other."},
    {"max_distance_exceeded", "helium/distance", "distance_km", "100 or less, in whole km",
     "The hotspots are too far apart."},
    {"bad_rssi", "helium/signal", "rssi_cdbm, power, whole dBi of both gains, distance",
     "power + gains - free-space loss or less",
     "The signal is stronger than free space allows between the two asserted places."},
    {"gateway_no_valid_beacons", "helium/reciprocity", "hours since its last beacon that was heard",
     "less than 48", "The witness has not been heard itself lately."},
    {"gateway_no_valid_witnesses", "helium/reciprocity", "hours since its last valid report",
     "less than 48", "The beaconer has not witnessed anybody lately."},
    {"not_selected", "helium/selection", "rank by time among valid reports", "14 or less",
     "Enough others reported the beacon earlier: only the first are paid."},
});

// A unit that a finding's name ends in.
struct Unit {
  std::string_view suffix;
  int decimals;  // The integer counts 10^-decimals of `name`.
  std::string_view name;
};
constexpr auto kUnits = std::to_array<Unit>({{"_cdbm", 2, "dBm"},
                                             {"_cdb", 2, "dB"},
                                             {"_dhz", 1, "Hz"},
                                             {"_hz", 0, "Hz"},
                                             {"_mm", 3, "m"},
                                             {"_ps", 6, "us"},
                                             {"_e4", 4, ""}});

std::string with_decimals(std::int64_t value, int decimals) {
  const bool negative = value < 0;
  std::uint64_t rest = static_cast<std::uint64_t>(value);
  if (negative) rest = 0 - rest;
  std::string digits = std::to_string(rest);
  const auto fraction = static_cast<std::size_t>(decimals);
  if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - fraction, ".");
  return (negative ? "-" : "") + digits;
}

std::string show_time(UnixNanos time) {
  std::int64_t seconds = time / kNanosPerSecond;
  std::int64_t nanos = time % kNanosPerSecond;
  if (nanos < 0) seconds -= 1, nanos += kNanosPerSecond;
  return to_iso8601({seconds, nanos * (kPicosPerSecond / kNanosPerSecond)});
}

void add_line(std::string& text, std::string_view label, std::string_view value) {
  constexpr std::size_t kLabelWidth = 30;
  text += "  ";
  text += label;
  text.append(label.size() < kLabelWidth ? kLabelWidth - label.size() : 1, ' ');
  text += value;
  text += '\n';
}

std::string_view meaning_of(rewards::Tier tier) {
  switch (tier) {
    case rewards::Tier::unproven:
      return "Its place is not proven: not enough owners heard it, or most contradict it.";
    case rewards::Tier::listener:
      return "It only listens, and an audit found what it heard.";
    case rewards::Tier::establishing:
      return "It is new.";
    case rewards::Tier::plausible:
      return "Enough owners heard it where it says it is, but too few with precise time.";
    case rewards::Tier::located:
      return "Enough owners heard it with times that fit the place it asserts.";
  }
  return "";
}

}  // namespace

std::span<const ReasonInfo> reasons() { return kReasons; }

const ReasonInfo* find_reason(std::string_view code) {
  const auto found = std::ranges::find(kReasons, code, &ReasonInfo::code);
  return found == kReasons.end() ? nullptr : &*found;
}

std::string show_finding(const Finding& finding) {
  if (finding.name.ends_with("_ns")) return show_time(finding.value);
  for (const Unit& unit : kUnits) {
    if (!finding.name.ends_with(unit.suffix)) continue;
    const std::string value = with_decimals(finding.value, unit.decimals);
    return unit.name.empty() ? value : value + " " + std::string(unit.name);
  }
  return std::to_string(finding.value);
}

std::string payment_sentence(const Verdict& verdict) {
  if (verdict.type != MessageType::beacon_report && verdict.type != MessageType::witness_report) {
    return "";
  }
  if (verdict.decision != Decision::accepted) return "Not paid: it was not accepted.";
  const auto value_of = [&](std::string_view name) {
    const auto found = std::ranges::find(verdict.findings, name, &Finding::name);
    return found == verdict.findings.end() ? std::optional<std::int64_t>() : found->value;
  };
  if (value_of("unpaid_beaconer_unproven")) {
    return "Not paid: the beaconer's place is not proven, so nobody earns by this beacon.";
  }
  if (value_of("unpaid_witness_unproven")) {
    return "Not paid: the witness's own place is not proven, so its reports do not count.";
  }
  const std::optional<std::int64_t> witnesses = value_of("paid_witnesses");
  const std::optional<std::int64_t> units = value_of("units_e4");
  const std::optional<std::int64_t> scale = value_of("scale_e4");
  if (!witnesses || !units || !scale) return "";
  if (*units == 0) return "Not paid: no witness of this beacon counts.";
  return "Counts " + with_decimals(*units, 4) + " units, because " + std::to_string(*witnesses) +
         (*witnesses == 1 ? " witness" : " witnesses") + " of this beacon count, times " +
         with_decimals(*scale, 4) + " for how crowded the beacon's place is.";
}

std::string explain(const Verdict& verdict) {
  std::string text = std::string(type_name(verdict.type)) + " " + to_hex(verdict.message) + "\n";
  add_line(text, "hotspot", to_hex(verdict.hotspot));
  std::string round = std::to_string(verdict.round);
  if (verdict.round <= kLastRound) {
    round += " (" + to_iso8601(instant_of_round(verdict.round), 0) + ")";
  }
  add_line(text, "round", round);
  add_line(text, "verdict", std::string(decision_name(verdict.decision)) + ": " + verdict.reason);
  add_line(text, "rule", "verifier/rules/" + verdict.rule);
  if (const ReasonInfo* info = find_reason(verdict.reason)) {
    add_line(text, "because", info->meaning);
    add_line(text, "inputs", info->inputs);
    add_line(text, "threshold", info->threshold);
  }
  if (const std::string paid = payment_sentence(verdict); !paid.empty()) {
    add_line(text, "paid", paid);
  }
  for (const Finding& finding : verdict.findings) {
    add_line(text, finding.name, show_finding(finding));
  }
  return text;
}

std::string explain(const rewards::Standing& standing, std::span<const Finding> findings) {
  std::string text = "hotspot " + to_hex(standing.hotspot) + "\n";
  add_line(text, "owner", "0x" + to_hex(standing.owner));
  add_line(text, "tier", rewards::tier_name(standing.tier));
  add_line(text, "rule", "verifier/rules/place");
  add_line(text, "because", meaning_of(standing.tier));
  for (const Finding& finding : findings) add_line(text, finding.name, show_finding(finding));
  return text;
}

}  // namespace earshot::verifier
