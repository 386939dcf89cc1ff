// What other verifiers have reserved of a payer's deposit. Any thread, blocking.
#pragma once
#include <vector>

#include "rewards/channels/anchor.h"

namespace earshot::verifier {

class OtherReservations {
 public:
  virtual ~OtherReservations() = default;
  // For epochs from `first` on; whether the payer signed them is not checked. Errc::unavailable
  // when too few of the others answer for a reservation to be safe.
  virtual Result<std::vector<rewards::channels::SignedAnchor>> reserved(const EvmAddress& payer,
                                                                        std::uint64_t first) = 0;
  // How many of them are not waited for, because they did not answer.
  virtual std::size_t silent() const = 0;
};

}  // namespace earshot::verifier
