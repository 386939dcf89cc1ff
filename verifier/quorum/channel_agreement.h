// The book that several verifiers settle an epoch's payment channels by: a pure function of the
// books that they stated.
//
//     block, deposits, verifiers   what at least M books say alike; without that there is no book
//     ends                         of each channel the one that pays most, of all that any book has
//
// An end proves by itself that it was paid: payer's signature, M countersignatures, preimage. So
// one verifier that took it in time is enough; those that do not pay are nobody's.
//
//     agree_on_channels({book}, 1) == book   when all of its ends pay
#pragma once
#include <optional>
#include <span>

#include "rewards/channels/settlement.h"

namespace earshot::verifier {

// `threshold`: M, more than half of the verifiers. In any order.
std::optional<rewards::channels::Book> agree_on_channels(
    std::span<const rewards::channels::Book> books, std::size_t threshold, NetworkId network,
    std::uint64_t epoch);

}  // namespace earshot::verifier
