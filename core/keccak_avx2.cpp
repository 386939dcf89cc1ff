#if defined(__x86_64__)
#include <immintrin.h>

#include "core/keccak_blocks.h"
#include "core/keccak_rounds.h"

namespace earshot::keccak {
namespace {

struct Four {
  using Vector = __m256i;
  static Vector exclusive_or(Vector a, Vector b) { return _mm256_xor_si256(a, b); }
  static Vector xor3(Vector a, Vector b, Vector c) { return exclusive_or(a, exclusive_or(b, c)); }
  static Vector chi(Vector a, Vector b, Vector c) {
    return exclusive_or(a, _mm256_andnot_si256(b, c));
  }
  template <int kBits>
  static Vector rotate(Vector a) {
    if constexpr (kBits == 0) return a;
    return _mm256_or_si256(_mm256_slli_epi64(a, kBits), _mm256_srli_epi64(a, 64 - kBits));
  }
  static Vector fill(std::uint64_t word) {
    return _mm256_set1_epi64x(static_cast<long long>(word));
  }
};

}  // namespace

void digest_four(const std::uint64_t (*block)[4], std::uint64_t (*digest)[4]) {
  __m256i state[kStateWords];
  for (std::size_t i = 0; i < kStateWords; ++i) {
    state[i] = i < kRateWords ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block[i]))
                              : _mm256_setzero_si256();
  }
  Permutation<Four>::run(state);
  for (std::size_t i = 0; i < kDigestWords; ++i) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(digest[i]), state[i]);
  }
}

}  // namespace earshot::keccak
#endif
