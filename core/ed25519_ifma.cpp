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

Addend8 key_multiple(const KeyTable& table, __m512i digit) {
  const __m512i lane = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i row = _mm512_abs_epi64(digit);
  // Row times kAddendVectors * kLanes = 160 words.
  const __m512i index = _mm512_add_epi64(
      _mm512_add_epi64(_mm512_slli_epi64(row, 7), _mm512_slli_epi64(row, 5)), lane);
  Addend8 found;
  Fe8* const members[] = {&found.y_plus_x, &found.y_minus_x, &found.z2, &found.t2d};
  for (std::size_t i = 0; i < kAddendVectors; ++i) {
    members[i / kLimbs]->limb[i % kLimbs] =
        _mm512_i64gather_epi64(index, table.word[0][i], sizeof(std::uint64_t));
  }
  const __mmask8 flip = negative(digit);
  return {choose(flip, found.y_minus_x, found.y_plus_x),
          choose(flip, found.y_plus_x, found.y_minus_x), found.z2,
          choose(flip, negated(found.t2d), found.t2d)};
}

AffineAddend8 base_multiple(const BaseTable& table, __m512i digit) {
  const __m512i row = _mm512_abs_epi64(digit);
  // Row times 15 words.
  const __m512i index = _mm512_sub_epi64(_mm512_slli_epi64(row, 4), row);
  Fe8 found[3];
  for (std::size_t i = 0; i < 3 * kLimbs; ++i) {
    found[i / kLimbs].limb[i % kLimbs] = _mm512_i64gather_epi64(
        index, &table.limb[0][i / kLimbs][i % kLimbs], sizeof(std::uint64_t));
  }
  const __mmask8 flip = negative(digit);
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
    sum = sum_of<false>(sum, base_multiple(base, digit_of(digits.base[pair])));
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
  for (std::size_t i = 0; i < kLimbs; ++i) {
    table.limb[0][0][i] = table.limb[0][1][i] = i == 0 ? 1 : 0;
    table.limb[0][2][i] = 0;
  }
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
        table.limb[first + lane + 1][i / kLimbs][i % kLimbs] = lanes[lane];
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
