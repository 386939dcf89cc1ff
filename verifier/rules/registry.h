// Who takes part in the epoch: the onboardings in force (rule 1, for onboardings).
//
// | reason | inputs | threshold | source |
// | wrong_signer, bad_signature, not_in_header | as rules/form.h | exact | section 4 |
// | bad_key, bad_vrf_key | hotspot and VRF key | valid points | sections 3 and 4 |
// | bad_owner_signature | EIP-712 signature | recovers the owner | section 4 |
// | unknown_region, bad_position | region, position | known; within 10^7 m of the centre | section
// 4 | | bad_cell | S2 cell, position | level 15, holds it or is within 64 m (core/s2.h) | section 4
// | | registered_after_commitment | body_received | the record's committed_at | section 4 | |
// equivocation | onboardings of one (hotspot, sequence) | one: both are void | section 5 | |
// superseded | sequence | the highest of the hotspot is in force | section 4 | | vrf_key_taken |
// VRF key | the first to register keeps it: one key, one tag in a round | chosen |
#pragma once
#include <map>
#include <span>

#include "core/region.h"
#include "verifier/rules/form.h"

namespace earshot::verifier {

struct Registration {
  Hash256 id{};
  Onboarding onboarding;
  const Region* region = nullptr;  // Never null in a registry.
};

// In force, by hotspot.
using Registry = std::map<PublicKey, Registration>;

struct RegistryRulings {
  Registry registry;
  std::vector<Ruling> rulings;  // One for each of the record's onboardings, in order.
};

// `ids` are the onboardings' ids, in the record's order.
RegistryRulings judge_onboardings(const EpochRecord& record, std::span<const Hash256> ids,
                                  HeaderBook& headers);

}  // namespace earshot::verifier
