#include "rewards/chain/transaction.h"

#include <gtest/gtest.h>

#include "rewards/chain/contract.h"
#include "tests/unit/rewards/chain/evm_vectors.h"

namespace earshot::rewards::chain {
namespace {

Transaction vector_transaction() {
  Transaction transaction;
  transaction.chain_id = 31337;
  transaction.priority_fee = 1'000'000'000;
  transaction.max_fee = 3'000'000'000;
  transaction.gas = 3'000'000;
  return transaction;
}

TEST(Transaction, CallIsSignedAsCastSignsIt) {
  Transaction transaction = vector_transaction();
  transaction.nonce = 7;
  transaction.to = *parse_address(kEvmVectorAccount);
  transaction.data = encode_claim({{*transaction.to, amount_from(5)}, {filled<32>(0x01)}});
  const SignedTransaction made = sign_transaction(*account_key(evm_vector_secret()), transaction);
  EXPECT_EQ(prefixed_hex(made.raw), evm_vector("transaction_call"));
  EXPECT_EQ(made.hash, keccak256(made.raw));
}

TEST(Transaction, CreationIsSignedAsCastSignsIt) {
  Transaction transaction = vector_transaction();
  transaction.data = *from_hex("600160015500");
  EXPECT_EQ(prefixed_hex(sign_transaction(*account_key(evm_vector_secret()), transaction).raw),
            evm_vector("transaction_create"));
}

}  // namespace
}  // namespace earshot::rewards::chain
