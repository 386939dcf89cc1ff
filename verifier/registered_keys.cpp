#include "verifier/registered_keys.h"

#include <cassert>
#include <cstdlib>
#include <cstring>

namespace earshot::verifier {
namespace {

// Keys are points: their bytes are as good as a hash. Who seeks keys that fall together finds them,
// and gains that the store is asked.
std::size_t number_of(const PublicKey& key) {
  std::uint64_t number = 0;
  std::memcpy(&number, key.data(), sizeof number);
  return number;
}

}  // namespace

// calloc: pages that no key touches are never made.
RegisteredKeys::RegisteredKeys(const MessageStore& store)
    : store_(store),
      slots_(static_cast<PublicKey*>(std::calloc(kSlots, sizeof(PublicKey)))) {  // NOLINT
  assert(slots_ != nullptr);
}

void RegisteredKeys::Free::operator()(PublicKey* slots) const { std::free(slots); }  // NOLINT

Result<bool> RegisteredKeys::is_registered(const PublicKey& key) {
  const std::size_t number = number_of(key);
  PublicKey& slot = slots_[number % kSlots];
  std::mutex& stripe = stripes_[number % kStripes];
  {
    const std::lock_guard lock(stripe);
    if (slot == key && key != PublicKey{}) return true;
  }
  Result<bool> found = store_.is_registered(key);
  if (!found || !*found) return found;
  const std::lock_guard lock(stripe);
  slot = key;
  return true;
}

}  // namespace earshot::verifier
