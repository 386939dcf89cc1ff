// Eight elements of the field modulo p = 2^255 - 19 at once, one in each 64-bit lane of a vector.
// For core/ed25519_ifma.cpp alone, which is compiled for AVX-512 IFMA.
//
// Radix 2^51: value = sum of limb[i] * 2^(51 i). Between operations every limb is below
// 2^51 + 2^15 (they are "carried"), so that the 52-bit multiplier sees it whole. Only `canonical`
// gives the one representation below p. Nothing here branches on a value.
#pragma once
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace earshot::ed25519 {

inline constexpr std::size_t kLimbs = 5;
inline constexpr std::size_t kLanes = 8;
inline constexpr std::uint64_t kLimbMask = (std::uint64_t{1} << 51) - 1;

struct Fe8 {
  __m512i limb[kLimbs];
};

// The limbs of 32 bytes, little-endian, without the top bit.
struct Limbs {
  std::uint64_t limb[kLimbs];
};
inline Limbs limbs_of(const std::uint8_t* bytes) {
  std::uint64_t word[4];
  __builtin_memcpy(word, bytes, sizeof word);
  return {{word[0] & kLimbMask, (word[0] >> 51 | word[1] << 13) & kLimbMask,
           (word[1] >> 38 | word[2] << 26) & kLimbMask, (word[2] >> 25 | word[3] << 39) & kLimbMask,
           word[3] >> 12 & kLimbMask}};
}

inline __m512i splat(std::uint64_t value) {
  return _mm512_set1_epi64(static_cast<long long>(value));
}
inline Fe8 splat(const Limbs& limbs) {
  return {{splat(limbs.limb[0]), splat(limbs.limb[1]), splat(limbs.limb[2]), splat(limbs.limb[3]),
           splat(limbs.limb[4])}};
}
inline Fe8 zero() { return splat(Limbs{}); }
inline Fe8 one() { return splat(Limbs{{1}}); }

// One value a lane; not reduced.
inline Fe8 load(const std::uint8_t* const* bytes) {
  alignas(64) std::uint64_t lanes[kLimbs][kLanes];
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const Limbs limbs = limbs_of(bytes[lane]);
    for (std::size_t i = 0; i < kLimbs; ++i) lanes[i][lane] = limbs.limb[i];
  }
  Fe8 out;
  for (std::size_t i = 0; i < kLimbs; ++i) out.limb[i] = _mm512_load_si512(lanes[i]);
  return out;
}

// Below 2^59.
inline __m512i times_19(__m512i x) {
  const __m512i nine = _mm512_add_epi64(_mm512_slli_epi64(x, 3), x);
  return _mm512_add_epi64(_mm512_add_epi64(nine, nine), x);
}

// Limbs below 2^61 become carried ones: what is above 51 bits goes one limb up, at once in all.
inline Fe8 carry(const Fe8& a) {
  const __m512i mask = splat(kLimbMask);
  Fe8 out;
  for (std::size_t i = 0; i < kLimbs; ++i) out.limb[i] = _mm512_and_si512(a.limb[i], mask);
  // What leaves the topmost limb comes back at the lowest, 19 times: below 2^15.
  out.limb[0] = _mm512_madd52lo_epu64(out.limb[0], _mm512_srli_epi64(a.limb[4], 51),
                                      splat(std::uint64_t{19}));
  for (std::size_t i = 1; i < kLimbs; ++i) {
    out.limb[i] = _mm512_add_epi64(out.limb[i], _mm512_srli_epi64(a.limb[i - 1], 51));
  }
  return out;
}

inline Fe8 add(const Fe8& a, const Fe8& b) {
  Fe8 sum;
  for (std::size_t i = 0; i < kLimbs; ++i) sum.limb[i] = _mm512_add_epi64(a.limb[i], b.limb[i]);
  return carry(sum);
}

// a - b as a + 2p - b: no limb becomes negative.
inline Fe8 sub(const Fe8& a, const Fe8& b) {
  const __m512i lowest = splat(2 * (kLimbMask - 18));
  const __m512i other = splat(2 * kLimbMask);
  Fe8 difference;
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const __m512i lifted = _mm512_add_epi64(a.limb[i], i == 0 ? lowest : other);
    difference.limb[i] = _mm512_sub_epi64(lifted, b.limb[i]);
  }
  return carry(difference);
}
inline Fe8 negated(const Fe8& a) { return sub(zero(), a); }

// -2a, as 4p - 2a.
inline Fe8 minus_twice(const Fe8& a) {
  const __m512i lowest = splat(4 * (kLimbMask - 18));
  const __m512i other = splat(4 * kLimbMask);
  Fe8 out;
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const __m512i twice = _mm512_add_epi64(a.limb[i], a.limb[i]);
    out.limb[i] = _mm512_sub_epi64(i == 0 ? lowest : other, twice);
  }
  return carry(out);
}
// 2a + b
inline Fe8 twice_plus(const Fe8& a, const Fe8& b) {
  Fe8 sum;
  for (std::size_t i = 0; i < kLimbs; ++i) {
    sum.limb[i] = _mm512_add_epi64(_mm512_add_epi64(a.limb[i], a.limb[i]), b.limb[i]);
  }
  return carry(sum);
}

// Columns of a product, 2^(51 k) each, below 2^56: the upper five weigh 19 times the lower ones.
inline Fe8 fold(const __m512i* column) {
  Fe8 out;
  for (std::size_t i = 0; i < kLimbs; ++i) {
    out.limb[i] = _mm512_add_epi64(column[i], times_19(column[i + kLimbs]));
  }
  return carry(out);
}

