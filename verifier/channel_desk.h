// Payment channels at a verifier: reserves payers' deposits, takes channel ends in, and makes the
// book that an epoch's settlement starts from. Everything about the chain is as of finalized
// blocks.
//
// Among several verifiers nothing is reserved before the others have been asked: an anchor is shown
// to whoever asks before this verifier asks them, so of two that reserve at once at least one sees
// both (docs/QUORUM.md).
//
// Any thread. The node serves one at a time.
#pragma once
#include <chrono>
#include <memory>
#include <mutex>

#include "core/time.h"
#include "rewards/chain/account_signer.h"
#include "rewards/chain/contract.h"
#include "rewards/channels/reservation.h"
#include "verifier/channel_books.h"
#include "verifier/channel_store.h"
#include "verifier/other_reservations.h"
#include "verifier/registry_store.h"
#include "verifier/reservation_shelf.h"

namespace earshot::verifier {

enum class EndReceipt { accepted, held };

class ChannelDesk final : public ChannelBooks {
 public:
  struct Rules {
    NetworkId network = 0;
    EvmAddress contract{};
    // Of this verifier, one of the contract's signers.
    std::shared_ptr<rewards::chain::AccountSigner> signer;
    std::chrono::seconds timeout{5};
  };
  // `registry` outlives this. Errc::configuration when the URL is none; the node need not answer
  // yet.
  static Result<std::unique_ptr<ChannelDesk>> open(const std::string& path,
                                                   const std::string& rpc_url, const Rules& rules,
                                                   const RegistryStore& registry);

  // From now on this is one verifier of several; `others` outlives this. Before the first request.
  void consult(OtherReservations& others) { others_ = &others; }
  // How many of them a reservation does not wait for, because they did not answer.
  std::size_t silent_others() const { return others_ == nullptr ? 0 : others_->silent(); }

  // Countersigns an anchor when the payer's deposit holds its maximum beside all that is reserved,
  // durably; of two at once that do not both fit, both may be refused. Errc::bad_signature when the
  // payer did not sign it, Errc::check_failed with what stands against it (may_reserve),
  // Errc::unavailable when node, store, signer or too many of the others do not answer.
  Result<EvmSignature> reserve(const rewards::channels::SignedAnchor& opening);

  // What is reserved of a payer's deposit here, or about to be, for epochs from `first` on. Looks
  // at memory only.
  std::vector<rewards::channels::SignedAnchor> reserved(const EvmAddress& payer,
                                                        std::uint64_t first) const;

  // Keeps a channel's end for the epoch it names. Errc::check_failed when that is sealed, when the
  // preimage does not pay, or when verifiers did not reserve it; otherwise as above.
  Result<EndReceipt> take(const rewards::channels::ChannelEnd& end);

  // What was answered 202 is in the book. Among several verifiers the node has to know a final
  // block of after `end`, so that all get the same one.
  void close(std::uint64_t epoch) override;
  Result<rewards::channels::Book> book(std::uint64_t epoch, UnixNanos end) override;

 private:
  ChannelDesk(rewards::chain::Node node, std::unique_ptr<ChannelStore> store, const Rules& rules,
              const RegistryStore& registry)
      : node_(std::move(node)), store_(std::move(store)), rules_(rules), registry_(registry) {}

  Result<void> load_reservations();

  rewards::chain::RewardsContract contract() { return {node_, {rules_.network, rules_.contract}}; }
  Hash256 id_of(const rewards::channels::Anchor& anchor) const;
  Result<void> check_payer(const rewards::channels::SignedAnchor& opening) const;
  Result<std::uint64_t> finalized_block();
  Result<std::uint64_t> time_of_block(std::uint64_t number);
  Result<rewards::channels::DepositView> view_of(const EvmAddress& payer);
  Result<void> add_settled(const EvmAddress& payer, rewards::channels::DepositView& view) const;
  Result<std::uint64_t> last_block_before(std::uint64_t unix_seconds);
  Result<void> fits(const Hash256& id, const rewards::channels::Anchor& anchor,
                    const rewards::channels::DepositView& view) const;

  std::mutex mutex_;  // Of all below that is not said to be of any thread.
  rewards::chain::Node node_;
  std::unique_ptr<ChannelStore> store_;  // Of any thread.
  ReservationShelf shelf_;               // Likewise.
  OtherReservations* others_ = nullptr;  // Likewise; null: this verifier is alone.
  Rules rules_;
  const RegistryStore& registry_;
  std::uint64_t booked_ = 0;  // The newest epoch that a book was made for.
};

}  // namespace earshot::verifier
