#include "rewards/chain/transaction.h"

#include <vector>

#include "rewards/chain/rlp.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards::chain {
namespace {

constexpr std::uint8_t kFeeMarketType = 0x02;  // Given: EIP-1559.

Bytes typed_list(std::span<const Bytes> fields) {
  const Bytes list = rlp_list(fields);
  Writer out;
  out.put(kFeeMarketType);
  out.put(list);
  return std::move(out).take();
}

}  // namespace

SignedTransaction sign_transaction(const AccountKey& key, const Transaction& transaction) {
  std::vector<Bytes> fields = {
      rlp_integer(transaction.chain_id),
      rlp_integer(transaction.nonce),
      rlp_integer(transaction.priority_fee),
      rlp_integer(transaction.max_fee),
      rlp_integer(transaction.gas),
      rlp_bytes(transaction.to ? ByteView(*transaction.to) : ByteView()),
      rlp_integer(Uint128{0}),  // Value: nothing here pays ether.
      rlp_bytes(transaction.data),
      rlp_list({}),  // Access list.
  };
  const EvmSignature signature = sign_digest(key, keccak256(typed_list(fields)));
  const ByteView parts(signature);
  fields.push_back(rlp_integer(Uint128{signature.back()} - 27));  // Parity, 0 or 1.
  fields.push_back(rlp_integer(parts.first(32)));
  fields.push_back(rlp_integer(parts.subspan(32, 32)));
  SignedTransaction out{typed_list(fields), {}};
  out.hash = keccak256(out.raw);
  return out;
}

}  // namespace earshot::rewards::chain
