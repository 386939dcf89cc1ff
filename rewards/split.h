// Dividing a pool by weights in integers: largest remainder.
//
//     sum of the parts == pool, whenever any weight is positive
//
// Each share gets floor(pool * weight / total); what is left goes, one each, to the largest
// remainders, ties to the smaller key. So a part differs from the exact share by less than one, no
// share without weight gets anything, more weight never gets less, and the order of the input does
// not matter.
#pragma once
#include <span>
#include <vector>

#include "core/fixed.h"
#include "core/identity.h"

namespace earshot::rewards {

struct Share {
  PublicKey key{};
  std::uint64_t weight = 0;
};

// Parts in the order of `shares`, whose keys differ; zeros when no weight is positive.
// Errc::bad_data when the weights' sum leaves 64 bits.
Result<std::vector<Uint128>> split_pool(Uint128 pool, std::span<const Share> shares);

}  // namespace earshot::rewards
