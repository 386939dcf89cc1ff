// From rulings to what is paid, and back: which beacons and reports count, and what each of them
// came to, as findings of its verdict.
#pragma once
#include <map>
#include <span>

#include "rewards/epoch_rewards.h"
#include "verifier/judge_messages.h"

namespace earshot::verifier {

// What pays: accepted beacons of hotspots whose place is proven, with those of their accepted
// witnesses whose place is (or that listen). A beacon from nowhere is no coverage, so that
// witnessing one's own unproven transmitters earns nothing.
struct Credits {
  std::vector<rewards::BeaconCredit> beacons;
  std::map<std::size_t, std::size_t> index;  // By the beacon's message: its place in `beacons`.
};
Credits credits_of(const EpochRecord& record, const JudgedMessages& judged,
                   std::span<const rewards::Standing> standings);

// Adds to each accepted beacon and witness report either why it counts for nothing
// (`unpaid_beaconer_unproven`, `unpaid_witness_unproven`, both 1) or what it counts:
// `paid_witnesses`, `units_e4`, and `scale_e4` of the beacon's place.
void add_payments(const EpochRecord& record, const Credits& credits,
                  std::span<const rewards::HotspotReward> rewards, JudgedMessages& judged);

// Links that each of several verifiers gave in time; none when one is alone.
std::vector<rewards::VerifierWork> verifier_work(const EpochRecord& record);

}  // namespace earshot::verifier
