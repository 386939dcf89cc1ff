#include "rewards/wide.h"

#include <cassert>

namespace earshot::rewards {
namespace {

struct Uint256 {
  Uint128 high;
  Uint128 low;
};

Uint256 multiply(Uint128 a, Uint128 b) {
  const auto low = [](Uint128 x) { return Uint128{static_cast<std::uint64_t>(x)}; };
  const Uint128 low_low = low(a) * low(b);
  const Uint128 high_low = (a >> 64) * low(b);
  const Uint128 low_high = low(a) * (b >> 64);
  const Uint128 middle = (low_low >> 64) + low(high_low) + low(low_high);
  return {(a >> 64) * (b >> 64) + (high_low >> 64) + (low_high >> 64) + (middle >> 64),
          middle << 64 | low(low_low)};
}

}  // namespace

Quotient multiply_divide(Uint128 a, Uint128 b, Uint128 divisor) {
  assert(divisor > 0 && divisor >> 127 == 0);
  const Uint256 product = multiply(a, b);
  if (product.high == 0) return {product.low / divisor, product.low % divisor};
  // Long division, bit by bit; the rest stays below the divisor and so doubles within 128 bits.
  Quotient out{0, product.high % divisor};
  assert(product.high < divisor);
  for (int bit = 127; bit >= 0; --bit) {
    out.rest = out.rest << 1 | (product.low >> bit & 1);
    out.whole <<= 1;
    if (out.rest < divisor) continue;
    out.rest -= divisor;
    out.whole |= 1;
  }
  return out;
}

Uint128 multiply_divide_half_even(Uint128 a, Uint128 b, Uint128 divisor) {
  const Quotient q = multiply_divide(a, b, divisor);
  const Uint128 above = divisor - q.rest;
  const bool up = q.rest > above || (q.rest == above && q.whole % 2 == 1);
  return q.whole + (up ? 1 : 0);
}

}  // namespace earshot::rewards
