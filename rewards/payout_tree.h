// The payout tree: bit-identical with OpenZeppelin's StandardMerkleTree over (address, uint256).
//
// leaf = keccak256(keccak256(abi.encode(account, amount))); leaves sorted by hash, leaf k of the
// sorted list at index 2n - 2 - k, node i = keccak256(min(left, right) || max(left, right)); root
// at 0 (@openzeppelin/merkle-tree 1.0).
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/fixed.h"
#include "core/messages.h"

namespace earshot::rewards {

Hash256 keccak256(ByteView bytes);

using Amount256 = ByteArray<32>;  // Big-endian uint256.
// Decimal digits without sign, leading zeros or spaces, below 2^256. Errc::bad_data otherwise.
Result<Amount256> amount_from_decimal(std::string_view text);
std::string amount_to_decimal(const Amount256& amount);
Amount256 amount_from(Uint128 amount);

struct PayoutLeaf {
  EvmAddress account{};
  Amount256 cumulative{};
  bool operator==(const PayoutLeaf&) const = default;
};
Hash256 leaf_hash(const PayoutLeaf& leaf);

class PayoutTree {
 public:
  // Leaves in any order, repeats allowed (as the peer allows them). Errc::bad_data for none.
  static Result<PayoutTree> build(std::span<const PayoutLeaf> leaves);
  const Hash256& root() const { return nodes_.front(); }
  // Siblings from the leaf up, for leaf `index` of the input. Precondition: index < leaf count.
  std::vector<Hash256> proof(std::size_t index) const;
  const std::vector<Hash256>& nodes() const { return nodes_; }  // 2n - 1

 private:
  std::vector<Hash256> nodes_;
  std::vector<std::size_t> position_;  // Of each input leaf in nodes_.
};
bool verify_payout(const PayoutLeaf& leaf, std::span<const Hash256> proof, const Hash256& root);

}  // namespace earshot::rewards
