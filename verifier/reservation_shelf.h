// What this verifier has reserved, and what it is about to, by payer: in memory, so that other
// verifiers are answered without waiting for a disk or for whoever is being asked meanwhile.
//
// What is shown is seen by everybody who asks later: of two verifiers that both show and then ask
// each other, at least one sees what the other shows. Any thread.
#pragma once
#include <map>
#include <mutex>
#include <vector>

#include "core/hash.h"
#include "rewards/channels/anchor.h"

namespace earshot::verifier {

class ReservationShelf {
 public:
  // Chosen: a verifier that is further behind may be told of fewer.
  static constexpr std::uint64_t kKeptEpochs = 64;

  // True when it is reserved already. Otherwise it is shown from now on, and whoever asked says
  // once what became of it: keep or drop. `id`: the anchor's digest.
  bool show(const Hash256& id, const rewards::channels::SignedAnchor& opening);
  void keep(const Hash256& id, const EvmAddress& payer);
  void drop(const Hash256& id, const EvmAddress& payer);

  // Shown and reserved, for epochs from `first` on.
  std::map<Hash256, rewards::channels::SignedAnchor> of(const EvmAddress& payer,
                                                        std::uint64_t first) const;

 private:
  struct Entry {
    rewards::channels::SignedAnchor opening;  // Without reservations.
    std::size_t asking = 0;                   // So many wait for what becomes of it.
    bool is_reserved = false;
  };
  using Entries = std::map<Hash256, Entry>;

  mutable std::mutex mutex_;
  std::map<EvmAddress, Entries> payers_;
};

}  // namespace earshot::verifier
