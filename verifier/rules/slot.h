// Rule 2, slot and tag: did the beacon speak where and when everybody could compute that it had to,
// with the tag and level that only its key could know?
//
// | reason | inputs | threshold | source |
// | not_a_transmitter | onboarding.transmits | true | section 3 |
// | skipped_round | the round's entropy | there | section 3: never substituted |
// | not_its_slot | sortition | the one round of the window | section 3 |
// | bad_vrf_proof | proof, VRF key, R_r | verifies | section 3 |
// | replayed_beacon | proof | verifies for another slot of the hotspot in this epoch | section 3 |
// | wrong_frequency, wrong_spreading_factor, wrong_bandwidth | report | equal to the slot | section
// 3 | | wrong_power | power_cdbm | max EIRP - gain + secret step, within kPowerToleranceCdb |
// section 3 | | wrong_time | transmit_ps | the slot's anchor, within kSlotTolerancePs | section 3 |
// | unknown_tag | a witness report's tag | of a beacon report of the round | section 5 |
// | replayed_tag | the tag | it was a beacon's of another round | section 5 |
// | beacon_rejected | the beacon of the tag | accepted | section 5 |
#pragma once
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/sortition.h"
#include "rewards/policy.h"
#include "verifier/rules/registry.h"

namespace earshot::verifier {

// Chosen: a transmitter without GNSS keeps its clock within this of the network's time; the radio
// path of one that has GNSS is microseconds off.
inline constexpr std::int64_t kSlotTolerancePs = 100'000'000'000;  // 100 ms
// Chosen: the gain step of common transmitters.
inline constexpr std::int32_t kPowerToleranceCdb = 100;

// The epoch's rounds, their entropy, and every hotspot's slots, computed once each.
class SlotBook {
 public:
  // Both must outlive the book. Preconditions: epoch_rounds and window_rounds are positive, the
  // epoch's rounds are below 10^8.
  SlotBook(const EpochRecord& record, const rewards::Policy& policy);

  Round first_round() const { return first_round_; }
  Round end_round() const { return end_round_; }  // One past the last.
  std::optional<Entropy> entropy(Round round) const;
  // In the window that `round` is in; nothing when all its rounds were skipped.
  std::optional<std::pair<Round, Slot>> slot(const Registration& hotspot, Round round);
  // All its slots in this epoch's rounds, ascending.
  std::vector<std::pair<Round, Slot>> slots(const Registration& hotspot);

 private:
  const SortitionRules& rules_;
  Round first_round_;
  Round end_round_;
  Round first_known_;  // Of the first window that touches the epoch.
  std::vector<std::optional<Entropy>> entropies_;
  std::map<std::pair<PublicKey, Round>, std::optional<std::pair<Round, Slot>>> slots_;
};

// A tag and the round that its proof verifies for.
using TagOfRound = std::pair<Round, Tag>;

struct BeaconRuling {
  Ruling ruling;
  std::optional<TagOfRound> tag;  // Of another round than the report's when it is a replay.
};
BeaconRuling judge_beacon_slot(const BeaconReport& report, const Registration& hotspot,
                               SlotBook& book);

// The tag of a beacon that an earlier rule refused: its witnesses get told so.
std::optional<TagOfRound> tag_of_beacon(const BeaconReport& report, const Registration& hotspot,
                                        const SlotBook& book);

// A notice may only say that a slot was left unused.
Ruling judge_notice_slot(const SilenceNotice& notice, const Registration& hotspot, SlotBook& book);

// What is known of a tag: the round whose beacon it is, and how that beacon was judged.
struct TaggedBeacon {
  Round round = 0;
  bool accepted = false;
  std::size_t message = 0;  // Index in the record.
};
// In the order of rounds when a tag came up in several (only a VRF collision does that).
using TagBook = std::multimap<Tag, TaggedBeacon>;

struct TagRuling {
  Ruling ruling;
  std::optional<std::size_t> beacon;  // When accepted: the beacon's message.
};
TagRuling judge_tag(const WitnessReport& report, const TagBook& tags);

}  // namespace earshot::verifier
