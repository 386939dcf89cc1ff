#include "verifier/rules/slot.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kRule = "slot";

std::optional<VrfOutput> output_in(Round round, const BeaconReport& report,
                                   const Registration& hotspot, const SlotBook& book) {
  const std::optional<Entropy> entropy = book.entropy(round);
  if (!entropy) return std::nullopt;
  return vrf_verify(hotspot.onboarding.vrf_key, *entropy, report.proof);
}

// Refuses with the exact reason: when the proof is good for another slot of the hotspot, the beacon
// was kept and sent again.
BeaconRuling replay_or(std::string_view reason, std::vector<Finding> findings,
                       const BeaconReport& report, const Registration& hotspot, SlotBook& book) {
  for (const auto& [round, slot] : book.slots(hotspot)) {
    if (round == report.round) continue;
    const std::optional<VrfOutput> output = output_in(round, report, hotspot, book);
    if (!output) continue;
    return {refuse(kRule, "replayed_beacon",
                   {{"round", to_finding(report.round)}, {"proof_round", to_finding(round)}}),
            TagOfRound{round, beacon_secret(*output).tag}};
  }
  return {refuse(kRule, reason, std::move(findings)), tag_of_beacon(report, hotspot, book)};
}

Ruling judge_against_slot(const BeaconReport& report, const Registration& hotspot, const Slot& slot,
                          const BeaconSecret& secret) {
  const Onboarding& onboarding = hotspot.onboarding;
  if (report.frequency_hz != slot.frequency_hz) {
    return refuse(kRule, "wrong_frequency",
                  {{"frequency_hz", to_finding(report.frequency_hz)},
                   {"slot_frequency_hz", to_finding(slot.frequency_hz)}});
  }
  if (report.spreading_factor != slot.spreading_factor) {
    return refuse(kRule, "wrong_spreading_factor",
                  {{"spreading_factor", report.spreading_factor},
                   {"slot_spreading_factor", slot.spreading_factor}});
  }
  if (report.bandwidth_hz != kBeaconBandwidthHz) {
    return refuse(
        kRule, "wrong_bandwidth",
        {{"bandwidth_hz", report.bandwidth_hz}, {"slot_bandwidth_hz", kBeaconBandwidthHz}});
  }
  const std::int64_t power = std::int64_t{hotspot.region->max_eirp_cdbm} -
                             std::int64_t{onboarding.antenna_gain_ddbi} * 10 +
                             kPowerStepsCdb[secret.power_step];
  if (magnitude(report.power_cdbm - power) > kPowerToleranceCdb) {
    return refuse(kRule, "wrong_power",
                  {{"power_cdbm", report.power_cdbm},
                   {"slot_power_cdbm", power},
                   {"tolerance_cdb", kPowerToleranceCdb}});
  }
  const std::int64_t anchor =
      slot.start.count() + beacon_anchor_offset(slot.spreading_factor, kBeaconBandwidthHz).count();
  const Int128 error = static_cast<Int128>(report.transmit_ps) - anchor;
  std::vector<Finding> time = {{"transmit_ps", report.transmit_ps},
                               {"slot_anchor_ps", anchor},
                               {"tolerance_ps", kSlotTolerancePs}};
  if (magnitude(error) > kSlotTolerancePs) return refuse(kRule, "wrong_time", std::move(time));
  return accept(kRule, std::move(time));
}

}  // namespace

SlotBook::SlotBook(const EpochRecord& record, const rewards::Policy& policy)
    : rules_(policy.sortition),
      first_round_(rewards::first_round_of_epoch(policy, record.epoch)),
      end_round_(first_round_ + policy.epoch_rounds),
      first_known_(first_round_ / rules_.window_rounds * rules_.window_rounds) {
  for (Round round = first_known_; round < end_round_; ++round) {
    entropies_.push_back(entropy_of(record, round));
  }
}

std::optional<Entropy> SlotBook::entropy(Round round) const {
  if (round < first_known_ || round - first_known_ >= entropies_.size()) return std::nullopt;
  return entropies_[round - first_known_];
}

