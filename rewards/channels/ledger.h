// The hotspot's side of many channels: which are open, and how far each is paid. Checks a voucher
// by as many hashes as units it pays, and remembers the newest.
//
// One cache line a channel, found by its id's first 8 bytes. A ledger serves one thread; whoever
// has several gives each the channels of some ids.
#pragma once
#include <optional>
#include <vector>

#include "rewards/channels/anchor.h"

namespace earshot::rewards::channels {

// What a payer sends for traffic: 44 bytes, `u64 channel | u32 units | preimage 32`. `channel` is
// the first 8 bytes of the anchor's digest; `units` counts from the opening, so that a lost voucher
// is made good by the next one.
struct Voucher {
  std::uint64_t channel = 0;
  std::uint32_t units = 0;
  Hash256 preimage{};
  bool operator==(const Voucher&) const = default;
};
inline constexpr std::size_t kVoucherBytes = 8 + 4 + 32;
Bytes encode(const Voucher& voucher);
Result<Voucher> decode_voucher(ByteView bytes);
std::uint64_t channel_number(const Hash256& anchor_digest);

enum class Receipt {
  accepted,
  unknown_channel,
  stale,          // Pays no more than was paid already: a repeat, or out of order.
  too_many,       // More units than the anchor allows.
  too_far,        // Skips more than kMaxSkip units: not worth the hashes it takes to check.
  wrong_preimage  // Does not hash to the last one.
};
std::string_view receipt_name(Receipt receipt);

class Ledger {
 public:
  // Chosen: hashes that one voucher of a stranger may cost.
  static constexpr std::uint32_t kMaxSkip = 64;

  // Room for `channels`; `salt` is any number that payers cannot foresee, so that nobody can choose
  // ids that collide.
  Ledger(std::size_t channels, std::uint64_t salt);

  // How far a channel is paid: units and newest preimage (the tip at 0 units).
  struct State {
    std::uint32_t units = 0;
    Hash256 preimage{};
  };
  // What to make of a voucher for channel `channel` that is paid up to `state`. Pure.
  static Receipt judge(const Voucher& voucher, std::uint64_t channel, const State& state,
                       std::uint32_t max_units);

  // False when the ledger is full or a channel of that number is open. Precondition: a checked
  // anchor (check_anchor, check_opening).
  bool open(std::uint64_t channel, const Anchor& anchor);
  Receipt take(const Voucher& voucher);
  std::optional<State> state(std::uint64_t channel) const;

 private:
  struct alignas(64) Slot {
    std::uint64_t channel = 0;
    State state;
    std::uint32_t max_units = 0;  // 0: free.
  };
  std::size_t slot_of(std::uint64_t channel) const;

  std::vector<Slot> slots_;  // A power of two, at most half full.
  std::uint64_t salt_;
  std::size_t room_;
};

}  // namespace earshot::rewards::channels
