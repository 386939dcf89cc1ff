#include "verifier/judge_helium.h"

#include <algorithm>
#include <map>

#include "core/position.h"
#include "core/sortition.h"
#include "verifier/rules/helium/poc.h"
#include "verifier/rules/slot.h"

namespace earshot::verifier {
namespace {

constexpr std::int64_t kPicosPerNano = 1000;
constexpr std::uint64_t kMinCells = 8;  // Given: poc_cell_distance_minimum.

class HeliumDesk {
 public:
  HeliumDesk(const EpochRecord& record, const rewards::Policy& policy, JudgedMessages& judged)
      : record_(record), policy_(policy), judged_(judged), slots_(record, policy) {
    rules_.numbers = policy.helium;
    rules_.interval =
        std::int64_t{policy.sortition.window_rounds} * kRoundSeconds * kNanosPerSecond;
    rules_.min_cells = kMinCells;
    rules_.max_distance_km = policy.max_distance_mm / 1'000'000;
    for (const auto& [key, registration] : judged.registry.registry) {
      const Onboarding& onboarding = registration.onboarding;
      gateways_[key] = {.asserted = true,
                        .full = onboarding.transmits,
                        .region = static_cast<std::int64_t>(onboarding.region),
                        .gain_ddbi = onboarding.antenna_gain_ddbi};
    }
    for (const HotspotTimes& times : record.history.hotspots) {
      book_[times.hotspot] = {times.beacon, times.witnessed, times.reciprocal_beacon};
    }
  }

  void judge() {
    judge_notices();
    read_beacons();
    sort_witnesses();
    for (const auto& [order, beacon] : in_order_) judge_poc(beacon);
    // What is older than every window that asks for it is forgotten.
    const std::int64_t hours =
        std::max(policy_.helium.reciprocity_hours, policy_.helium.interactivity_hours);
    const UnixNanos since =
        round_opening(slots_.end_round()) - hours * 3600 * kNanosPerSecond - rules_.interval;
    for (const auto& [key, times] : book_) {
      if (std::max({times.beacon, times.witnessed, times.reciprocal_beacon}) <= since) continue;
      judged_.times.push_back({key, times.beacon, times.witnessed, times.reciprocal_beacon});
    }
  }

 private:
  const Message& message(std::size_t i) const { return record_.messages[i].message; }
  const Registration& signer(std::size_t i) const {
    return judged_.registry.registry.at(signer_of(message(i)));
  }

  void judge_notices() {
    for (std::size_t i = 0; i < judged_.messages.size(); ++i) {
      const auto* notice = std::get_if<SilenceNotice>(&message(i));
      if (notice == nullptr || !judged_.messages[i].ruling.accepted()) continue;
      judged_.messages[i].ruling = judge_notice_slot(*notice, signer(i), slots_);
    }
  }

  // A beacon that rule 1 refuses is none for Helium, but who heard it is told so.
  void read_beacons() {
    for (std::size_t i = 0; i < judged_.messages.size(); ++i) {
      const auto* report = std::get_if<BeaconReport>(&message(i));
      if (report == nullptr || !gateways_.contains(report->hotspot)) continue;
      const std::optional<TagOfRound> tag = tag_of_beacon(*report, signer(i), slots_);
      const bool accepted = judged_.messages[i].ruling.accepted();
      if (tag) tags_.emplace(tag->second, TaggedBeacon{tag->first, accepted, i});
      if (!accepted) continue;
      in_order_.emplace(
          std::pair{instant(report->round, report->transmit_ps), judged_.messages[i].id}, i);
    }
  }

  void sort_witnesses() {
    for (std::size_t i = 0; i < judged_.messages.size(); ++i) {
      const auto* report = std::get_if<WitnessReport>(&message(i));
      if (report == nullptr || !judged_.messages[i].ruling.accepted()) continue;
      TagRuling tag = judge_tag(*report, tags_);
      judged_.messages[i].ruling = std::move(tag.ruling);
      if (tag.beacon) heard_[*tag.beacon].push_back(i);
    }
  }

