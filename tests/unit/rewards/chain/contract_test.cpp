#include "rewards/chain/contract.h"

#include <gtest/gtest.h>

#include "rewards/chain/contract_artifact.h"
#include "tests/unit/rewards/chain/evm_vectors.h"

namespace earshot::rewards::chain {
namespace {

EvmAddress account() { return *parse_address(kEvmVectorAccount); }
EvmAddress other() { return *parse_address(kEvmVectorOther); }

DeployTerms terms() {
  DeployTerms terms;
  terms.signers = {other(), account()};
  terms.guardian = account();
  terms.first_epoch = 20779;
  terms.halving_epochs = 730;
  terms.emission_per_epoch = Uint128{20'000} * 1'000'000'000'000'000'000ULL;
  return terms;
}

TEST(ContractCalls, ClaimIsEncodedAsCastDoes) {
  const Claim claim{{account(), amount_from(1'000'000'000'000'000'000ULL)},
                    {filled<32>(0x01), filled<32>(0x02)}};
  EXPECT_EQ(prefixed_hex(encode_claim(claim)), evm_vector("abi_claim"));
}

TEST(ContractCalls, ManyClaimsAreEncodedAsCastDoes) {
  const std::vector<Claim> claims = {{{account(), amount_from(1)}, {filled<32>(0x01)}},
                                     {{other(), amount_from(2)}, {}}};
  EXPECT_EQ(prefixed_hex(encode_claim_many(claims)), evm_vector("abi_claim_many"));
}

TEST(ContractCalls, EpochIsEncodedAsCastDoes) {
  const Epoch epoch{20779,
                    3,
                    filled<32>(0x11),
                    filled<32>(0x22),
                    ~Uint128{0},
                    filled<32>(0x33),
                    12345678901234567890ULL,
                    filled<32>(0x44),
                    ~std::uint64_t{0},
                    filled<32>(0x55)};
  EXPECT_EQ(prefixed_hex(encode_submit(epoch, Bytes(130, 0x5A))), evm_vector("abi_submit"));
}

TEST(ContractCalls, RotationIsEncodedAsCastDoes) {
  EXPECT_EQ(prefixed_hex(encode_propose_rotation({2, 2, {other(), account()}}, Bytes(65, 0x5A))),
            evm_vector("abi_rotation"));
}

TEST(ContractCalls, DepositsAndTheirFraudProofsAreEncodedAsCastDoes) {
  EXPECT_EQ(prefixed_hex(encode_deposit(account(), ~Uint128{0})), evm_vector("abi_deposit"));
  const Claim overspent{{other(), amount_from(7)}, {filled<32>(0x01)}};
  EXPECT_EQ(prefixed_hex(encode_prove_overspend(overspent)), evm_vector("abi_overspend"));
  const Claim base{{account(), amount_from(9)}, {filled<32>(0x01)}};
  const Claim newest{{account(), amount_from(8)}, {}};
  EXPECT_EQ(prefixed_hex(encode_prove_regression(TreeKind::debits, base, newest)),
            evm_vector("abi_regression"));
}

TEST(ContractCalls, DeploymentIsCreationCodeAndArgumentsAsCastEncodesThem) {
  EXPECT_EQ(prefixed_hex(encode_deploy(terms())),
            prefixed_hex(contract_creation_code()) + evm_vector("abi_constructor").substr(2));
}

TEST(ContractTerms, WhatTheContractWouldRefuseIsNamed) {
  EXPECT_TRUE(check_terms(terms()));
  const auto refusal = [](auto change) {
    DeployTerms changed = terms();
    change(changed);
    const Result<void> checked = check_terms(changed);
    return checked ? std::string() : checked.error().detail;
  };
  EXPECT_NE(refusal([](DeployTerms& t) { t.threshold = 3; }).find("threshold is 3"),
            std::string::npos);
  EXPECT_NE(refusal([](DeployTerms& t) { t.threshold = 0; }), "");
  EXPECT_NE(refusal([](DeployTerms& t) { std::swap(t.signers[0], t.signers[1]); }), "");
  EXPECT_NE(refusal([](DeployTerms& t) { t.signers[0] = {}; }), "");
  EXPECT_NE(refusal([](DeployTerms& t) { t.first_epoch = 0; }), "");
  EXPECT_NE(refusal([](DeployTerms& t) { t.epoch_seconds = 0; }), "");
  EXPECT_NE(refusal([](DeployTerms& t) { t.activation_delay = 86'401; }), "");
  EXPECT_NE(refusal([](DeployTerms& t) { t.reservation_epochs = 61; }).find("61 epochs ahead"),
            std::string::npos);
}

TEST(ContractErrors, AreToldByNameAndArguments) {
  const Bytes over = abi_call("OverEmissionCap(uint256,uint256)",
                              std::vector<AbiValue>{abi_uint(12), abi_uint(10)});
  EXPECT_EQ(describe_revert(over), "OverEmissionCap(found 12, cap 10)");
  EXPECT_EQ(describe_revert(abi_call("BadSignature()", {})), "BadSignature");
  EXPECT_EQ(describe_revert(Bytes{0xDE, 0xAD}), "unknown reason 0xdead");
  EXPECT_EQ(describe_revert({}), "unknown reason 0x");
}

}  // namespace
}  // namespace earshot::rewards::chain
