// Asks the other members what they have reserved of a payer's deposit, all at once, for two seconds
// at most. At least M - 1 of them have to answer. Any thread.
#pragma once
#include <memory>

#include "verifier/other_reservations.h"
#include "verifier/quorum/peer.h"
#include "verifier/quorum/quorum.h"

namespace earshot::verifier {

class PeerReservations final : public OtherReservations {
 public:
  // Both are borrowed; `peers` by member, null for ourselves.
  PeerReservations(const Quorum& quorum, const std::vector<std::unique_ptr<Peer>>& peers)
      : quorum_(quorum), peers_(peers) {}

  Result<std::vector<rewards::channels::SignedAnchor>> reserved(const EvmAddress& payer,
                                                                std::uint64_t first) override;

 private:
  const Quorum& quorum_;
  const std::vector<std::unique_ptr<Peer>>& peers_;
};

}  // namespace earshot::verifier
