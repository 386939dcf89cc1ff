// Envelopes by message: our own, or those that other members showed us. One thread.
#pragma once
#include "verifier/header_shelf.h"
#include "verifier/quorum/quorum_store.h"

namespace earshot::verifier {

class Envelopes {
 public:
  Envelopes(const MessageStore& messages, const QuorumStore& quorum)
      : messages_(messages), quorum_(quorum), headers_(messages) {}

  // The envelope with this hash; nothing when neither store has it.
  Result<std::optional<Bytes>> find(const Hash256& message, const Hash256& envelope);

 private:
  const MessageStore& messages_;
  const QuorumStore& quorum_;
  HeaderShelf headers_;
};

}  // namespace earshot::verifier
