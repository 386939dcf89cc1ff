#include "verifier/quorum/channel_agreement.h"

#include <map>

#include "rewards/channels/opening.h"

namespace earshot::verifier {
namespace {

using rewards::channels::Book;
using rewards::channels::ChannelEnd;

Book without_ends(const Book& book) {
  Book bare = book;
  bare.ends.clear();
  return bare;
}

// What all but `ends` says is agreed on. The costly preimage last: without a countersignature of an
// honest verifier nobody makes us hash.
bool pays(const ChannelEnd& end, const Book& agreed, NetworkId network, std::uint64_t epoch) {
  const rewards::channels::Anchor& anchor = end.opening.anchor;
  return anchor.epoch == epoch &&
         rewards::channels::check_opening(end.opening, {network, agreed.contract}, agreed.verifiers,
                                          agreed.reservations_needed) &&
         rewards::channels::hash_steps(end.preimage, end.units) == anchor.tip;
}

// Of two ends of one channel that pay the same, the smaller bytes: they differ in signatures.
bool is_better(const ChannelEnd& end, const ChannelEnd& than) {
  if (end.units != than.units) return end.units > than.units;
  return encode(end) < encode(than);
}

}  // namespace

std::optional<Book> agree_on_channels(std::span<const Book> books, std::size_t threshold,
                                      NetworkId network, std::uint64_t epoch) {
  std::map<Bytes, std::size_t> said;
  std::optional<Book> agreed;
  for (const Book& book : books) {
    Book bare = without_ends(book);
    // More than half: only one can come so far.
    if (++said[encode(bare)] == threshold) agreed = std::move(bare);
  }
  if (!agreed) return agreed;
  std::map<Hash256, ChannelEnd> ends;
  for (const Book& book : books) {
    for (const ChannelEnd& end : book.ends) {
      const Hash256 channel =
          rewards::chain::anchor_digest({network, agreed->contract}, end.opening.anchor);
      const auto held = ends.find(channel);
      if (held != ends.end() && !is_better(end, held->second)) continue;
      if (pays(end, *agreed, network, epoch)) ends.insert_or_assign(channel, end);
    }
  }
  for (auto& [channel, end] : ends) agreed->ends.push_back(std::move(end));
  return agreed;
}

}  // namespace earshot::verifier
