#include "verifier/channel_desk.h"

#include <algorithm>

#include "rewards/channels/opening.h"

namespace earshot::verifier {
namespace {

using rewards::channels::Anchor;
using rewards::channels::Book;
using rewards::channels::ChannelEnd;
using rewards::channels::DepositView;
using rewards::channels::SignedAnchor;

// Whatever a node, the contract on it or a signer answers amiss is told to a client as: later.
Error unanswered(const Error& error) { return {Errc::unavailable, error.detail}; }

}  // namespace

Result<std::unique_ptr<ChannelDesk>> ChannelDesk::open(const std::string& path,
                                                       const std::string& rpc_url,
                                                       const Rules& rules,
                                                       const RegistryStore& registry) {
  Result<rewards::chain::Node> node = rewards::chain::Node::at(rpc_url, rules.timeout);
  if (!node) return fail(Errc::configuration, "chain.rpc_url: " + node.error().detail);
  Result<std::unique_ptr<ChannelStore>> store = ChannelStore::open(path);
  if (!store) return fail(store.error());
  std::unique_ptr<ChannelDesk> desk(
      new ChannelDesk(std::move(*node), std::move(*store), rules, registry));
  if (Result<void> loaded = desk->load_reservations(); !loaded) return fail(loaded.error());
  return desk;
}

Result<void> ChannelDesk::load_reservations() {
  const Result<std::optional<std::uint64_t>> last = registry_.last_sealed();
  if (!last) return fail(last.error());
  const std::uint64_t newest = last->value_or(0);
  const Result<std::vector<SignedAnchor>> held =
      store_->reservations(newest - std::min(newest, ReservationShelf::kKeptEpochs));
  if (!held) return fail(held.error());
  for (const SignedAnchor& opening : *held) {
    const Hash256 id = id_of(opening.anchor);
    if (!shelf_.show(id, opening)) shelf_.keep(id, opening.anchor.payer);
  }
  return {};
}

Hash256 ChannelDesk::id_of(const Anchor& anchor) const {
  return rewards::chain::anchor_digest({rules_.network, rules_.contract}, anchor);
}

Result<void> ChannelDesk::check_payer(const SignedAnchor& opening) const {
  const auto signer =
      rewards::chain::recover_signer(id_of(opening.anchor), opening.payer_signature);
  if (signer == opening.anchor.payer) return {};
  return fail(Errc::bad_signature, "the anchor is not signed by its payer " +
                                       rewards::chain::to_display(opening.anchor.payer));
}

Result<std::uint64_t> ChannelDesk::finalized_block() {
  const Result<NetworkId> chain = node_.chain_id();
  if (!chain) return fail(unanswered(chain.error()));
  if (*chain != rules_.network) {
    return fail(Errc::unavailable, "node at " + node_.url() + " is of chain " +
                                       std::to_string(*chain) + ", the configuration says " +
                                       std::to_string(rules_.network));
  }
  const Result<std::uint64_t> number = node_.finalized_number();
  if (!number) return fail(unanswered(number.error()));
  return *number;
}

// What is settled is known from our own seals: no later than the chain, and signed by us.
Result<void> ChannelDesk::add_settled(const EvmAddress& payer, DepositView& view) const {
  const Result<std::optional<std::uint64_t>> last = registry_.last_sealed();
  if (!last) return fail(last.error());
  if (!*last) return {};
  const Result<std::optional<SealedEpoch>> sealed = registry_.sealed(**last);
  if (!sealed) return fail(sealed.error());
  const Result<rewards::Artifact> artifact = rewards::decode_artifact((*sealed)->artifact);
  if (!artifact) return fail(artifact.error());
  view.settled_epoch = **last;
  for (const rewards::AccountTotal& debit : artifact->debits) {
    if (debit.account == payer) view.spent = debit.cumulative;
  }
  return {};
}

// Unix seconds.
Result<std::uint64_t> ChannelDesk::time_of_block(std::uint64_t number) {
  const auto block = node_.block(number);
  if (!block) return fail(unanswered(block.error()));
  if (!*block) {
    return fail(Errc::unavailable,
                "node at " + node_.url() + " lacks block " + std::to_string(number));
  }
  return (*block)->timestamp;
}

Result<DepositView> ChannelDesk::view_of(const EvmAddress& payer) {
  const Result<std::uint64_t> number = finalized_block();
  if (!number) return fail(number.error());
  const Result<std::uint64_t> time = time_of_block(*number);
  if (!time) return fail(time.error());
  const auto deposit = contract().deposit_of(payer, *number);
  if (!deposit) return fail(unanswered(deposit.error()));
  const Result<std::uint64_t> ahead = contract().reservation_epochs();
  if (!ahead) return fail(unanswered(ahead.error()));
  const Result<std::uint64_t> seconds = contract().epoch_seconds();
  if (!seconds) return fail(unanswered(seconds.error()));
  DepositView view{.deposit = deposit->amount,
                   .withdrawal_requested = deposit->reserved_until != 0,
                   .block_epoch = *time / std::max<std::uint64_t>(*seconds, 1),
                   .reservation_epochs = *ahead};
  if (Result<void> added = add_settled(payer, view); !added) return fail(added.error());
  return view;
}

// Whether the payer's deposit holds the anchor beside everything that anybody shows.
Result<void> ChannelDesk::fits(const Hash256& id, const Anchor& anchor,
                               const DepositView& view) const {
  const std::uint64_t first = view.settled_epoch + 1;
  std::map<Hash256, SignedAnchor> shown = shelf_.of(anchor.payer, first);
  if (others_ != nullptr) {
    const Result<std::vector<SignedAnchor>> theirs = others_->reserved(anchor.payer, first);
    if (!theirs) return fail(theirs.error());
    for (const SignedAnchor& opening : *theirs) {
      // Nobody can take up a deposit but with its payer's signature.
      if (check_payer(opening)) shown.emplace(id_of(opening.anchor), opening);
    }
  }
  shown.erase(id);
  std::vector<Anchor> held;
  held.reserve(shown.size());
  for (const auto& [other, opening] : shown) held.push_back(opening.anchor);
  return rewards::channels::may_reserve(anchor, view, held);
}

Result<EvmSignature> ChannelDesk::reserve(const SignedAnchor& opening) {
  if (Result<void> signed_by_payer = check_payer(opening); !signed_by_payer) {
    return fail(signed_by_payer.error());
  }
  const Anchor& anchor = opening.anchor;
  const Hash256 id = id_of(anchor);
  const Result<DepositView> view = [&] {
    const std::lock_guard lock(mutex_);
    return view_of(anchor.payer);
  }();
  if (!view) return fail(view.error());
  // By itself first: what can never be reserved is not shown.
  if (Result<void> may = rewards::channels::may_reserve(anchor, *view, {}); !may) {
    return fail(may.error());
  }
  if (!shelf_.show(id, opening)) {
    Result<void> done = fits(id, anchor, *view);
    if (done) done = store_->add_reservation(id, opening);
    if (!done) {
      shelf_.drop(id, anchor.payer);
      return fail(done.error());
    }
    shelf_.keep(id, anchor.payer);
  }
  const rewards::chain::ContractDomain domain{rules_.network, rules_.contract};
  Result<EvmSignature> signature = rules_.signer->sign_reservation(domain, id);
  if (!signature) return fail(unanswered(signature.error()));
  return signature;
}

std::vector<SignedAnchor> ChannelDesk::reserved(const EvmAddress& payer,
                                                std::uint64_t first) const {
  std::vector<SignedAnchor> openings;
  for (auto& [id, opening] : shelf_.of(payer, first)) openings.push_back(std::move(opening));
  return openings;
}

Result<EndReceipt> ChannelDesk::take(const ChannelEnd& end) {
  const Anchor& anchor = end.opening.anchor;
  if (rewards::channels::hash_steps(end.preimage, end.units) != anchor.tip) {
    return fail(Errc::check_failed,
                "the preimage does not hash to the tip in " + std::to_string(end.units) + " steps");
  }
  const std::lock_guard lock(mutex_);
  const Result<std::optional<std::uint64_t>> last = registry_.last_sealed();
  if (!last) return fail(last.error());
  if ((*last && anchor.epoch <= **last) || anchor.epoch <= booked_) {
    return fail(Errc::check_failed, "epoch " + std::to_string(anchor.epoch) + " is sealed");
  }
  const Result<std::uint64_t> block = finalized_block();
  if (!block) return fail(block.error());
  const auto sets = contract().signers_at(*block);
  if (!sets) return fail(unanswered(sets.error()));
  const Result<void> opened =
      rewards::channels::check_opening(end.opening, {rules_.network, rules_.contract},
                                       sets->signers, std::max<std::uint64_t>(sets->threshold, 1));
  if (!opened) return fail(opened.error());
  const Result<bool> is_new = store_->add_end(id_of(anchor), end);
  if (!is_new) return fail(is_new.error());
  return *is_new ? EndReceipt::accepted : EndReceipt::held;
}

// Bisection: times of blocks rise.
Result<std::uint64_t> ChannelDesk::last_block_before(std::uint64_t unix_seconds) {
  const Result<std::uint64_t> finalized = finalized_block();
  if (!finalized) return fail(finalized.error());
  std::uint64_t low = 0;
  std::uint64_t high = *finalized;
  while (low < high) {
    const std::uint64_t middle = high - (high - low) / 2;
    const Result<std::uint64_t> time = time_of_block(middle);
    if (!time) return time;
    if (*time < unix_seconds) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

void ChannelDesk::close(std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  booked_ = std::max(booked_, epoch);
}

Result<Book> ChannelDesk::book(std::uint64_t epoch, UnixNanos end) {
  close(epoch);
  const std::lock_guard lock(mutex_);
  const auto end_seconds = static_cast<std::uint64_t>(end / kNanosPerSecond);
  if (others_ != nullptr) {
    const Result<std::uint64_t> newest = finalized_block();
    if (!newest) return fail(newest.error());
    const Result<std::uint64_t> time = time_of_block(*newest);
    if (!time) return fail(time.error());
    if (*time < end_seconds) {
      return fail(Errc::unavailable, "node at " + node_.url() +
                                         " has no final block of after the end of epoch " +
                                         std::to_string(epoch));
    }
  }
  const Result<std::uint64_t> block = last_block_before(end_seconds);
  if (!block) return fail(block.error());
  const auto deposits = contract().deposits_at(*block);
  if (!deposits) return fail(unanswered(deposits.error()));
  const auto sets = contract().signers_at(*block);
  if (!sets) return fail(unanswered(sets.error()));
  Result<std::vector<ChannelEnd>> ends = store_->ends(epoch);
  if (!ends) return fail(ends.error());
  Book book{.contract = rules_.contract,
            .deposit_block = *block,
            .reservations_needed =
                static_cast<std::uint32_t>(std::max<std::uint64_t>(sets->threshold, 1)),
            .verifiers = sets->signers,
            .deposits = *deposits,
            .ends = std::move(*ends)};
  canonicalize(book, rules_.network);
  return book;
}

}  // namespace earshot::verifier
