#include "rewards/split.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace earshot::rewards {
namespace {

Result<std::uint64_t> total_of(std::span<const Share> shares) {
  std::uint64_t total = 0;
  for (const Share& share : shares) {
    if (share.weight > std::numeric_limits<std::uint64_t>::max() - total) {
      return fail(Errc::bad_data, "the sum of weights leaves 64 bits at " + to_hex(share.key));
    }
    total += share.weight;
  }
  return total;
}

}  // namespace

Result<std::vector<Uint128>> split_pool(Uint128 pool, std::span<const Share> shares) {
  const Result<std::uint64_t> total = total_of(shares);
  if (!total) return fail(total.error());
  std::vector<Uint128> parts(shares.size());
  if (*total == 0) return parts;

  // pool * weight may need 192 bits, so the pool is divided first:
  // pool = q * total + r gives pool * weight / total = q * weight + r * weight / total.
  const Uint128 whole = pool / *total;
  const Uint128 rest = pool % *total;
  std::vector<std::uint64_t> remainders(shares.size());
  Uint128 left = pool;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const Uint128 product = rest * shares[i].weight;
    parts[i] = whole * shares[i].weight + product / *total;
    remainders[i] = static_cast<std::uint64_t>(product % *total);
    left -= parts[i];
  }
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (remainders[a] != remainders[b]) return remainders[a] > remainders[b];
    return shares[a].key < shares[b].key;
  });
  for (std::size_t i = 0; left > 0; ++i, --left) parts[order[i]] += 1;
  return parts;
}

}  // namespace earshot::rewards
