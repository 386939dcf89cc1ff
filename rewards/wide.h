// Products that leave 128 bits, divided at once.
#pragma once
#include "core/fixed.h"

namespace earshot::rewards {

struct Quotient {
  Uint128 whole = 0;
  Uint128 rest = 0;  // Below the divisor.
};

// a * b / divisor with a 256-bit product in between. Preconditions: divisor > 0 and below 2^127,
// and the quotient fits 128 bits (a <= divisor or b <= divisor is enough for that when the other
// fits).
Quotient multiply_divide(Uint128 a, Uint128 b, Uint128 divisor);

// a * b / divisor, to the nearest integer, ties to the even one.
Uint128 multiply_divide_half_even(Uint128 a, Uint128 b, Uint128 divisor);

}  // namespace earshot::rewards