  // What stands for the time at which Helium's ingest server has a report: that of the radio.
  static UnixNanos instant(Round round, std::int64_t picos) {
    return round_opening(round) + picos / kPicosPerNano;
  }

  helium::Beacon beacon_of(std::size_t i) {
    const auto& report = std::get<BeaconReport>(message(i));
    helium::Beacon beacon;
    beacon.key = report.hotspot;
    beacon.gateway = &gateways_.at(report.hotspot);
    beacon.received = instant(report.round, report.transmit_ps);
    beacon.entropy_start = round_opening(report.round);
    const std::optional<TagOfRound> tag = tag_of_beacon(report, signer(i), slots_);
    if (tag) beacon.sent.payload.assign(tag->second.begin(), tag->second.end());
    beacon.sent.frequency_hz = report.frequency_hz;
    beacon.sent.spreading_factor = report.spreading_factor;
    beacon.sent.bandwidth_hz = report.bandwidth_hz;
    beacon.power_cdbm = report.power_cdbm;
    const std::optional<std::pair<Round, Slot>> slot = slots_.slot(signer(i), report.round);
    if (tag && slot && slot->first == report.round) {
      beacon.expected = {beacon.sent.payload, slot->second.frequency_hz,
                         slot->second.spreading_factor, kBeaconBandwidthHz};
    }
    return beacon;
  }

  helium::Witness witness_of(std::size_t i, const Onboarding& beaconer) const {
    const auto& report = std::get<WitnessReport>(message(i));
    helium::Witness witness;
    witness.key = report.hotspot;
    witness.gateway = &gateways_.at(report.hotspot);
    witness.received = instant(report.round, report.receive_ps);
    witness.payload.assign(report.tag.begin(), report.tag.end());
    witness.frequency_hz = report.frequency_hz;
    witness.signal_cdbm = report.rssi_cdbm;
    const std::uint64_t apart = distance_mm(beaconer.position, signer(i).onboarding.position);
    witness.between.distance_m = (apart + 500) / 1000;
    // The policy's least distance stands for eight cells of H3's resolution 11.
    const std::uint64_t cell_mm = std::max<std::uint64_t>(1, policy_.min_distance_mm / kMinCells);
    witness.between.cells = apart / cell_mm;
    return witness;
  }

  void judge_poc(std::size_t i) {
    const helium::Beacon beacon = beacon_of(i);
    const std::vector<std::size_t>& heard = heard_[i];
    std::vector<helium::Witness> witnesses;
    for (const std::size_t w : heard) {
      witnesses.push_back(witness_of(w, signer(i).onboarding));
    }
    helium::PocRuling poc = helium::judge_poc(beacon, witnesses, rules_, book_);
    judged_.messages[i].ruling = std::move(poc.beacon);
    for (std::size_t w = 0; w < heard.size(); ++w) {
      JudgedMessage& judged = judged_.messages[heard[w]];
      judged.ruling = std::move(poc.witnesses[w]);
      if (judged_.messages[i].ruling.accepted()) judged.beacon = i;
    }
  }

  const EpochRecord& record_;
  const rewards::Policy& policy_;
  JudgedMessages& judged_;
  SlotBook slots_;
  helium::Rules rules_;
  std::map<PublicKey, helium::Gateway> gateways_;
  helium::Book book_;
  TagBook tags_;
  std::map<std::pair<UnixNanos, Hash256>, std::size_t> in_order_;
  std::map<std::size_t, std::vector<std::size_t>> heard_;  // By beacon.
};

}  // namespace

void judge_by_helium(const EpochRecord& record, const rewards::Policy& policy,
                     JudgedMessages& judged) {
  HeliumDesk(record, policy, judged).judge();
}

}  // namespace earshot::verifier
