#include "core/owner_signature.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards {

Hash256 keccak256(ByteView bytes) { return earshot::keccak256(bytes); }

}  // namespace earshot::rewards
