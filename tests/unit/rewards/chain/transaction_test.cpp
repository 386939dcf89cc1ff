#include "rewards/chain/transaction.h"

#include <gtest/gtest.h>

#include "rewards/chain/contract.h"
#include "rewards/chain/rlp.h"
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

TEST(Transaction, OfCastIsReadBackWithItsSender) {
  const EvmAddress sender = account_key(evm_vector_secret())->address;
  for (const char* name : {"transaction_call", "transaction_create"}) {
    const Bytes raw = *from_hex(evm_vector(name));
    const Result<ReadTransaction> read = read_transaction(raw);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->from, sender);
    EXPECT_EQ(sign_transaction(*account_key(evm_vector_secret()), read->transaction).raw, raw);
  }
}

TEST(Transaction, ThatIsNotOurKindIsNotRead) {
  const auto why = [](Bytes raw) {
    const Result<ReadTransaction> read = read_transaction(raw);
    return read ? std::string("read") : read.error().detail;
  };
  Bytes raw = *from_hex(evm_vector("transaction_call"));
  EXPECT_EQ(why({}), "transaction: expected one of type 2 (EIP-1559)");
  raw.back() ^= 1;
  EXPECT_NE(read_transaction(raw) ? read_transaction(raw)->from : EvmAddress{},
            account_key(evm_vector_secret())->address);
  raw.front() = 1;
  EXPECT_EQ(why(raw), "transaction: expected one of type 2 (EIP-1559)");
  const auto of = [](std::vector<Bytes> fields) {
    const Bytes list = rlp_list(fields);
    Bytes out = {2};
    out.insert(out.end(), list.begin(), list.end());
    return out;
  };
  const Bytes one = rlp_integer(Uint128{1});
  const Bytes none = rlp_bytes({});
  std::vector<Bytes> fields(12, one);
  EXPECT_EQ(why(of({one})), "transaction: found 1 fields, expected 12");
  EXPECT_EQ(why(of(fields)), "transaction: found a receiver of 1 bytes, expected 20");
  fields[5] = none;
  EXPECT_EQ(why(of(fields)), "transaction: found a value, expected none");
  fields[6] = none;
  EXPECT_EQ(why(of(fields)), "transaction: found an access list, expected none");
  fields[8] = rlp_list({});
  fields[9] = rlp_integer(Uint128{2});
  EXPECT_EQ(why(of(fields)), "transaction: found a parity that is neither 0 nor 1");
  fields[9] = one;
  fields[10] = rlp_bytes(Bytes(33, 1));
  EXPECT_EQ(why(of(fields)), "transaction: found a signature that is no pair of numbers");
  fields[10] = none;
  EXPECT_EQ(why(of(fields)), "transaction: its signature is nobody's");
  fields[1] = rlp_integer(Uint128{1} << 64);
  EXPECT_EQ(why(of(fields)), "transaction: found a number above 64 bits");
}

}  // namespace
}  // namespace earshot::rewards::chain
