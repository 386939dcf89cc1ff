#include "rewards/chain/eip712.h"

#include <map>

#include "core/owner_signature.h"
#include "rewards/chain/abi.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards::chain {
namespace {

constexpr std::string_view kContractDomainType =
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
constexpr std::string_view kEpochType =
    "Epoch(uint64 epoch,uint64 signerSetVersion,bytes32 prevRewardsRoot,bytes32 rewardsRoot,"
    "uint128 cumulativeTotal,bytes32 debitsRoot,uint128 cumulativeData,bytes32 artifactHash,"
    "uint64 logSize,bytes32 logRoot)";
constexpr std::string_view kRotationType =
    "Rotation(uint64 version,uint64 threshold,address[] signers)";
constexpr std::string_view kAnchorType =
    "Anchor(address payer,bytes32 hotspot,uint64 epoch,uint64 unitPrice,uint32 maxUnits,bytes32 "
    "tip)";
constexpr std::string_view kReservationType = "Reservation(bytes32 anchor)";
constexpr std::string_view kVersion = "1";

Hash256 hash_words(std::initializer_list<Word> words) {
  Bytes bytes;
  for (const Word& word : words) bytes.insert(bytes.end(), word.begin(), word.end());
  return keccak256(bytes);
}

Hash256 hash_text(std::string_view text) { return keccak256(as_bytes(text)); }

Hash256 digest_of(const Hash256& domain, const Hash256& content) {
  Writer bytes;
  bytes.put(std::uint8_t{0x19});
  bytes.put(std::uint8_t{0x01});
  bytes.put(domain);
  bytes.put(content);
  return keccak256(bytes.bytes());
}

Hash256 separator_of(const ContractDomain& domain) {
  return hash_words({hash_text(kContractDomainType), hash_text("EarshotRewards"),
                     hash_text(kVersion), word_of(domain.chain_id), word_of(domain.contract)});
}

}  // namespace

Hash256 epoch_digest(const ContractDomain& domain, const Epoch& epoch) {
  const Hash256 content =
      hash_words({hash_text(kEpochType), word_of(epoch.epoch), word_of(epoch.signer_set_version),
                  epoch.previous_rewards_root, epoch.rewards_root, word_of(epoch.cumulative_total),
                  epoch.debits_root, word_of(epoch.cumulative_data), epoch.artifact_hash,
                  word_of(epoch.log_size), epoch.log_root});
  return digest_of(separator_of(domain), content);
}

Hash256 rotation_digest(const ContractDomain& domain, const Rotation& rotation) {
  Bytes signers;
  for (const EvmAddress& signer : rotation.signers) {
    const Word word = word_of(signer);
    signers.insert(signers.end(), word.begin(), word.end());
  }
  const Hash256 content = hash_words({hash_text(kRotationType), word_of(rotation.version),
                                      word_of(rotation.threshold), keccak256(signers)});
  return digest_of(separator_of(domain), content);
}

Hash256 anchor_digest(const ContractDomain& domain, const channels::Anchor& anchor) {
  const Hash256 content = hash_words({hash_text(kAnchorType), word_of(anchor.payer), anchor.hotspot,
                                      word_of(anchor.epoch), word_of(anchor.unit_price),
                                      word_of(anchor.max_units), anchor.tip});
  return digest_of(separator_of(domain), content);
}

Hash256 reservation_digest(const ContractDomain& domain, const Hash256& anchor) {
  return digest_of(separator_of(domain), hash_words({hash_text(kReservationType), anchor}));
}

Result<Bytes> join_signatures(const Hash256& digest, std::span<const EvmSignature> signatures,
                              std::size_t threshold) {
  std::map<EvmAddress, EvmSignature> by_signer;
  for (const EvmSignature& signature : signatures) {
    const std::optional<EvmAddress> signer = recover_signer(digest, signature);
    if (!signer) return fail(Errc::bad_signature, "signature 0x" + to_hex(signature) + " is void");
    by_signer.emplace(*signer, signature);
  }
  if (by_signer.size() < threshold) {
    return fail(Errc::check_failed, "signatures of different signers: found " +
                                        std::to_string(by_signer.size()) + ", the contract wants " +
                                        std::to_string(threshold));
  }
  Bytes joined;
  std::size_t left = threshold;
  for (const auto& [signer, signature] : by_signer) {
    if (left-- == 0) break;
    joined.insert(joined.end(), signature.begin(), signature.end());
  }
  return joined;
}

Hash256 onboarding_digest(NetworkId network, const Onboarding& onboarding) {
  return earshot::onboarding_digest(network, onboarding);
}

void sign_onboarding(const AccountKey& owner, NetworkId network, Onboarding& onboarding) {
  onboarding.owner = owner.address;
  onboarding.owner_signature = sign_digest(owner, earshot::onboarding_digest(network, onboarding));
}

bool verify_onboarding_owner(NetworkId network, const Onboarding& onboarding) {
  return is_signed_by_owner(network, onboarding);
}

}  // namespace earshot::rewards::chain
