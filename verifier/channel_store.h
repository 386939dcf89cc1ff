// What this verifier has reserved, and the channel ends that it was given: SQLite with
// synchronous=FULL, so that what a method has returned for survives the loss of power. Any thread;
// calls are serialised inside.
//
// Errors: Errc::unavailable (full or failed disk), Errc::bad_data (damage).
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/hash.h"
#include "rewards/channels/anchor.h"

namespace earshot::verifier {

class ChannelStore {
 public:
  static Result<std::unique_ptr<ChannelStore>> open(const std::string& path);
  ~ChannelStore();

  // Ok also when the anchor is there already. `id`: the anchor's digest.
  Result<void> add_reservation(const Hash256& id, const rewards::channels::SignedAnchor& opening);
  // For epochs from `first` on, as their payers signed them.
  Result<std::vector<rewards::channels::SignedAnchor>> reservations(std::uint64_t first) const;

  // Keeps of each channel the end that pays most. False when it held one that pays as much.
  Result<bool> add_end(const Hash256& id, const rewards::channels::ChannelEnd& end);
  Result<std::vector<rewards::channels::ChannelEnd>> ends(std::uint64_t epoch) const;

 private:
  struct Impl;
  explicit ChannelStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::verifier