// The low 52 bits of a_i b_j belong to column i + j; the high ones weigh 2^52, twice column
// i + j + 1.
inline Fe8 mul(const Fe8& a, const Fe8& b) {
  const __m512i none = _mm512_setzero_si512();
  __m512i low[10] = {none, none, none, none, none, none, none, none, none, none};
  __m512i high[10] = {none, none, none, none, none, none, none, none, none, none};
#pragma GCC unroll 5
  for (std::size_t i = 0; i < kLimbs; ++i) {
#pragma GCC unroll 5
    for (std::size_t j = 0; j < kLimbs; ++j) {
      low[i + j] = _mm512_madd52lo_epu64(low[i + j], a.limb[i], b.limb[j]);
      high[i + j + 1] = _mm512_madd52hi_epu64(high[i + j + 1], a.limb[i], b.limb[j]);
    }
  }
  __m512i column[10];
  for (std::size_t k = 0; k < 10; ++k) {
    column[k] = _mm512_add_epi64(low[k], _mm512_add_epi64(high[k], high[k]));
  }
  return fold(column);
}

// As mul(a, a): products of different limbs occur twice.
inline Fe8 square(const Fe8& a) {
  const __m512i none = _mm512_setzero_si512();
  __m512i single[10] = {none, none, none, none, none, none, none, none, none, none};
  __m512i twice[10] = {none, none, none, none, none, none, none, none, none, none};
  __m512i fourfold[10] = {none, none, none, none, none, none, none, none, none, none};
#pragma GCC unroll 5
  for (std::size_t i = 0; i < kLimbs; ++i) {
    single[2 * i] = _mm512_madd52lo_epu64(single[2 * i], a.limb[i], a.limb[i]);
    twice[2 * i + 1] = _mm512_madd52hi_epu64(twice[2 * i + 1], a.limb[i], a.limb[i]);
#pragma GCC unroll 5
    for (std::size_t j = i + 1; j < kLimbs; ++j) {
      twice[i + j] = _mm512_madd52lo_epu64(twice[i + j], a.limb[i], a.limb[j]);
      fourfold[i + j + 1] = _mm512_madd52hi_epu64(fourfold[i + j + 1], a.limb[i], a.limb[j]);
    }
  }
  __m512i column[10];
  for (std::size_t k = 0; k < 10; ++k) {
    const __m512i half = _mm512_add_epi64(twice[k], _mm512_add_epi64(fourfold[k], fourfold[k]));
    column[k] = _mm512_add_epi64(single[k], _mm512_add_epi64(half, half));
  }
  return fold(column);
}

inline Fe8 squared(Fe8 a, int times) {
  for (; times > 0; --times) a = square(a);
  return a;
}

// z^(2^250 - 1), and z^11 on the way.
inline Fe8 power_250(const Fe8& z, Fe8& eleventh) {
  const Fe8 second = square(z);
  const Fe8 ninth = mul(squared(second, 2), z);
  eleventh = mul(ninth, second);
  const Fe8 bits5 = mul(square(eleventh), ninth);
  const Fe8 bits10 = mul(squared(bits5, 5), bits5);
  const Fe8 bits20 = mul(squared(bits10, 10), bits10);
  const Fe8 bits40 = mul(squared(bits20, 20), bits20);
  const Fe8 bits50 = mul(squared(bits40, 10), bits10);
  const Fe8 bits100 = mul(squared(bits50, 50), bits50);
  const Fe8 bits200 = mul(squared(bits100, 100), bits100);
  return mul(squared(bits200, 50), bits50);
}
// z^(p - 2); of 0 it is 0.
inline Fe8 inverse(const Fe8& z) {
  Fe8 eleventh;
  const Fe8 high = power_250(z, eleventh);
  return mul(squared(high, 5), eleventh);
}
// z^((p - 5) / 8)
inline Fe8 power_p58(const Fe8& z) {
  Fe8 eleventh;
  const Fe8 high = power_250(z, eleventh);
  return mul(squared(high, 2), z);
}

// The representation below p.
inline Fe8 canonical(const Fe8& a) {
  const __m512i mask = splat(kLimbMask);
  Fe8 out = carry(a);  // Below 2^255 + 2^205: p goes in at most once.
  __m512i over = splat(19);
  for (const __m512i& limb : out.limb) over = _mm512_srli_epi64(_mm512_add_epi64(limb, over), 51);
  over = times_19(over);
  for (__m512i& limb : out.limb) {
    limb = _mm512_add_epi64(limb, over);
    over = _mm512_srli_epi64(limb, 51);
    limb = _mm512_and_si512(limb, mask);
  }
  return out;
}

// Limb by limb.
inline __mmask8 same_limbs(const Fe8& a, const Fe8& b) {
  __m512i difference = _mm512_setzero_si512();
  for (std::size_t i = 0; i < kLimbs; ++i) {
    difference = _mm512_or_si512(difference, _mm512_xor_si512(a.limb[i], b.limb[i]));
  }
  return _mm512_testn_epi64_mask(difference, difference);
}
inline __mmask8 equal(const Fe8& a, const Fe8& b) {
  return same_limbs(canonical(sub(a, b)), zero());
}
// Of canonical elements.
inline __mmask8 odd(const Fe8& a) { return _mm512_test_epi64_mask(a.limb[0], splat(1)); }

// `a` in the lanes of the mask, `b` in the others.
inline Fe8 choose(__mmask8 mask, const Fe8& a, const Fe8& b) {
  Fe8 out;
  for (std::size_t i = 0; i < kLimbs; ++i) {
    out.limb[i] = _mm512_mask_blend_epi64(mask, b.limb[i], a.limb[i]);
  }
  return out;
}

}  // namespace earshot::ed25519
