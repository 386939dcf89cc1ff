#include "verifier/quorum/quorum_service.h"

#include <algorithm>
#include <mutex>

#include "rewards/chain/contract.h"
#include "verifier/quorum/https_get.h"
#include "verifier/verifier_account.h"

namespace earshot::verifier {
namespace {

// Signs for the contract's present signer set.
class ChainSigner {
 public:
  ChainSigner(rewards::chain::Node node, const rewards::chain::ContractDomain& domain,
              std::shared_ptr<rewards::chain::AccountSigner> account)
      : node_(std::move(node)), domain_(domain), account_(std::move(account)) {}

  Result<EpochSignature> sign(const rewards::Artifact& artifact) {
    rewards::chain::RewardsContract contract(node_, domain_);
    const Result<rewards::chain::ContractStatus> status = contract.status();
    if (!status) return fail(Errc::unavailable, "quorum.contract: " + status.error().detail);
    return sign_epoch_for(domain_, rewards::chain::epoch_of(artifact, status->signer_set_version),
                          *account_);
  }

 private:
  rewards::chain::Node node_;
  rewards::chain::ContractDomain domain_;
  std::shared_ptr<rewards::chain::AccountSigner> account_;
};

Error wrong(const std::string& key, const Error& error) {
  return {Errc::configuration, key + ": " + error.detail};
}

Result<Member> member_of(const PeerConfig& peer, const std::string& prefix) {
  Result<NoteKey> log = parse_note_key(peer.log_key);
  if (!log) return fail(wrong(prefix + "log_key", log.error()));
  const Result<EvmAddress> address = rewards::chain::parse_address(peer.address);
  if (!address) return fail(wrong(prefix + "address", address.error()));
  const Result<void> reachable = check_peer_url(peer.url, peer.plain_http);
  if (!reachable) return fail(wrong(prefix + "url", reachable.error()));
  return Member{peer.url, std::move(*log), *address};
}

}  // namespace

Result<Quorum> quorum_of(const Config& config, const rewards::Policy& policy, const NoteKey& log,
                         const EvmAddress& address) {
  Quorum quorum;
  quorum.network = config.network;
  quorum.threshold = config.quorum.threshold;
  quorum.first_epoch = config.quorum.first_epoch;
  quorum.commit_ahead = config.entropy.commit_ahead_seconds * kNanosPerSecond;
  quorum.step = config.quorum.step_seconds * kNanosPerSecond;
  const Result<EvmAddress> contract = rewards::chain::parse_address(config.quorum.contract);
  if (!contract) return fail(wrong("quorum.contract", contract.error()));
  quorum.contract = *contract;
  quorum.has_channels = !config.channels.contract.empty();
  quorum.members = {{"", log, address}};
  for (std::size_t i = 0; i < config.peers.size(); ++i) {
    Result<Member> member = member_of(config.peers[i], "peers[" + std::to_string(i) + "].");
    if (!member) return fail(member.error());
    quorum.members.push_back(std::move(*member));
  }
  std::ranges::sort(quorum.members, std::less{}, &Member::address);
  quorum.self = *quorum.find(address);
  std::string lines;
  for (const std::string& problem : validate(quorum, policy)) {
    lines += (lines.empty() ? "" : "\n") + problem;
  }
  if (!lines.empty()) return fail(Errc::configuration, lines);
  return quorum;
}

Result<std::unique_ptr<QuorumService>> QuorumService::open(const Base& base) {
  const Config& config = base.config;
  const std::chrono::seconds timeout(config.chain.timeout_seconds);
  const auto account = open_account(config.quorum.account, "quorum", timeout);
  if (!account) return fail(account.error());
  Result<Quorum> quorum = quorum_of(config, base.policy, base.signer.key, (*account)->address());
  if (!quorum) return fail(quorum.error());
  const auto trust = TlsTrust::from(config.quorum.ca_file);
  if (!trust) return fail(wrong("quorum.ca_file", trust.error()));
  std::vector<std::unique_ptr<Peer>> peers;
  for (std::size_t i = 0; i < quorum->size(); ++i) {
    peers.emplace_back();
    if (i == quorum->self) continue;
    Result<std::unique_ptr<Peer>> peer = peer_at(quorum->members[i].url, *trust);
    if (!peer) return fail(peer.error());
    peers.back() = std::move(*peer);
  }
  Result<rewards::chain::Node> node = rewards::chain::Node::at(config.chain.rpc_url, timeout);
  if (!node) return fail(wrong("chain.rpc_url", node.error()));
  Result<std::unique_ptr<QuorumStore>> store =
      QuorumStore::open(config.store.directory + "/quorum.sqlite", config.network);
  if (!store) return fail(store.error());
  const auto signer = std::make_shared<ChainSigner>(
      std::move(*node), rewards::chain::ContractDomain{config.network, quorum->contract}, *account);
  return make(base, std::move(*quorum), std::move(*store), std::move(peers),
              [signer](const rewards::Artifact& artifact) { return signer->sign(artifact); });
}

Result<std::unique_ptr<QuorumService>> QuorumService::make(
    const Base& base, Quorum quorum, std::unique_ptr<QuorumStore> store,
    std::vector<std::unique_ptr<Peer>> peers,
    std::function<Result<EpochSignature>(const rewards::Artifact&)> sign) {
  const Result<std::optional<std::uint64_t>> first = base.registry.first_epoch();
  if (!first) return fail(first.error());
  if (*first && **first != quorum.first_epoch) {
    return fail(Errc::configuration, "quorum.first_epoch: found " +
                                         std::to_string(quorum.first_epoch) +
                                         ", this store begins with " + std::to_string(**first));
  }
  if (!*first) {
    if (Result<void> kept = base.registry.set_first_epoch(quorum.first_epoch); !kept) {
      return fail(kept.error());
    }
  }
  std::unique_ptr<QuorumService> made(new QuorumService);
  made->quorum_ = std::move(quorum);
  made->store_ = std::move(store);
  made->peers_ = std::move(peers);
  made->exchange_ = std::make_unique<Exchange>(
      Exchange::Parts{made->quorum_, base.policy, *made->store_, base.registry, base.messages,
                      base.evidence, base.signer, made->peers_, std::move(sign), base.log});
  made->entropy_ = std::make_unique<QuorumEntropy>(
      QuorumEntropy::Parts{made->quorum_, base.policy, base.registry, *made->store_, base.messages,
                           base.blocks, *made->exchange_, made->peers_, base.make_seed, base.log});
  made->agreement_ = std::make_unique<QuorumAgreement>(QuorumAgreement::Parts{
      made->quorum_, base.policy, base.messages, base.registry, *made->store_, *made->exchange_,
      made->peers_, base.config.simulation.virtual_clock, base.channels});
  made->reservations_ = std::make_unique<PeerReservations>(made->quorum_, made->peers_, base.log);
  made->desk_ = std::make_unique<QuorumDesk>(
      QuorumDesk::Parts{made->quorum_, *made->store_, base.messages, base.signer});
  return made;
}

Result<void> QuorumService::forget(std::uint64_t epoch) {
  const Result<std::vector<KeptStatement>> closings = store_->statements(epoch, Phase::closing);
  if (!closings) return fail(closings.error());
  std::vector<Hash256> envelopes;
  for (const KeptStatement& closing : *closings) {
    const Result<std::optional<Bytes>> content = store_->content(closing.content);
    if (!content) return fail(content.error());
    if (!*content) continue;
    const Result<IntakeList> list = decode_intake_list(**content, quorum_.size());
    if (!list) continue;  // It never counted.
    for (const IntakeItem& item : list->messages) envelopes.push_back(item.envelope);
  }
  return store_->forget(epoch, envelopes);
}

}  // namespace earshot::verifier
