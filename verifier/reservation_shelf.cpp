#include "verifier/reservation_shelf.h"

namespace earshot::verifier {

using rewards::channels::SignedAnchor;

bool ReservationShelf::show(const Hash256& id, const SignedAnchor& opening) {
  const std::lock_guard lock(mutex_);
  Entries& entries = payers_[opening.anchor.payer];
  std::erase_if(entries, [&](const auto& entry) {
    return entry.second.is_reserved && entry.second.asking == 0 &&
           entry.second.opening.anchor.epoch + kKeptEpochs < opening.anchor.epoch;
  });
  const auto [entry, is_new] = entries.try_emplace(id);
  if (is_new) {
    entry->second.opening = opening;
    entry->second.opening.reservations.clear();
  }
  if (entry->second.is_reserved) return true;
  ++entry->second.asking;
  return false;
}

void ReservationShelf::keep(const Hash256& id, const EvmAddress& payer) {
  const std::lock_guard lock(mutex_);
  Entry& entry = payers_.at(payer).at(id);
  --entry.asking;
  entry.is_reserved = true;
}

void ReservationShelf::drop(const Hash256& id, const EvmAddress& payer) {
  const std::lock_guard lock(mutex_);
  Entries& entries = payers_.at(payer);
  Entry& entry = entries.at(id);
  if (--entry.asking > 0 || entry.is_reserved) return;
  entries.erase(id);
  if (entries.empty()) payers_.erase(payer);
}

std::map<Hash256, SignedAnchor> ReservationShelf::of(const EvmAddress& payer,
                                                     std::uint64_t first) const {
  const std::lock_guard lock(mutex_);
  std::map<Hash256, SignedAnchor> found;
  const auto entries = payers_.find(payer);
  if (entries == payers_.end()) return found;
  for (const auto& [id, entry] : entries->second) {
    if (entry.opening.anchor.epoch >= first) found.emplace(id, entry.opening);
  }
  return found;
}

}  // namespace earshot::verifier
