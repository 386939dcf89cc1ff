// A payment channel from a device's payer to one hotspot, for one epoch: what opens it, what pays
// in it, and what it came to.
//
//     tip == SHA-256 applied max_units times to the payer's secret
//     the preimage that pays n units hashes to the tip in n steps
//
// The payer signs an anchor (EIP-712), verifiers countersign it and thereby reserve its maximum
// against the payer's deposit, and then each unit of traffic is paid by one more preimage: the
// hotspot checks it with one hash and without a network. Who serves first risks one unit, who pays
// first another; neither can lose more. docs/CHAIN.md has the bytes. Plain values, any thread.
#pragma once
#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "core/fixed.h"
#include "core/messages.h"

namespace earshot::rewards::channels {

// Chosen: more than a packet every two seconds all day; what it takes to check a channel's end is
// bounded by it.
inline constexpr std::uint32_t kMaxUnits = 65'536;
// Chosen: more verifiers than any network has.
inline constexpr std::size_t kMaxReservations = 64;

struct Anchor {
  EvmAddress payer{};
  PublicKey hotspot{};           // Who is paid: its owner's account, as registered in that epoch.
  std::uint64_t epoch = 0;       // The only one in which the channel pays.
  std::uint64_t unit_price = 0;  // Base units; at least 1.
  std::uint32_t max_units = 0;   // 1 to kMaxUnits.
  Hash256 tip{};
  bool operator==(const Anchor&) const = default;
};
// What is reserved for it. Below 2^80.
constexpr Uint128 maximum_of(const Anchor& anchor) {
  return Uint128{anchor.unit_price} * anchor.max_units;
}
// Errc::bad_data names the member that is out of range.
Result<void> check_anchor(const Anchor& anchor);

struct SignedAnchor {
  Anchor anchor;
  EvmSignature payer_signature{};          // Of the anchor's digest (rewards/chain/eip712.h).
  std::vector<EvmSignature> reservations;  // By verifiers, of its reservation digest.
  bool operator==(const SignedAnchor&) const = default;
};

// What a hotspot holds when an epoch ends, and what verifiers pay by: the last preimage it got.
struct ChannelEnd {
  SignedAnchor opening;
  std::uint32_t units = 0;  // At least 1: nobody claims nothing.
  Hash256 preimage{};
  bool operator==(const ChannelEnd&) const = default;
};

// "ERAN" | u16 version | payer 20 | hotspot 32 | u64 epoch | u64 unit price | u32 max units | tip
// 32 | payer's signature 65 | u8 n | n times 65.
Bytes encode(const SignedAnchor& opening);
Result<SignedAnchor> decode_anchor(ByteView bytes);
// "ERCE" | u16 version | u32 units | preimage 32 | the opening as above.
Bytes encode(const ChannelEnd& end);
Result<ChannelEnd> decode_channel_end(ByteView bytes);

// SHA-256 applied `steps` times.
Hash256 hash_steps(Hash256 word, std::uint32_t steps);

}  // namespace earshot::rewards::channels
