#include "verifier/rules/pairwise.h"

#include <algorithm>

#include "core/fixed.h"
#include "core/position.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kRule = "pairwise";
constexpr std::uint32_t kReferenceBandwidthHz = 125'000;  // Of the policy's noise floors.

// Findings pile up along the checks: an accepted report shows all of them.
using Findings = std::vector<Finding>;
using Refusal = std::optional<std::string_view>;

std::int64_t gain_cdbi(const Onboarding& hotspot, const rewards::Policy& policy) {
  return std::min<std::int64_t>(std::int64_t{hotspot.antenna_gain_ddbi} * 10,
                                policy.max_antenna_gain_cdbi);
}

Refusal check_parties(const Sender& sender, const Receiver& receiver) {
  if (sender.hotspot.hotspot == receiver.hotspot.hotspot) return "own_beacon";
  if (sender.hotspot.owner == receiver.hotspot.owner) return "same_owner";
  if (sender.hotspot.region != receiver.hotspot.region) return "region_mismatch";
  return std::nullopt;
}

Refusal check_channel(const BeaconReport& sent, const WitnessReport& heard, Findings& findings) {
  if (sent.frequency_hz != heard.frequency_hz) {
    findings.push_back({"frequency_hz", to_finding(heard.frequency_hz)});
    findings.push_back({"beacon_frequency_hz", to_finding(sent.frequency_hz)});
    return "frequency_mismatch";
  }
  if (sent.spreading_factor != heard.spreading_factor) {
    findings.push_back({"spreading_factor", heard.spreading_factor});
    findings.push_back({"beacon_spreading_factor", sent.spreading_factor});
    return "spreading_factor_mismatch";
  }
  if (sent.bandwidth_hz != heard.bandwidth_hz) {
    findings.push_back({"bandwidth_hz", heard.bandwidth_hz});
    findings.push_back({"beacon_bandwidth_hz", sent.bandwidth_hz});
    return "bandwidth_mismatch";
  }
  return std::nullopt;
}

Refusal check_distance(std::uint64_t distance, const rewards::Policy& policy, Findings& findings) {
  findings.push_back({"distance_mm", to_finding(distance)});
  if (distance < policy.min_distance_mm || distance == 0) {
    findings.push_back({"min_distance_mm", to_finding(policy.min_distance_mm)});
    return "too_close";
  }
  if (distance > policy.max_distance_mm) {
    findings.push_back({"max_distance_mm", to_finding(policy.max_distance_mm)});
    return "too_far";
  }
  return std::nullopt;
}

Refusal check_power(const Sender& sender, const Receiver& receiver, std::uint64_t distance,
                    const rewards::Policy& policy, Findings& findings, bool& odd) {
  const std::int64_t bound =
      std::int64_t{sender.report.power_cdbm} + gain_cdbi(sender.hotspot, policy) +
      gain_cdbi(receiver.hotspot, policy) -
      free_space_loss_cdb(distance, sender.report.frequency_hz) + policy.free_space_margin_cdb;
  findings.push_back({"rssi_cdbm", receiver.report.rssi_cdbm});
  findings.push_back({"free_space_bound_cdbm", bound});
  if (receiver.report.rssi_cdbm > bound) return "rssi_above_free_space";
  odd |= receiver.report.rssi_cdbm > bound - kOddMarginCdb;
  return std::nullopt;
}

// Noise power in the signal's bandwidth, at the antenna port: kTB and the noise figure at least,
// what a receiver can still work under at most.
Refusal check_noise(const WitnessReport& heard, const rewards::Policy& policy, Findings& findings) {
  const std::int64_t wider =
      heard.bandwidth_hz >= kReferenceBandwidthHz
          ? centibels_of(heard.bandwidth_hz) - centibels_of(kReferenceBandwidthHz)
          : 0;
  const std::int64_t floor = std::int64_t{heard.rssi_cdbm} - heard.snr_cdb;
  const std::int64_t least = policy.min_noise_floor_cdbm + wider;
  const std::int64_t most = policy.max_noise_floor_cdbm + wider;
  findings.push_back({"noise_floor_cdbm", floor});
  findings.push_back({"min_noise_floor_cdbm", least});
  findings.push_back({"max_noise_floor_cdbm", most});
  if (floor < least || floor > most) return "noise_floor";
  return std::nullopt;
}

Refusal check_timing(const Sender& sender, const Receiver& receiver, std::uint64_t distance,
                     const rewards::Policy& policy, Findings& findings, PairRuling& out) {
  const Int128 flight = Int128{receiver.report.receive_ps} - sender.report.transmit_ps;
  const Int128 light = light_picoseconds(distance);
  const Int128 allowed = Int128{sender.report.transmit_error_ps} +
                         receiver.report.receive_error_ps + policy.timing_slack_ps;
  const Int128 residual = flight - light;
  out.timed = sender.hotspot.clock == ClockClass::gnss &&
              receiver.hotspot.clock == ClockClass::gnss &&
              sender.report.transmit_error_ps <= policy.timing_bound_ps &&
              receiver.report.receive_error_ps <= policy.timing_bound_ps;
  findings.push_back({"flight_ps", to_finding(flight)});
  findings.push_back({"light_ps", to_finding(light)});
  findings.push_back({"allowed_error_ps", to_finding(allowed)});
  findings.push_back({"timing", out.timed ? 1 : 0});
  if (magnitude(residual) > allowed) return "timing_mismatch";
  out.odd |= out.timed && magnitude(residual) * 100 > allowed * kOddTimingPercent;
  return std::nullopt;
}

}  // namespace

PairRuling judge_pair(const Sender& sender, const Receiver& receiver,
                      const rewards::Policy& policy) {
  PairRuling out;
  Findings findings;
  Refusal refusal = check_parties(sender, receiver);
  if (!refusal) refusal = check_channel(sender.report, receiver.report, findings);
  const std::uint64_t distance = distance_mm(sender.hotspot.position, receiver.hotspot.position);
  if (!refusal) refusal = check_distance(distance, policy, findings);
  if (!refusal) refusal = check_power(sender, receiver, distance, policy, findings, out.odd);
  if (!refusal) refusal = check_noise(receiver.report, policy, findings);
  if (!refusal) refusal = check_timing(sender, receiver, distance, policy, findings, out);
  out.ruling =
      refusal ? refuse(kRule, *refusal, std::move(findings)) : accept(kRule, std::move(findings));
  out.odd = out.odd && !refusal;
  return out;
}

}  // namespace earshot::verifier
