// Puts an epoch's record together from the stores, in canonical order.
#pragma once
#include "rewards/policy.h"
#include "verifier/record.h"
#include "verifier/registry_store.h"
#include "verifier/store.h"

namespace earshot::verifier {

// With the audits answered so far. Every epoch before has to be sealed (or not be judged here).
//
// Genesis: in the first epoch judged nobody could have onboarded before its commitment, so its
// record says committed_at = the opening; onboardings received until then are in force.
Result<EpochRecord> assemble_record(NetworkId network, const rewards::Policy& policy,
                                    std::uint64_t epoch, const MessageStore& store,
                                    const RegistryStore& registry);

// Ties the record to the epoch sealed last; nothing is set for the first one judged.
Result<void> add_previous(EpochRecord& record, const RegistryStore& registry);

}  // namespace earshot::verifier
