// Folds the ends of an epoch's channels into what payers owe and hotspots earn:
//
//     sum of fees of all uses == sum of the payers' new debits
//     debits of a payer, over all epochs, <= its deposit
//     no use pays more units than a preimage of the payer's shows
//
// A function of the signed book alone: every verifier and every auditor gets the same figures.
// Integers only; nothing is rounded. Any thread.
#pragma once
#include <span>

#include "core/hash.h"
#include "rewards/channels/anchor.h"
#include "rewards/epoch_rewards.h"

namespace earshot::rewards::channels {

// What an epoch's settlement starts from, as of one finalized block of the chain.
struct Book {
  EvmAddress contract{};                  // Of the network's chain; anchors are signed for it.
  std::uint64_t deposit_block = 0;        // The block that the following was read at.
  std::uint32_t reservations_needed = 1;  // Countersignatures that open a channel.
  std::vector<EvmAddress> verifiers;      // Who may give them; strictly ascending.
  std::vector<AccountTotal> deposits;     // Of everybody who ever deposited; strictly ascending.
  std::vector<ChannelEnd> ends;           // Strictly ascending by anchor digest.
  bool operator==(const Book&) const = default;
};

enum class UseVerdict : std::uint8_t {
  paid = 1,
  paid_in_part = 2,      // The deposit holds no more; cannot happen while M verifiers are honest.
  other_epoch = 3,       // The anchor is for another epoch.
  bad_signature = 4,     // Not the payer's.
  not_reserved = 5,      // Too few countersignatures of different verifiers.
  wrong_preimage = 6,    // Does not hash to the tip.
  unknown_hotspot = 7,   // Not registered in the epoch: it has no owner to be paid.
  nothing_deposited = 8  // The payer's deposit is spent, or never was.
};
std::string_view use_verdict_name(UseVerdict verdict);

// What one channel came to.
struct Use {
  Hash256 channel{};  // The anchor's digest.
  EvmAddress payer{};
  PublicKey hotspot{};
  UseVerdict verdict = UseVerdict::paid;
  std::uint32_t units = 0;  // Paid.
  Uint128 fee = 0;          // units * unit price.
};

struct Settlement {
  std::vector<Use> uses;             // One for each end, in the book's order.
  std::vector<AccountTotal> debits;  // Ascending; everybody in `deposits`, zero included.
  std::vector<DataUse> data;         // Fees by hotspot, ascending; none is zero.
};

// `standings` ascending by hotspot; `previous` the debits of the epoch before. Errc::bad_data when
// the book contradicts itself: out of order, or a payer of `previous` is not among the depositors.
Result<Settlement> settle_channels(const Book& book, NetworkId network, std::uint64_t epoch,
                                   std::span<const Standing> standings,
                                   std::span<const AccountTotal> previous);

// Sorts deposits and ends; of two ends of one channel keeps the one that pays more.
void canonicalize(Book& book, NetworkId network);
Bytes encode(const Book& book);
Result<Book> decode_book(ByteView bytes);

}  // namespace earshot::rewards::channels
