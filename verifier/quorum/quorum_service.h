// Everything that a verifier among several has more than one that is alone, made from its
// configuration and put together.
#pragma once
#include <functional>

#include "verifier/chain_blocks.h"
#include "verifier/config.h"
#include "verifier/quorum/peer_reservations.h"
#include "verifier/quorum/quorum_agreement.h"
#include "verifier/quorum/quorum_desk.h"
#include "verifier/quorum/quorum_entropy.h"

namespace earshot::verifier {

class QuorumService {
 public:
  // What the service has anyway. All are borrowed.
  struct Base {
    const Config& config;
    const rewards::Policy& policy;
    MessageStore& messages;
    RegistryStore& registry;
    EvidenceDesk& evidence;
    BlockSource& blocks;
    const NoteSigner& signer;
    std::function<ByteArray<32>(std::uint64_t epoch)> make_seed;
    spdlog::logger& log;
    // Payment channels, where there are any.
    ChannelBooks* channels = nullptr;
  };
  // Errc::configuration names the key that is wrong; also when the store was begun with another
  // first epoch. Reads the EVM key, opens quorum.sqlite in the store's directory.
  static Result<std::unique_ptr<QuorumService>> open(const Base& base);
  // With peers and key as given: tests bring their own.
  static Result<std::unique_ptr<QuorumService>> make(
      const Base& base, Quorum quorum, std::unique_ptr<QuorumStore> store,
      std::vector<std::unique_ptr<Peer>> peers,
      std::function<Result<EpochSignature>(const rewards::Artifact&)> sign);

  const Quorum& quorum() const { return quorum_; }
  EntropyMaker& entropy() { return *entropy_; }
  Agreement& agreement() { return *agreement_; }
  const QuorumDesk& desk() const { return *desk_; }
  QuorumStore& store() { return *store_; }
  // What the other verifiers have reserved.
  OtherReservations& reservations() { return *reservations_; }
  // Drops what members listed of an epoch's messages; its record has them. Any thread.
  Result<void> forget(std::uint64_t epoch);
  // For a thread of its own, unless the clock is virtual.
  void exchange(UnixNanos now) { exchange_->tick(now); }

 private:
  QuorumService() = default;

  Quorum quorum_;
  std::unique_ptr<QuorumStore> store_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::unique_ptr<Exchange> exchange_;
  std::unique_ptr<QuorumEntropy> entropy_;
  std::unique_ptr<QuorumAgreement> agreement_;
  std::unique_ptr<QuorumDesk> desk_;
  std::unique_ptr<PeerReservations> reservations_;
};

// Errc::configuration, one line for each problem.
Result<Quorum> quorum_of(const Config& config, const rewards::Policy& policy, const NoteKey& log,
                         const EvmAddress& address);

}  // namespace earshot::verifier
