// Remembers which keys are registered, because every request asks. A key that has onboarded stays
// registered, so only what is true is kept; the store is asked about the rest.
//
// Memory does not grow: 32 MiB at most, used as keys come. Any thread.
#pragma once
#include <array>
#include <memory>
#include <mutex>

#include "verifier/store.h"

namespace earshot::verifier {

class RegisteredKeys {
 public:
  explicit RegisteredKeys(const MessageStore& store);

  Result<bool> is_registered(const PublicKey& key);

 private:
  static constexpr std::size_t kSlots = std::size_t{1} << 20;  // A slot a key, the newest stays.
  static constexpr std::size_t kStripes = 64;
  struct Free {
    void operator()(PublicKey* slots) const;
  };

  const MessageStore& store_;
  std::unique_ptr<PublicKey[], Free> slots_;  // Zero: free; no valid key is zero.
  std::array<std::mutex, kStripes> stripes_;
};

}  // namespace earshot::verifier
