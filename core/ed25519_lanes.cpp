#include "core/ed25519_lanes.h"

#include <sodium.h>

#include <cassert>
#include <memory>

#include "core/ed25519_ifma.h"

namespace earshot {

#if defined(__x86_64__)

namespace {

constexpr std::size_t kLanes = 8;
// Chosen: a vector takes as long as two single checks, however many of its lanes are used.
constexpr std::size_t kLeastLanes = 3;

using Encoding = ByteArray<32>;

// a < b as little-endian numbers.
bool is_below(ByteView a, const Encoding& b) {
  return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

// Given: RFC 8032, section 5.1: the order of the base point, and p.
constexpr Encoding kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                             0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                             0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
constexpr Encoding kPrime = {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                             0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                             0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};

Encoding without_sign(ByteView encoding) {
  Encoding y{};
  std::ranges::copy(encoding, y.begin());
  y[31] &= 0x7f;
  return y;
}

// Every y of a point whose order divides 8, those that are not reduced included, as
// libsodium 1.0.18 lists them: 0, 1, two of order 8, p - 1, p, p + 1.
const std::array<Encoding, 7>& small_orders() {
  static const std::array<Encoding, 7> small = [] {
    std::array<Encoding, 7> y{};
    y[1][0] = 1;
    y[2] = {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
            0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
            0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05};
    y[3] = {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
            0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
            0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a};
    y[4] = y[5] = y[6] = kPrime;
    --y[4][0];
    ++y[6][0];
    return y;
  }();
  return small;
}
bool has_small_order(ByteView encoding) {
  return std::ranges::find(small_orders(), without_sign(encoding)) != small_orders().end();
}

// What libsodium refuses before it computes.
bool has_sound_form(const SignatureCheck& check) {
  const ByteView signature(check.signature);
  return is_below(signature.subspan(32), kOrder) && !has_small_order(signature.first(32)) &&
         is_below(without_sign(check.key), kPrime) && !has_small_order(check.key);
}

Encoding challenge_of(const SignatureCheck& check) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, check.signature.data(), 32);
  crypto_hash_sha512_update(&state, check.key.data(), check.key.size());
  crypto_hash_sha512_update(&state, check.message.data(), check.message.size());
  ByteArray<64> hash{};
  crypto_hash_sha512_final(&state, hash.data());
  Encoding challenge{};
  crypto_core_ed25519_scalar_reduce(challenge.data(), hash.data());
  return challenge;
}

const ed25519::BaseTable& base_table() {
  static const std::unique_ptr<const ed25519::BaseTable> table = [] {
    std::array<Encoding, 128> multiples{};
    Encoding one{};
    one[0] = 1;
    crypto_scalarmult_ed25519_base_noclamp(multiples[0].data(), one.data());
    for (std::size_t i = 1; i < multiples.size(); ++i) {
      crypto_core_ed25519_add(multiples[i].data(), multiples[i - 1].data(), multiples[0].data());
    }
    auto filled = std::make_unique<ed25519::BaseTable>();
    ed25519::fill_base_table(multiples[0].data(), *filled);
    return filled;
  }();
  return *table;
}

// At most eight checks that wait for a vector.
class Lanes {
 public:
  explicit Lanes(std::span<const SignatureCheck> checks, std::vector<bool>& verdicts)
      : checks_(checks), verdicts_(verdicts) {}

  void add(std::size_t index) {
    waiting_[count_++] = index;
    if (count_ == kLanes) run();
  }
  void finish() {
    if (count_ >= kLeastLanes) return run();
    for (const std::size_t index : std::span(waiting_).first(count_)) {
      const SignatureCheck& check = checks_[index];
      verdicts_[index] = verify_signature(check.key, check.message, check.signature);
    }
  }

 private:
  void run() {
    std::array<Encoding, kLanes> challenges{};
    std::array<ed25519::LaneInput, kLanes> inputs{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (lane >= count_) {
        inputs[lane] = inputs[0];  // A lane must hold something.
        continue;
      }
      const SignatureCheck& check = checks_[waiting_[lane]];
      challenges[lane] = challenge_of(check);
      inputs[lane] = {check.key.data(), check.signature.data(), check.signature.data() + 32,
                      challenges[lane].data()};
    }
    const unsigned good = ed25519::verify_eight(inputs.data(), base_table());
    for (std::size_t lane = 0; lane < count_; ++lane) {
      verdicts_[waiting_[lane]] = (good >> lane & 1) != 0;
    }
    count_ = 0;
  }

  std::span<const SignatureCheck> checks_;
  std::vector<bool>& verdicts_;
  std::array<std::size_t, kLanes> waiting_{};
  std::size_t count_ = 0;
};

}  // namespace

#endif

SignatureEngine signature_engine() {
#if defined(__x86_64__)
  static const bool has_lanes =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512ifma") != 0;
  if (has_lanes) return SignatureEngine::avx512_ifma;
#endif
  return SignatureEngine::libsodium;
}

std::string_view engine_name(SignatureEngine engine) {
  return engine == SignatureEngine::avx512_ifma ? "AVX-512 IFMA" : "libsodium";
}

std::vector<bool> verify_signatures(std::span<const SignatureCheck> checks,
                                    SignatureEngine engine) {
  std::vector<bool> verdicts(checks.size());
#if defined(__x86_64__)
  if (engine == SignatureEngine::avx512_ifma) {
    assert(signature_engine() == SignatureEngine::avx512_ifma);
    Lanes lanes(checks, verdicts);
    for (std::size_t i = 0; i < checks.size(); ++i) {
      if (has_sound_form(checks[i])) lanes.add(i);
    }
    lanes.finish();
    return verdicts;
  }
#endif
  assert(engine == SignatureEngine::libsodium);
  for (std::size_t i = 0; i < checks.size(); ++i) {
    verdicts[i] = verify_signature(checks[i].key, checks[i].message, checks[i].signature);
  }
  return verdicts;
}

}  // namespace earshot
