// Where an epoch's agreement gets our own view of its payment channels from. One thread at a time.
#pragma once
#include "core/time.h"
#include "rewards/channels/settlement.h"

namespace earshot::verifier {

class ChannelBooks {
 public:
  virtual ~ChannelBooks() = default;
  // From now on no channel end is taken for `epoch` or one before it.
  virtual void close(std::uint64_t epoch) = 0;
  // Deposits and signers as of the last finalized block before `end` (the epoch's), and every end
  // that was taken for it; closes it. Errc::unavailable while the node does not answer, or cannot
  // tell yet which block that is.
  virtual Result<rewards::channels::Book> book(std::uint64_t epoch, UnixNanos end) = 0;
};

}  // namespace earshot::verifier
