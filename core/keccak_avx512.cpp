#if defined(__x86_64__)
#include <immintrin.h>

#include "core/keccak_blocks.h"
#include "core/keccak_rounds.h"

namespace earshot::keccak {
namespace {

struct Eight {
  using Vector = __m512i;
  static Vector exclusive_or(Vector a, Vector b) { return _mm512_xor_si512(a, b); }
  static Vector xor3(Vector a, Vector b, Vector c) {
    return _mm512_ternarylogic_epi64(a, b, c, 0x96);
  }
  static Vector chi(Vector a, Vector b, Vector c) {
    return _mm512_ternarylogic_epi64(a, b, c, 0xd2);
  }
  template <int kBits>
  static Vector rotate(Vector a) {
    return _mm512_rol_epi64(a, kBits);
  }
  static Vector fill(std::uint64_t word) { return _mm512_set1_epi64(static_cast<long long>(word)); }
};

}  // namespace

void digest_eight(const std::uint64_t (*block)[8], std::uint64_t (*digest)[8]) {
  __m512i state[kStateWords];
  for (std::size_t i = 0; i < kStateWords; ++i) {
    state[i] = i < kRateWords ? _mm512_loadu_si512(block[i]) : _mm512_setzero_si512();
  }
  Permutation<Eight>::run(state);
  for (std::size_t i = 0; i < kDigestWords; ++i) _mm512_storeu_si512(digest[i], state[i]);
}

}  // namespace earshot::keccak
#endif
