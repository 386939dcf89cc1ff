#include "core/ed25519_ifma.h"

#if defined(__x86_64__)
#include "core/ed25519_point8.h"

namespace earshot::ed25519 {
namespace {

constexpr std::size_t kKeyDigits = 64;   // Of the challenge, base 16.
constexpr std::size_t kBaseDigits = 32;  // Of S, base 256.
constexpr std::size_t kKeyMultiples = 9;
constexpr std::size_t kAddendVectors = 4 * kLimbs;

// Signed digits, most near to zero; lane by lane, so that one load gives a digit of all.
struct Digits {
  std::int8_t key[kKeyDigits][kLanes];    // -8..7, the topmost 0..2
  std::int8_t base[kBaseDigits][kLanes];  // -128..127
};

// Scalars below L < 2^253: nothing is carried out of the topmost digit.
void put_digits(const LaneInput& input, std::size_t lane, Digits& digits) {
  int over = 0;
  for (std::size_t i = 0; i < kKeyDigits; ++i) {
    const int value = (input.challenge[i / 2] >> (i % 2 * 4) & 15) + over;
    over = value >= 8 ? 1 : 0;
    digits.key[i][lane] = static_cast<std::int8_t>(value - 16 * over);
  }
  over = 0;
  for (std::size_t i = 0; i < kBaseDigits; ++i) {
    const int value = input.s[i] + over;
    over = value >= 128 ? 1 : 0;
    digits.base[i][lane] = static_cast<std::int8_t>(value - 256 * over);
  }
}

__m512i digit_of(const std::int8_t* lanes) {
  return _mm512_cvtepi8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(lanes)));
}
__mmask8 negative(__m512i digit) { return _mm512_cmplt_epi64_mask(digit, _mm512_setzero_si512()); }

// Multiples 0 to 8 of a point in each lane.
struct KeyTable {
  alignas(64) std::uint64_t word[kKeyMultiples][kAddendVectors][kLanes];
};

void keep(const Addend8& addend, std::size_t multiple, KeyTable& table) {
  const Fe8* const members[] = {&addend.y_plus_x, &addend.y_minus_x, &addend.z2, &addend.t2d};
  for (std::size_t i = 0; i < kAddendVectors; ++i) {
    _mm512_store_si512(table.word[multiple][i], members[i / kLimbs]->limb[i % kLimbs]);
  }
}

void fill(const Point8& point, KeyTable& table) {
  const Addend8 single = addend_of(point);
  keep(addend_of(neutral()), 0, table);
  keep(single, 1, table);
  Point8 multiple = doubled<true>(point);
  for (std::size_t i = 2; i < kKeyMultiples; ++i) {
    if (i > 2) multiple = sum_of<true>(multiple, single);
    keep(addend_of(multiple), i, table);
  }
}

// Each lane's row by blending all nine, bit by bit of its number: on most CPUs a fraction of what a
// gather takes.
Addend8 key_multiple(const KeyTable& table, __m512i digit) {
  const __m512i row = _mm512_abs_epi64(digit);
  __mmask8 bit[4];
  for (unsigned k = 0; k < 4; ++k)
    bit[k] = _mm512_test_epi64_mask(row, splat(std::uint64_t{1} << k));
  Addend8 found;
  Fe8* const members[] = {&found.y_plus_x, &found.y_minus_x, &found.z2, &found.t2d};
#pragma GCC unroll 20
  for (std::size_t i = 0; i < kAddendVectors; ++i) {
    const auto at = [&](std::size_t multiple) {
      return _mm512_load_si512(table.word[multiple][i]);
    };
    const auto one_of = [&](std::size_t even) {
      return _mm512_mask_blend_epi64(bit[0], at(even), at(even + 1));
    };
    const __m512i low = _mm512_mask_blend_epi64(bit[1], one_of(0), one_of(2));
    const __m512i high = _mm512_mask_blend_epi64(bit[1], one_of(4), one_of(6));
    members[i / kLimbs]->limb[i % kLimbs] =
        _mm512_mask_blend_epi64(bit[3], _mm512_mask_blend_epi64(bit[2], low, high), at(8));
  }
  const __mmask8 flip = negative(digit);
  return {choose(flip, found.y_minus_x, found.y_plus_x),
          choose(flip, found.y_plus_x, found.y_minus_x), found.z2,
          choose(flip, negated(found.t2d), found.t2d)};
}

