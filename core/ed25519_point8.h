// Eight points of the Edwards curve -x^2 + y^2 = 1 + d x^2 y^2 at once (RFC 8032, section 5.1), one
// a lane. For core/ed25519_ifma.cpp alone.
//
// The formulas are complete (d is no square): they hold for every pair of points of the curve,
// those of small and mixed order too. In a lane that holds no point of the curve they give
// something else, which nobody may look at.
#pragma once
#include "core/ed25519_field8.h"

namespace earshot::ed25519 {

// Extended coordinates: x = X/Z, y = Y/Z, xy = T/Z.
struct Point8 {
  Fe8 x, y, z, t;
};
// What of a point its addition needs.
struct Addend8 {
  Fe8 y_plus_x, y_minus_x, z2, t2d;
};
// The same when Z is 1.
struct AffineAddend8 {
  Fe8 y_plus_x, y_minus_x, xy2d;
};

// Given: RFC 8032, section 5.1: d = -121665/121666 and a square root of -1.
inline constexpr std::uint8_t kD[32] = {
    0xa3, 0x78, 0x59, 0x13, 0xca, 0x4d, 0xeb, 0x75, 0xab, 0xd8, 0x41, 0x41, 0x4d, 0x0a, 0x70, 0x00,
    0x98, 0xe8, 0x79, 0x77, 0x79, 0x40, 0xc7, 0x8c, 0x73, 0xfe, 0x6f, 0x2b, 0xee, 0x6c, 0x03, 0x52};
inline constexpr std::uint8_t kRootOfMinusOne[32] = {
    0xb0, 0xa0, 0x0e, 0x4a, 0x27, 0x1b, 0xee, 0xc4, 0x78, 0xe4, 0x2f, 0xad, 0x06, 0x18, 0x43, 0x2f,
    0xa7, 0xd7, 0xfb, 0x3d, 0x99, 0x00, 0x4d, 0x2b, 0x0b, 0xdf, 0xc1, 0x4f, 0x80, 0x24, 0x83, 0x2b};
inline Fe8 curve_d() { return splat(limbs_of(kD)); }
inline Fe8 twice_d() { return add(curve_d(), curve_d()); }

inline Point8 neutral() { return {zero(), one(), one(), zero()}; }

inline Addend8 addend_of(const Point8& p) {
  return {add(p.y, p.x), sub(p.y, p.x), add(p.z, p.z), mul(p.t, twice_d())};
}

// WithT: whether the result's T is needed, by an addition that follows.
template <bool WithT>
inline Point8 product_of(const Fe8& e, const Fe8& f, const Fe8& g, const Fe8& h) {
  Point8 out{mul(e, f), mul(g, h), mul(f, g), {}};
  if constexpr (WithT) out.t = mul(e, h);
  return out;
}

template <bool WithT>
inline Point8 sum_of(const Point8& p, const Addend8& q) {
  const Fe8 a = mul(sub(p.y, p.x), q.y_minus_x);
  const Fe8 b = mul(add(p.y, p.x), q.y_plus_x);
  const Fe8 c = mul(p.t, q.t2d);
  const Fe8 d = mul(p.z, q.z2);
  return product_of<WithT>(sub(b, a), sub(d, c), add(d, c), add(b, a));
}

template <bool WithT>
inline Point8 sum_of(const Point8& p, const AffineAddend8& q) {
  const Fe8 a = mul(sub(p.y, p.x), q.y_minus_x);
  const Fe8 b = mul(add(p.y, p.x), q.y_plus_x);
  const Fe8 c = mul(p.t, q.xy2d);
  const Fe8 d = add(p.z, p.z);
  return product_of<WithT>(sub(b, a), sub(d, c), add(d, c), add(b, a));
}

template <bool WithT>
inline Point8 doubled(const Point8& p) {
  const Fe8 a = square(p.x);
  const Fe8 b = square(p.y);
  const Fe8 h = add(a, b);
  // h - (x + y)^2; a multiplication costs no more than a square here, and saves the sum.
  const Fe8 e = minus_twice(mul(p.x, p.y));
  const Fe8 g = sub(a, b);
  const Fe8 f = twice_plus(square(p.z), g);
  return product_of<WithT>(e, f, g, h);
}

// The point of an encoding's y whose x has the parity `odd_x`; `found`: the lanes that have one.
inline Point8 decompressed(const Fe8& y, __mmask8 odd_x, __mmask8& found) {
  const Fe8 y2 = square(y);
  const Fe8 u = sub(y2, one());
  const Fe8 v = add(mul(y2, curve_d()), one());
  const Fe8 v3 = mul(square(v), v);
  const Fe8 v7 = mul(square(v3), v);
  const Fe8 root = mul(mul(u, v3), power_p58(mul(u, v7)));
  const Fe8 vx2 = mul(v, square(root));
  const __mmask8 is_root = equal(vx2, u);
  found = static_cast<__mmask8>(is_root | equal(vx2, negated(u)));
  const Fe8 other = mul(root, splat(limbs_of(kRootOfMinusOne)));
  Fe8 x = canonical(choose(is_root, root, other));
  x = choose(static_cast<__mmask8>(odd(x) ^ odd_x), negated(x), x);
  return {x, y, one(), mul(x, y)};
}

}  // namespace earshot::ed25519
