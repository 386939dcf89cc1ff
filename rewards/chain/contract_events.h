// What the rewards contract logged, read from a node's events. Pure functions, any thread.
#pragma once
#include <span>
#include <vector>

#include "rewards/chain/node.h"
#include "rewards/epoch_rewards.h"

namespace earshot::rewards::chain {

// The first topic of the events that are read here.
Hash256 deposited_event();
Hash256 withdrawn_event();
Hash256 signers_changed_event();

// What everybody who ever deposited has left, ascending. Errc::bad_data for events that are none of
// these, and for withdrawals without deposits.
Result<std::vector<AccountTotal>> deposits_of(std::span<const Event> deposited,
                                              std::span<const Event> withdrawn);

struct SignerSets {
  std::uint64_t threshold = 0;      // The lower of the two.
  std::vector<EvmAddress> signers;  // Of both, ascending.
};
// Of the last two changes. Errc::bad_data for events that are none.
Result<SignerSets> signer_sets_of(std::span<const Event> signers_changed);

}  // namespace earshot::rewards::chain
