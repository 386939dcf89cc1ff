#include "core/keccak_lanes.h"

#include <cassert>
#include <cstring>

#include "core/keccak_blocks.h"
#include "core/owner_signature.h"

namespace earshot {
namespace {

// Chosen: a vector takes as long as one message alone, or less.
constexpr std::size_t kLeastLanes = 2;

#if defined(__x86_64__)

void digest(const std::uint64_t (*block)[4], std::uint64_t (*out)[4]) {
  keccak::digest_four(block, out);
}
void digest(const std::uint64_t (*block)[8], std::uint64_t (*out)[8]) {
  keccak::digest_eight(block, out);
}

// Lane l of a block: the message, 0x01, zeros, 0x80 in the block's last byte.
template <std::size_t kLanes>
void put_message(ByteView message, std::size_t lane, std::uint64_t (*block)[kLanes]) {
  std::array<std::uint64_t, keccak::kRateWords> words{};
  if (!message.empty()) std::memcpy(words.data(), message.data(), message.size());
  words[message.size() / 8] ^= std::uint64_t{1} << (message.size() % 8 * 8);
  words.back() ^= std::uint64_t{1} << 63;
  for (std::size_t w = 0; w < words.size(); ++w) block[w][lane] = words[w];
}

// How many hashes it has written: all, or but a few that would not fill a vector.
template <std::size_t kLanes>
std::size_t hash_in_lanes(ByteView messages, std::size_t length, std::span<Hash256> hashes) {
  alignas(64) std::uint64_t block[keccak::kRateWords][kLanes];
  alignas(64) std::uint64_t digests[keccak::kDigestWords][kLanes];
  std::size_t done = 0;
  while (hashes.size() - done >= kLeastLanes) {
    const std::size_t used = std::min(kLanes, hashes.size() - done);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const std::size_t index = done + std::min(lane, used - 1);
      put_message<kLanes>(messages.subspan(index * length, length), lane, block);
    }
    digest(block, digests);
    for (std::size_t lane = 0; lane < used; ++lane) {
      std::array<std::uint64_t, keccak::kDigestWords> words{};
      for (std::size_t w = 0; w < words.size(); ++w) words[w] = digests[w][lane];
      std::memcpy(hashes[done + lane].data(), words.data(), sizeof(words));
    }
    done += used;
  }
  return done;
}

#endif

}  // namespace

bool has_engine(KeccakEngine engine) {
#if defined(__x86_64__)
  if (engine == KeccakEngine::avx512) return __builtin_cpu_supports("avx512f") != 0;
  if (engine == KeccakEngine::avx2) return __builtin_cpu_supports("avx2") != 0;
#endif
  return engine == KeccakEngine::one_by_one;
}

KeccakEngine keccak_engine() {
  static const KeccakEngine fastest = [] {
    for (const KeccakEngine engine : {KeccakEngine::avx512, KeccakEngine::avx2}) {
      if (has_engine(engine)) return engine;
    }
    return KeccakEngine::one_by_one;
  }();
  return fastest;
}

std::string_view engine_name(KeccakEngine engine) {
  if (engine == KeccakEngine::avx512) return "AVX-512";
  return engine == KeccakEngine::avx2 ? "AVX2" : "Crypto++";
}

void keccak256_each(ByteView messages, std::size_t length, std::span<Hash256> hashes,
                    KeccakEngine engine) {
  assert(length <= kMostKeccakBytes && messages.size() == length * hashes.size());
  assert(has_engine(engine));
  std::size_t done = 0;
#if defined(__x86_64__)
  if (engine == KeccakEngine::avx512) done = hash_in_lanes<8>(messages, length, hashes);
  if (engine == KeccakEngine::avx2) done = hash_in_lanes<4>(messages, length, hashes);
#endif
  for (; done < hashes.size(); ++done) {
    hashes[done] = keccak256(messages.subspan(done * length, length));
  }
}

}  // namespace earshot
