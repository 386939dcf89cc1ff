// Fee-market transactions (EIP-1559, type 2): built, signed, serialised. Pure functions, any
// thread.
#pragma once
#include <optional>

#include "core/bytes.h"
#include "core/fixed.h"
#include "core/hash.h"
#include "rewards/chain/account.h"

namespace earshot::rewards::chain {

struct Transaction {
  NetworkId chain_id = 0;
  std::uint64_t nonce = 0;
  Uint128 priority_fee = 0;  // Per gas, in wei: what the block's maker gets.
  Uint128 max_fee = 0;       // Per gas, in wei: base fee and priority fee together.
  std::uint64_t gas = 0;
  std::optional<EvmAddress> to;  // Nothing: creates a contract from `data`.
  Bytes data;
  bool operator==(const Transaction&) const = default;
};

struct SignedTransaction {
  Bytes raw;  // As eth_sendRawTransaction takes it.
  Hash256 hash{};
};
SignedTransaction sign_transaction(const AccountKey& key, const Transaction& transaction);

struct ReadTransaction {
  Transaction transaction;
  EvmAddress from{};  // Who signed it.
};
// Reads what sign_transaction writes, and nothing else: no other type, no value, no access list, no
// signature that a node would not take. Errc::bad_data.
Result<ReadTransaction> read_transaction(ByteView raw);

}  // namespace earshot::rewards::chain
