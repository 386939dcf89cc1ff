// What our own intake log holds of an epoch: what we state in its closing. One thread.
#pragma once
#include "verifier/quorum/quorum_store.h"
#include "verifier/registry_store.h"
#include "verifier/store.h"

namespace earshot::verifier {

class OwnIntake {
 public:
  struct Parts {
    const Quorum& quorum;
    const rewards::Policy& policy;
    MessageStore& messages;
    const RegistryStore& registry;
    const QuorumStore& store;
  };
  explicit OwnIntake(const Parts& parts) : parts_(parts) {}

  // Everything that is under `head`, and the links that we had in time until `now`. Its messages
  // can be found by their ids from then on: peers will ask for them.
  Result<IntakeList> list(std::uint64_t epoch, const LogHead& head, UnixNanos now);

 private:
  Result<std::vector<IntakeItem>> items(const std::vector<StoredMessage>& stored);
  Result<void> find_places_of(std::uint64_t epoch, const LogHead& head, IntakeList& list);
  Result<void> add_links(Round first, Round end, IntakeList& list);

  Parts parts_;
};

}  // namespace earshot::verifier
