#include "rewards/chain/abi.h"

#include <gtest/gtest.h>

#include "rewards/chain/account.h"
#include "tests/unit/rewards/chain/evm_vectors.h"

namespace earshot::rewards::chain {
namespace {

Word word_ending(std::uint8_t byte) { return filled<32>(byte); }

TEST(Abi, SelectorIsWhatCastComputes) {
  EXPECT_EQ(prefixed_hex(abi_selector("claim(address,uint256,bytes32[])")),
            evm_vector("selector_claim"));
}

TEST(Abi, NestedDynamicArraysAreEncodedAsCastDoes) {
  const std::vector<Word> one_word = {word_ending(0x01)};
  const std::vector<AbiValue> accounts = {abi_address(*parse_address(kEvmVectorAccount)),
                                          abi_address(*parse_address(kEvmVectorOther))};
  const std::vector<AbiValue> amounts = {abi_uint(1), abi_uint(2)};
  const std::vector<AbiValue> proofs = {abi_words(one_word), abi_words({})};
  EXPECT_EQ(prefixed_hex(abi_call(
                "claimMany(address[],uint256[],bytes32[][])",
                std::vector<AbiValue>{abi_array(accounts), abi_array(amounts), abi_array(proofs)})),
            evm_vector("abi_claim_many"));
}

TEST(Abi, NegativeNumbersAreSignExtended) {
  EXPECT_EQ(to_hex(signed_word_of(-1)), std::string(64, 'f'));
  EXPECT_EQ(to_hex(signed_word_of(-256)), std::string(62, 'f') + "00");
  EXPECT_EQ(signed_word_of(25), word_of(Uint128{25}));
}

TEST(Abi, ResultsOfAnotherLengthAreRefused) {
  EXPECT_FALSE(abi_result_words(Bytes(31), 1));
  EXPECT_FALSE(abi_result_words(Bytes(33), 1));
  ASSERT_TRUE(abi_result_words(Bytes(64), 2));
}

TEST(Abi, WordsThatDoNotFitAreRefused) {
  Word word{};
  word[15] = 1;
  EXPECT_FALSE(uint128_of(word));
  EXPECT_FALSE(address_of(filled<32>(0x01)));
  const Uint128 largest = ~Uint128{0};
  EXPECT_EQ(*uint128_of(word_of(largest)), largest);
  EXPECT_FALSE(uint64_of(word_of(Uint128{1} << 64)));
  EXPECT_EQ(*uint64_of(word_of(~std::uint64_t{0})), ~std::uint64_t{0});
}

}  // namespace
}  // namespace earshot::rewards::chain
