// Payment channels at a verifier: reserves payers' deposits, takes channel ends in, and makes the
// book that an epoch's settlement starts from. Everything about the chain is as of finalized
// blocks.
//
// Any thread; calls are serialised inside, because the node serves one at a time.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "core/time.h"
#include "rewards/chain/contract.h"
#include "rewards/channels/reservation.h"
#include "rewards/channels/settlement.h"
#include "verifier/channel_store.h"
#include "verifier/registry_store.h"

namespace earshot::verifier {

enum class EndReceipt { accepted, held };

class ChannelDesk {
 public:
  struct Rules {
    NetworkId network = 0;
    EvmAddress contract{};
    rewards::chain::AccountKey key;  // This verifier's, one of the contract's signers.
    std::chrono::seconds timeout{5};
  };
  // `registry` outlives this. Errc::configuration when the URL is none; the node need not answer
  // yet.
  static Result<std::unique_ptr<ChannelDesk>> open(const std::string& path,
                                                   const std::string& rpc_url, const Rules& rules,
                                                   const RegistryStore& registry);

  // Countersigns an anchor when the payer's deposit holds its maximum, durably. Errc::bad_signature
  // when the payer did not sign it, Errc::check_failed with what stands against it
  // (may_reserve), Errc::unavailable when node or store do not answer.
  Result<EvmSignature> reserve(const rewards::channels::SignedAnchor& opening);

  // Keeps a channel's end for the epoch it names. Errc::check_failed when that is sealed, when the
  // preimage does not pay, or when verifiers did not reserve it; otherwise as above.
  Result<EndReceipt> take(const rewards::channels::ChannelEnd& end);

  // Deposits and signers as of the last finalized block before `end` (the epoch's), and every end
  // that was taken for it. From then on none is: what was answered 202 is in the book.
  Result<rewards::channels::Book> book(std::uint64_t epoch, UnixNanos end);

 private:
  ChannelDesk(rewards::chain::Node node, std::unique_ptr<ChannelStore> store, const Rules& rules,
              const RegistryStore& registry)
      : node_(std::move(node)), store_(std::move(store)), rules_(rules), registry_(registry) {}

  rewards::chain::RewardsContract contract() { return {node_, {rules_.network, rules_.contract}}; }
  Hash256 id_of(const rewards::channels::Anchor& anchor) const;
  Result<void> check_payer(const rewards::channels::SignedAnchor& opening) const;
  Result<std::uint64_t> finalized_block();
  Result<rewards::channels::DepositView> view_of(const EvmAddress& payer);
  Result<void> add_settled(const EvmAddress& payer, rewards::channels::DepositView& view) const;
  Result<std::uint64_t> last_block_before(std::uint64_t unix_seconds);

  std::mutex mutex_;
  rewards::chain::Node node_;
  std::unique_ptr<ChannelStore> store_;
  Rules rules_;
  const RegistryStore& registry_;
  std::uint64_t booked_ = 0;  // The newest epoch that a book was made for.
};

}  // namespace earshot::verifier
