#include "rewards/chain/contract_calls.h"

#include <algorithm>

#include "rewards/chain/abi.h"
#include "rewards/chain/contract_artifact.h"

namespace earshot::rewards::chain {
namespace {

AbiValue abi_epoch(const Epoch& epoch) {
  const std::vector<AbiValue> members = {
      abi_uint(epoch.epoch),
      abi_uint(epoch.signer_set_version),
      abi_word(epoch.previous_rewards_root),
      abi_word(epoch.rewards_root),
      abi_uint(epoch.cumulative_total),
      abi_word(epoch.debits_root),
      abi_uint(epoch.cumulative_data),
      abi_word(epoch.artifact_hash),
      abi_uint(epoch.log_size),
      abi_word(epoch.log_root),
  };
  return abi_tuple(members);
}

AbiValue abi_addresses(std::span<const EvmAddress> addresses) {
  std::vector<AbiValue> items;
  for (const EvmAddress& address : addresses) items.push_back(abi_address(address));
  return abi_array(items);
}

AbiValue abi_rotation(const Rotation& rotation) {
  const std::vector<AbiValue> members = {abi_uint(rotation.version), abi_uint(rotation.threshold),
                                         abi_addresses(rotation.signers)};
  return abi_tuple(members);
}

// The three parallel arrays of claimMany and proveOverTotal.
std::vector<AbiValue> abi_claims(std::span<const Claim> claims) {
  std::vector<AbiValue> accounts;
  std::vector<AbiValue> amounts;
  std::vector<AbiValue> proofs;
  for (const Claim& claim : claims) {
    accounts.push_back(abi_address(claim.leaf.account));
    amounts.push_back(abi_word(claim.leaf.cumulative));
    proofs.push_back(abi_words(claim.proof));
  }
  return {abi_array(accounts), abi_array(amounts), abi_array(proofs)};
}

// Two leaves of one account, each with its proof.
std::vector<AbiValue> abi_pair(TreeKind tree, const Claim& one, const Claim& other) {
  return {abi_uint(static_cast<std::uint8_t>(tree)),
          abi_address(one.leaf.account),
          abi_word(one.leaf.cumulative),
          abi_words(one.proof),
          abi_word(other.leaf.cumulative),
          abi_words(other.proof)};
}

Bytes call_with_leaf(std::string_view signature, const Claim& claim) {
  return abi_call(signature,
                  std::vector<AbiValue>{abi_address(claim.leaf.account),
                                        abi_word(claim.leaf.cumulative), abi_words(claim.proof)});
}

constexpr std::uint64_t kMaxReservationEpochs = 60;  // Given: MAX_RESERVATION_EPOCHS.

constexpr std::string_view kEpochAbi =
    "(uint64,uint64,bytes32,bytes32,uint128,bytes32,uint128,bytes32,uint64,bytes32)";

}  // namespace

Result<void> check_terms(const DeployTerms& terms) {
  const auto refuse = [](const std::string& what) { return fail(Errc::usage, what); };
  if (terms.threshold == 0 || terms.threshold > terms.signers.size()) {
    return refuse("threshold is " + std::to_string(terms.threshold) + ", allowed: 1 to " +
                  std::to_string(terms.signers.size()) + " (the number of signers)");
  }
  const bool ascending = std::adjacent_find(terms.signers.begin(), terms.signers.end(),
                                            std::greater_equal<>()) == terms.signers.end();
  if (!ascending || terms.signers.front() == EvmAddress{}) {
    return refuse("signers must be ascending, without repeats and without the zero address");
  }
  if (terms.first_epoch == 0) return refuse("first epoch is 0, allowed: 1 and more");
  if (terms.epoch_seconds == 0) return refuse("epoch length is 0 s, allowed: 1 and more");
  if (terms.activation_delay > terms.epoch_seconds) {
    return refuse("activation delay is " + std::to_string(terms.activation_delay) +
                  " s, allowed: at most an epoch (" + std::to_string(terms.epoch_seconds) + " s)");
  }
  if (terms.reservation_epochs > kMaxReservationEpochs) {
    return refuse("reservations reach " + std::to_string(terms.reservation_epochs) +
                  " epochs ahead, allowed: 0 to " + std::to_string(kMaxReservationEpochs));
  }
  return {};
}

Bytes encode_deploy(const DeployTerms& terms) {
  const std::vector<AbiValue> members = {
      abi_uint(terms.first_epoch),        abi_uint(terms.epoch_seconds),
      abi_uint(terms.activation_delay),   abi_uint(terms.halving_epochs),
      abi_uint(terms.reservation_epochs), abi_uint(terms.emission_per_epoch)};
  const std::vector<AbiValue> arguments = {abi_addresses(terms.signers), abi_uint(terms.threshold),
                                           abi_address(terms.guardian), abi_tuple(members)};
  Bytes data = contract_creation_code();
  const Bytes encoded = abi_encode(arguments);
  data.insert(data.end(), encoded.begin(), encoded.end());
  return data;
}

Bytes encode_submit(const Epoch& epoch, ByteView signatures) {
  return abi_call("submitEpoch(" + std::string(kEpochAbi) + ",bytes)",
                  std::vector<AbiValue>{abi_epoch(epoch), abi_bytes(signatures)});
}

Bytes encode_propose_rotation(const Rotation& rotation, ByteView signatures) {
  return abi_call("proposeRotation((uint64,uint64,address[]),bytes)",
                  std::vector<AbiValue>{abi_rotation(rotation), abi_bytes(signatures)});
}

Bytes encode_rotate(const Rotation& rotation) {
  return abi_call("rotate((uint64,uint64,address[]))",
                  std::vector<AbiValue>{abi_rotation(rotation)});
}

Bytes encode_claim(const Claim& claim) {
  return call_with_leaf("claim(address,uint256,bytes32[])", claim);
}

Bytes encode_claim_many(std::span<const Claim> claims) {
  return abi_call("claimMany(address[],uint256[],bytes32[][])", abi_claims(claims));
}

Bytes encode_deposit(const EvmAddress& payer, Uint128 amount) {
  return abi_call("deposit(address,uint128)",
                  std::vector<AbiValue>{abi_address(payer), abi_uint(amount)});
}

Bytes encode_request_withdrawal() { return abi_call("requestWithdrawal()", {}); }

Bytes encode_withdraw(const Claim& debit) {
  return call_with_leaf("withdraw(address,uint256,bytes32[])", debit);
}

Bytes encode_prove_regression(TreeKind tree, const Claim& base, const Claim& newest) {
  return abi_call("proveRegression(uint8,address,uint256,bytes32[],uint256,bytes32[])",
                  abi_pair(tree, base, newest));
}

Bytes encode_prove_duplicate(TreeKind tree, const Claim& one, const Claim& other) {
  return abi_call("proveDuplicate(uint8,address,uint256,bytes32[],uint256,bytes32[])",
                  abi_pair(tree, one, other));
}

Bytes encode_prove_over_total(std::span<const Claim> claims) {
  return abi_call("proveOverTotal(address[],uint256[],bytes32[][])", abi_claims(claims));
}

Bytes encode_prove_overspend(const Claim& debit) {
  return call_with_leaf("proveOverspend(address,uint256,bytes32[])", debit);
}

Bytes encode_veto() { return abi_call("veto()", {}); }

Bytes encode_veto_rotation() { return abi_call("vetoRotation()", {}); }

Bytes encode_set_paused(bool paused) {
  return abi_call("setPaused(bool)", std::vector<AbiValue>{abi_uint(paused ? 1 : 0)});
}

Bytes encode_set_guardian(const EvmAddress& guardian) {
  return abi_call("setGuardian(address)", std::vector<AbiValue>{abi_address(guardian)});
}

Bytes encode_hash_epoch(const Epoch& epoch) {
  return abi_call("hashEpoch(" + std::string(kEpochAbi) + ")",
                  std::vector<AbiValue>{abi_epoch(epoch)});
}

Bytes encode_hash_rotation(const Rotation& rotation) {
  return abi_call("hashRotation((uint64,uint64,address[]))",
                  std::vector<AbiValue>{abi_rotation(rotation)});
}

}  // namespace earshot::rewards::chain