// Word k of row j becomes word j of row k.
void transpose(__m512i (&row)[kLanes]) {
  __m512i even[4];
  __m512i odd[4];
  for (std::size_t i = 0; i < 4; ++i) {
    even[i] = _mm512_unpacklo_epi64(row[2 * i], row[2 * i + 1]);
    odd[i] = _mm512_unpackhi_epi64(row[2 * i], row[2 * i + 1]);
  }
  const auto spread = [&](const __m512i(&pairs)[4], std::size_t first) {
    const __m512i a = _mm512_shuffle_i64x2(pairs[0], pairs[1], 0x88);  // Pairs 0 and 2 of each.
    const __m512i b = _mm512_shuffle_i64x2(pairs[2], pairs[3], 0x88);
    const __m512i c = _mm512_shuffle_i64x2(pairs[0], pairs[1], 0xdd);  // Pairs 1 and 3.
    const __m512i d = _mm512_shuffle_i64x2(pairs[2], pairs[3], 0xdd);
    row[first] = _mm512_shuffle_i64x2(a, b, 0x88);
    row[first + 4] = _mm512_shuffle_i64x2(a, b, 0xdd);
    row[first + 2] = _mm512_shuffle_i64x2(c, d, 0x88);
    row[first + 6] = _mm512_shuffle_i64x2(c, d, 0xdd);
  };
  spread(even, 0);
  spread(odd, 1);
}

AffineAddend8 base_multiple(const BaseTable& table, const std::int8_t* digits) {
  __m512i word[2][kLanes];
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::uint64_t* const row = table.word[digits[lane] < 0 ? -digits[lane] : digits[lane]];
    word[0][lane] = _mm512_load_si512(row);
    word[1][lane] = _mm512_load_si512(row + kLanes);
  }
  transpose(word[0]);
  transpose(word[1]);
  Fe8 found[3];
  for (std::size_t i = 0; i < 3 * kLimbs; ++i) {
    found[i / kLimbs].limb[i % kLimbs] = word[i / kLanes][i % kLanes];
  }
  const __mmask8 flip = negative(digit_of(digits));
  return {choose(flip, found[1], found[0]), choose(flip, found[0], found[1]),
          choose(flip, negated(found[2]), found[2])};
}

// [S]B + [challenge]P, P as in the table: four doublings a digit of the challenge, and with every
// second one a digit of S.
Point8 combined(const Digits& digits, const KeyTable& table, const BaseTable& base) {
  Point8 sum = neutral();
  for (std::size_t pair = kBaseDigits; pair-- > 0;) {
    for (std::size_t half = 2; half-- > 0;) {
      for (int k = 0; k < 3; ++k) sum = doubled<false>(sum);
      sum = doubled<true>(sum);
      const Addend8 addend = key_multiple(table, digit_of(digits.key[2 * pair + half]));
      sum = half == 1 ? sum_of<false>(sum, addend) : sum_of<true>(sum, addend);
    }
    sum = sum_of<false>(sum, base_multiple(base, digits.base[pair]));
  }
  return sum;
}

__mmask8 top_bits(const std::uint8_t* const* encodings) {
  unsigned bits = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    bits |= static_cast<unsigned>(encodings[lane][31] >> 7) << lane;
  }
  return static_cast<__mmask8>(bits);
}

}  // namespace

void fill_base_table(const std::uint8_t* multiples, BaseTable& table) {
  table.word[0][0] = table.word[0][kLimbs] = 1;  // Of the neutral point: 1, 1, 0.
  for (std::size_t first = 0; first < 128; first += kLanes) {
    const std::uint8_t* encodings[kLanes];
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      encodings[lane] = multiples + 32 * (first + lane);
    __mmask8 found = 0;
    const Point8 point = decompressed(load(encodings), top_bits(encodings), found);
    const Fe8 members[3] = {canonical(add(point.y, point.x)), canonical(sub(point.y, point.x)),
                            canonical(mul(point.t, twice_d()))};
    for (std::size_t i = 0; i < 3 * kLimbs; ++i) {
      alignas(64) std::uint64_t lanes[kLanes];
      _mm512_store_si512(lanes, members[i / kLimbs].limb[i % kLimbs]);
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        table.word[first + lane + 1][i] = lanes[lane];
      }
    }
  }
}

std::uint8_t verify_eight(const LaneInput* lanes, const BaseTable& base) {
  Digits digits;
  const std::uint8_t* keys[kLanes];
  const std::uint8_t* rs[kLanes];
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    put_digits(lanes[lane], lane, digits);
    keys[lane] = lanes[lane].key;
    rs[lane] = lanes[lane].r;
  }
  __mmask8 on_curve = 0;
  // -A: the other parity of x. Where x is 0 (small order, refused before) they are the same.
  const Point8 minus_key =
      decompressed(load(keys), static_cast<__mmask8>(~top_bits(keys)), on_curve);
  KeyTable table;
  fill(minus_key, table);
  const Point8 sum = combined(digits, table, base);
  const Fe8 z = inverse(sum.z);
  const __mmask8 same_y = same_limbs(canonical(mul(sum.y, z)), load(rs));
  const __mmask8 sign = odd(canonical(mul(sum.x, z)));
  const auto same_x = static_cast<__mmask8>(~(sign ^ top_bits(rs)));
  return static_cast<std::uint8_t>(on_curve & same_y & same_x);
}

}  // namespace earshot::ed25519
#endif
