#include "simulator/settlement.h"

#include <algorithm>
#include <set>

#include "core/hash.h"
#include "rewards/chain/submitter.h"
#include "rewards/payout_tree.h"
#include "simulator/keys.h"

namespace earshot::simulator {
namespace {

using rewards::chain::AccountKey;

constexpr std::uint64_t kActivationDelaySeconds = 3600;  // Chosen: an hour to look and object.
constexpr unsigned kLooks = 20;  // Chosen: final after two blocks; more means that it never will.

AccountKey deployer_of(const World& world) {
  return derive_account(world.scenario().seed, "deployer", "");
}

// Sends, mines until it is final.
Result<rewards::chain::Receipt> carry_out(AnvilProcess& chain, const AccountKey& key,
                                          const std::optional<EvmAddress>& to, const Bytes& data,
                                          const std::string& journal) {
  if (Result<void> funded = chain.fund(key.address); !funded) return fail(funded.error());
  Result<rewards::chain::Submitter> submitter =
      rewards::chain::Submitter::begin(chain.node(), key, to, data, journal);
  if (!submitter) return fail(submitter.error());
  Result<void> mined;
  Result<rewards::chain::Receipt> receipt =
      rewards::chain::wait_until_final(*submitter, kLooks, [&] { mined = chain.finalize(); });
  if (!mined) return fail(mined.error());
  return receipt;
}

Result<Uint128> emission_of(const rewards::Policy& policy) {
  const Result<rewards::Amount256> amount = rewards::amount_from_decimal(policy.emission_per_epoch);
  if (!amount) return fail(amount.error());
  Reader low(ByteView(*amount).subspan(16));
  const auto high = static_cast<Uint128>(low.get<std::uint64_t>());
  return high << 64 | low.get<std::uint64_t>();
}

tl::unexpected<Error> differs(const std::string& what) {
  return fail(Errc::check_failed,
              "the published " + what + " is not what the published record and policy give");
}

Result<rewards::chain::Claim> claim_of(const rewards::Artifact& artifact,
                                       const EvmAddress& account) {
  std::vector<rewards::PayoutLeaf> leaves;
  std::optional<std::size_t> index;
  for (const rewards::AccountTotal& total : artifact.accounts) {
    if (total.account == account) index = leaves.size();
    leaves.push_back({total.account, rewards::amount_from(total.cumulative)});
  }
  if (!index) return fail(Errc::check_failed, "no leaf of " + to_hex(account));
  const Result<rewards::PayoutTree> tree = rewards::PayoutTree::build(leaves);
  if (!tree) return fail(tree.error());
  return rewards::chain::Claim{leaves[*index], tree->proof(*index)};
}

Result<Bytes> recompute_and_sign(const World& world, const PublishedEpoch& published,
                                 const rewards::chain::ContractDomain& domain, Settled& settled) {
  const std::vector<AccountKey> keys = verifier_keys(world.scenario().seed);
  std::vector<EvmSignature> signatures;
  Hash256 digest{};
  for (std::size_t i = 0; i < kQuorum; ++i) {
    // Each on its own: nobody signs what another has computed.
    const Result<Recomputed> own = recompute(published);
    if (!own) return fail(own.error());
    digest = epoch_digest(domain, rewards::chain::epoch_of(own->outcome.artifact, 1));
    signatures.push_back(sign_digest(keys[i], digest));
    settled.signers.push_back(keys[i].address);
  }
  return rewards::chain::join_signatures(digest, signatures, kQuorum);
}

Result<Claimed> claim(AnvilProcess& chain, rewards::chain::RewardsContract& contract,
                      const rewards::Artifact& artifact, const WorldHotspot& hotspot,
                      const std::string& journal_directory) {
  const Result<rewards::chain::Claim> proof = claim_of(artifact, hotspot.owner.address);
  if (!proof) return fail(proof.error());
  const Result<rewards::chain::Receipt> receipt =
      carry_out(chain, hotspot.owner, contract.domain().contract, encode_claim(*proof),
                journal_directory + "/claim-" + hotspot.plan.owner + ".json");
  if (!receipt) return fail(receipt.error());
  const Result<Uint128> balance = contract.balance_of(hotspot.owner.address);
  if (!balance) return fail(balance.error());
  const auto total = std::find_if(
      artifact.accounts.begin(), artifact.accounts.end(),
      [&](const rewards::AccountTotal& one) { return one.account == hotspot.owner.address; });
  return Claimed{hotspot.plan.owner,   hotspot.owner.address, total->cumulative,
                 receipt->transaction, receipt->block_number, *balance};
}

Result<void> claim_all(const World& world, AnvilProcess& chain,
                       rewards::chain::RewardsContract& contract, const rewards::Artifact& artifact,
                       const std::string& journal_directory, Settled& settled) {
  std::set<EvmAddress> paid, done;
  for (const rewards::AccountTotal& total : artifact.accounts) paid.insert(total.account);
  for (const WorldHotspot& hotspot : world.hotspots()) {
    if (!paid.contains(hotspot.owner.address)) continue;
    if (!done.insert(hotspot.owner.address).second) continue;
    Result<Claimed> claimed = claim(chain, contract, artifact, hotspot, journal_directory);
    if (!claimed) return fail(claimed.error());
    settled.claims.push_back(std::move(*claimed));
  }
  return {};
}

}  // namespace

std::vector<AccountKey> verifier_keys(std::uint64_t seed) {
  std::vector<AccountKey> keys;
  keys.reserve(kVerifiers);
  for (std::size_t i = 0; i < kVerifiers; ++i) {
    keys.push_back(derive_account(seed, "verifier", std::to_string(i)));
  }
  std::sort(keys.begin(), keys.end(),
            [](const AccountKey& a, const AccountKey& b) { return a.address < b.address; });
  return keys;
}

Result<Recomputed> recompute(const PublishedEpoch& published) {
  Result<verifier::EpochRecord> record = verifier::decode_record(published.record);
  if (!record) return fail(record.error());
  Result<rewards::Policy> policy = rewards::parse_policy(published.policy_toml, "policy");
  if (!policy) return fail(policy.error());
  Result<verifier::EpochOutcome> outcome = verifier::judge_epoch(*record, *policy);
  if (!outcome) return fail(outcome.error());
  if (rewards::encode(outcome->artifact) != published.artifact) return differs("rewards file");
  if (verifier::encode(outcome->seal) != published.seal) return differs("seal");
  return Recomputed{std::move(*record), std::move(*policy), std::move(*outcome)};
}

Result<EvmAddress> deploy_contract(const World& world, AnvilProcess& chain,
                                   const std::string& journal_directory) {
  const AccountKey deployer = deployer_of(world);
  rewards::chain::DeployTerms terms;
  for (const AccountKey& key : verifier_keys(world.scenario().seed)) {
    terms.signers.push_back(key.address);
  }
  terms.threshold = kQuorum;
  terms.guardian = deployer.address;
  terms.first_epoch = world.epoch();
  terms.epoch_seconds = world.policy().epoch_rounds * static_cast<std::uint64_t>(kRoundSeconds);
  terms.activation_delay = kActivationDelaySeconds;
  const Result<Uint128> emission = emission_of(world.policy());
  if (!emission) return fail(emission.error());
  terms.emission_per_epoch = *emission;
  if (const Result<void> sound = check_terms(terms); !sound) return fail(sound.error());
  const Result<rewards::chain::Receipt> receipt = carry_out(
      chain, deployer, std::nullopt, encode_deploy(terms), journal_directory + "/deploy.json");
  if (!receipt) return fail(receipt.error());
  if (!receipt->created) return fail(Errc::check_failed, "the deployment made no contract");
  return *receipt->created;
}

Result<Settled> settle(const World& world, AnvilProcess& chain, const EvmAddress& contract,
                       const PublishedEpoch& published, const std::string& journal_directory) {
  Result<rewards::chain::RewardsContract> rewards_contract =
      rewards::chain::RewardsContract::at(chain.node(), contract);
  if (!rewards_contract) return fail(rewards_contract.error());
  Settled settled;
  settled.contract = contract;
  const Result<Bytes> signatures =
      recompute_and_sign(world, published, rewards_contract->domain(), settled);
  if (!signatures) return fail(signatures.error());
  const Result<rewards::Artifact> artifact = rewards::decode_artifact(published.artifact);
  if (!artifact) return fail(artifact.error());
  const Result<rewards::chain::Receipt> receipt =
      carry_out(chain, verifier_keys(world.scenario().seed).front(), contract,
                encode_submit(rewards::chain::epoch_of(*artifact, 1), *signatures),
                journal_directory + "/submit.json");
  if (!receipt) return fail(receipt.error());
  settled.transaction = receipt->transaction;
  settled.block = receipt->block_number;
  settled.gas = receipt->gas_used;
  const Result<rewards::chain::ContractStatus> status = rewards_contract->status();
  if (!status) return fail(status.error());
  if (Result<void> mined = chain.mine_at(status->matures_at); !mined) return fail(mined.error());
  const Result<void> claimed =
      claim_all(world, chain, *rewards_contract, *artifact, journal_directory, settled);
  if (!claimed) return fail(claimed.error());
  return settled;
}

}  // namespace earshot::simulator