std::optional<std::pair<Round, Slot>> SlotBook::slot(const Registration& hotspot, Round round) {
  const Round window = round / rules_.window_rounds;
  const auto [entry, is_new] =
      slots_.try_emplace({hotspot.onboarding.hotspot, window}, std::nullopt);
  if (is_new) {
    entry->second = slot_in_window(
        round, [this](Round each) { return entropy(each); }, hotspot.onboarding.hotspot,
        *hotspot.region, rules_);
  }
  return entry->second;
}

std::vector<std::pair<Round, Slot>> SlotBook::slots(const Registration& hotspot) {
  std::vector<std::pair<Round, Slot>> all;
  for (Round round = first_known_; round < end_round_; round += rules_.window_rounds) {
    const std::optional<std::pair<Round, Slot>> found = slot(hotspot, round);
    if (found && found->first >= first_round_ && found->first < end_round_) all.push_back(*found);
  }
  return all;
}

std::optional<TagOfRound> tag_of_beacon(const BeaconReport& report, const Registration& hotspot,
                                        const SlotBook& book) {
  const std::optional<VrfOutput> output = output_in(report.round, report, hotspot, book);
  if (!output) return std::nullopt;
  return TagOfRound{report.round, beacon_secret(*output).tag};
}

BeaconRuling judge_beacon_slot(const BeaconReport& report, const Registration& hotspot,
                               SlotBook& book) {
  if (!hotspot.onboarding.transmits) return {refuse(kRule, "not_a_transmitter"), std::nullopt};
  std::vector<Finding> findings = {{"round", to_finding(report.round)}};
  if (!book.entropy(report.round)) {
    return replay_or("skipped_round", std::move(findings), report, hotspot, book);
  }
  const std::optional<std::pair<Round, Slot>> slot = book.slot(hotspot, report.round);
  if (!slot || slot->first != report.round) {
    if (slot) findings.push_back({"slot_round", to_finding(slot->first)});
    return replay_or("not_its_slot", std::move(findings), report, hotspot, book);
  }
  const std::optional<VrfOutput> output = output_in(report.round, report, hotspot, book);
  if (!output) return replay_or("bad_vrf_proof", std::move(findings), report, hotspot, book);
  const BeaconSecret secret = beacon_secret(*output);
  return {judge_against_slot(report, hotspot, slot->second, secret),
          TagOfRound{report.round, secret.tag}};
}

Ruling judge_notice_slot(const SilenceNotice& notice, const Registration& hotspot, SlotBook& book) {
  if (!hotspot.onboarding.transmits) return refuse(kRule, "not_a_transmitter");
  if (!book.entropy(notice.round)) {
    return refuse(kRule, "skipped_round", {{"round", to_finding(notice.round)}});
  }
  std::vector<Finding> findings = {{"round", to_finding(notice.round)}};
  const std::optional<std::pair<Round, Slot>> slot = book.slot(hotspot, notice.round);
  if (slot) findings.push_back({"slot_round", to_finding(slot->first)});
  if (!slot || slot->first != notice.round) {
    return refuse(kRule, "not_its_slot", std::move(findings));
  }
  return accept(kRule, std::move(findings));
}

TagRuling judge_tag(const WitnessReport& report, const TagBook& tags) {
  const auto [begin, end] = tags.equal_range(report.tag);
  if (begin == end) return {refuse(kRule, "unknown_tag"), std::nullopt};
  bool same_round = false;
  for (auto beacon = begin; beacon != end; ++beacon) {
    if (beacon->second.round != report.round) continue;
    same_round = true;
    if (beacon->second.accepted) return {accept(kRule), beacon->second.message};
  }
  if (same_round) return {refuse(kRule, "beacon_rejected"), std::nullopt};
  return {
      refuse(kRule, "replayed_tag",
             {{"round", to_finding(report.round)}, {"tag_round", to_finding(begin->second.round)}}),
      std::nullopt};
}

}  // namespace earshot::verifier
