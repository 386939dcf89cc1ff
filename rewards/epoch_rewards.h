// From verdicts to payouts, in integers:
//
//     sum of all account credits of an epoch == the epoch's emission + what deposits paid, always
//     what hotspots get for data == the fees that payers were charged, never more
//
// Units follow Helium (HIP-15: rewards/units.h). What a beacon is worth to its hotspot and to those
// who heard it is scaled by how crowded the beacon's place is (rewards/density.h): coverage is
// where the beacon came from. Under `earshot` the shares are weighted by tier, the coverage bucket
// is split over them and the listeners' bucket over listeners' shares by largest remainder (ties to
// the smaller key); under `helium` the split is Helium's (rewards/helium_split.h). A bucket that
// nobody earned goes to the reserve account.
//
// Verifiers: one that is alone has the bucket's account in the policy. Of several each owns an
// equal part, and gets as much of it as it gave links, of one a round of the epoch (rounded down):
// one that withholds links loses by it. The rest goes to the reserve account.
//
// Data: hotspots get exactly the fees of the channels they served. The emission's data bucket
// covers them as far as it reaches, and as much of the burned deposits stays burned for good;
// deposits pay the rest. What the bucket has left goes to the reserve account.
#pragma once
#include <map>
#include <span>
#include <vector>

#include "core/fixed.h"
#include "rewards/density.h"
#include "rewards/policy.h"

namespace earshot::rewards {

// One accepted beacon and the witnesses whose reports of it were accepted.
struct BeaconCredit {
  PublicKey hotspot{};
  std::vector<PublicKey> witnesses;  // Ascending, without repeats, never the beaconer.
};

struct Standing {
  PublicKey hotspot{};
  EvmAddress owner{};
  Tier tier = Tier::unproven;
  std::uint64_t cell = 0;  // S2; 0: nowhere, so that it neither crowds nor is crowded.
  bool crowds = false;     // Counts among the hotspots of its cell.
};

// What a hotspot's channels came to (rewards/channels).
struct DataUse {
  PublicKey hotspot{};
  Uint128 fee = 0;
};

// What one of several verifiers gave to the epoch's entropy.
struct VerifierWork {
  EvmAddress account{};
  std::uint32_t links = 0;  // At most the policy's epoch_rounds.
};

struct VerifierReward {
  EvmAddress account{};
  std::uint32_t links = 0;
  Uint128 amount = 0;
};

struct HotspotReward {
  PublicKey hotspot{};
  EvmAddress owner{};
  Tier tier = Tier::unproven;
  std::uint64_t beacon_units = 0;  // 10^-4 unit, before the density's scale and the tier's weight.
  std::uint64_t witness_units = 0;
  std::uint64_t scale = kFullScale;  // 10^-4: how crowded its own place is.
  std::uint64_t beacon_shares = 0;   // 10^-8: units times the scale of the place of the beacon.
  std::uint64_t witness_shares = 0;
  Uint128 data = 0;    // Fees of its channels.
  Uint128 amount = 0;  // Base units, `data` included.
};

struct AccountTotal {
  EvmAddress account{};
  Uint128 cumulative = 0;  // Base units, over all epochs.
  bool operator==(const AccountTotal&) const = default;
};

struct EpochRewards {
  std::vector<HotspotReward> hotspots;    // Ascending by key: all of `standings`.
  std::vector<VerifierReward> verifiers;  // None when one is alone.
  std::vector<AccountTotal>
      accounts;  // Ascending by address: previous totals plus this epoch's credits; none is zero.
  Uint128 emitted = 0;             // This epoch.
  Uint128 fees = 0;                // What payers were charged in this epoch.
  Uint128 fees_from_deposits = 0;  // Of them: what the data bucket did not cover.
  Uint128 cumulative_total = 0;    // Sum of accounts.
};

// `standings`, `previous`, `data` and `verifiers` (none when one is alone) ascending without
// repeats; every key in `credits` and `data` has a standing. Errc::bad_data names the offender;
// also when a total leaves 128 bits.
Result<EpochRewards> epoch_rewards(const Policy& policy, std::span<const BeaconCredit> credits,
                                   std::span<const Standing> standings,
                                   std::span<const AccountTotal> previous,
                                   std::span<const DataUse> data = {},
                                   std::span<const VerifierWork> verifiers = {});

// The canonical rewards file (docs/PROTOCOL.md), whose SHA-256 is the artifact hash: "ERSH" | u16
// version | u64 epoch | policy hash 32 | previous artifact hash 32 | previous rewards root 32 | u64
// log size | log root 32 | u128 cumulative total | u128 cumulative data | u32 m | m x (payer 20 |
// u128 spent) | u32 n | n x (address 20 | u128 cumulative), both lists ascending by address.
struct Artifact {
  std::uint64_t epoch = 0;
  Hash256 policy{};
  Hash256 previous_artifact{};
  Hash256 previous_rewards_root{};
  std::uint64_t log_size = 0;
  Hash256 log_root{};
  Uint128 cumulative_total = 0;
  Uint128 cumulative_data = 0;       // Part of the total that deposits paid for.
  std::vector<AccountTotal> debits;  // What each depositor spent, ever; zeros are there too.
  std::vector<AccountTotal> accounts;
  bool operator==(const Artifact&) const = default;
};
Bytes encode(const Artifact& artifact);
Result<Artifact> decode_artifact(ByteView bytes);
// Root of the payout tree over the artifact's accounts; 32 zero bytes when there are none.
Hash256 rewards_root(const Artifact& artifact);
// The same over its debits.
Hash256 debits_root(const Artifact& artifact);

}  // namespace earshot::rewards
