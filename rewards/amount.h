// Amounts of base units as 128-bit integers.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/fixed.h"
#include "core/result.h"

namespace earshot::rewards {

// As amount_from_decimal (payout_tree.h), and below 2^128. Errc::bad_data otherwise.
Result<Uint128> amount128_from_decimal(std::string_view text);
std::string amount128_to_decimal(Uint128 amount);

// 16 bytes, big-endian.
void put128(Writer& writer, Uint128 value);
Uint128 get128(Reader& reader);

// a + b; nothing when the sum leaves 128 bits.
std::optional<Uint128> checked_sum(Uint128 a, Uint128 b);

}  // namespace earshot::rewards
