// How many vouchers a hotspot or verifier checks a second: 200 000 channels, every voucher of a
// random one, on two threads, each with half of the channels. Every voucher is verified; at the end
// all are played again and must be refused. Also anchors (two secp256k1 recoveries each, with one
// reservation).
// --short: fewer channels; --json: one object.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

#include "rewards/channels/ledger.h"
#include "tests/doubles/open_channel.h"

namespace earshot::rewards::channels {
namespace {

constexpr std::size_t kThreads = 2;

struct Size {
  std::size_t channels = 200'000;
  std::uint32_t units = 16;
  std::size_t anchors = 4'000;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// One thread's channels and what is paid in them, in random order that keeps each channel's own.
struct Half {
  Ledger ledger;
  std::vector<Voucher> vouchers;
  std::size_t accepted = 0;
  double cpu_s = 0;
};

double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

Half make_half(const Size& size, std::uint64_t seed) {
  std::mt19937_64 bits(seed);
  Half half{Ledger(size.channels / kThreads, bits()), {}};
  std::vector<std::vector<Voucher>> rounds(size.units);
  for (std::size_t i = 0; i < size.channels / kThreads; ++i) {
    Hash256 secret{};
    for (std::size_t at = 0; at < secret.size(); ++at) {
      secret[at] = static_cast<std::uint8_t>(bits());
    }
    HashChain words(secret, size.units);
    const std::uint64_t channel = bits();
    if (!half.ledger.open(channel,
                          {.unit_price = 1, .max_units = size.units, .tip = words.tip()})) {
      continue;
    }
    for (std::uint32_t n = 1; n <= size.units; ++n) {
      rounds[n - 1].push_back({channel, n, words.preimage(n)});
    }
  }
  for (std::vector<Voucher>& round : rounds) {
    std::shuffle(round.begin(), round.end(), bits);
    half.vouchers.insert(half.vouchers.end(), round.begin(), round.end());
  }
  return half;
}

// Wall seconds in which all threads have checked all vouchers.
double check_all(std::vector<Half>& halves) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (Half& half : halves) {
    threads.emplace_back([&half] {
      const double began = thread_cpu_seconds();
      std::size_t accepted = 0;
      for (const Voucher& voucher : half.vouchers) {
        accepted += half.ledger.take(voucher) == Receipt::accepted ? 1U : 0U;
      }
      half.accepted = accepted;
      half.cpu_s = thread_cpu_seconds() - began;
    });
  }
  for (std::thread& thread : threads) thread.join();
  return seconds_since(start);
}

std::size_t accepted(const std::vector<Half>& halves) {
  std::size_t sum = 0;
  for (const Half& half : halves) sum += half.accepted;
  return sum;
}

double anchors_per_second(const Size& size) {
  const chain::ContractDomain domain{31337, EvmAddress{1}};
  const chain::AccountKey payer = numbered_account(9);
  const chain::AccountKey verifier = numbered_account(1);
  const SignedAnchor opening =
      open_channel(domain, payer, PublicKey{1}, 1, 1, 1, 1, std::span(&verifier, 1)).opening;
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < size.anchors / kThreads; ++i) {
        const Hash256 digest = chain::anchor_digest(domain, opening.anchor);
        const Hash256 reserved = chain::reservation_digest(domain, digest);
        if (chain::recover_signer(digest, opening.payer_signature) != payer.address ||
            chain::recover_signer(reserved, opening.reservations[0]) != verifier.address) {
          std::abort();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(size.anchors) / seconds_since(start);
}

int bench(int argc, char** argv) {
  bool is_json = false;
  Size size;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--json") {
      is_json = true;
    } else if (word == "--short") {
      size = {2'000, 8, 100};
    } else {
      std::fprintf(stderr, "bench-vouchers [--short] [--json]\n");
      return exit_code(Errc::usage);
    }
  }
  std::vector<Half> halves;
  for (std::size_t t = 0; t < kThreads; ++t) halves.push_back(make_half(size, t + 1));
  std::size_t made = 0;
  for (const Half& half : halves) made += half.vouchers.size();
  const double took = check_all(halves);
  const std::size_t good = accepted(halves);
  double cpu = 0;
  for (const Half& half : halves) cpu = std::max(cpu, half.cpu_s);
  check_all(halves);
  const std::size_t replayed = accepted(halves);
  if (good != made || replayed != 0) {
    std::fprintf(stderr, "bench-vouchers: %zu of %zu accepted, %zu twice\n", good, made, replayed);
    return exit_code(Errc::check_failed);
  }
  const double anchors = anchors_per_second(size);
  const nlohmann::ordered_json out = {
      {"threads", kThreads},
      {"channels", size.channels},
      {"vouchers", made},
      {"seconds", took},
      {"vouchers_per_second", static_cast<double>(made) / took},
      {"cpu_seconds_of_a_thread", cpu},
      {"vouchers_per_second_of_free_cores", static_cast<double>(made) / cpu},
      {"replays_accepted", replayed},
      {"anchors_per_second", anchors}};
  if (is_json) {
    std::printf("%s\n", out.dump().c_str());
  } else {
    std::printf("%zu channels, %zu vouchers in %.2f s on %zu threads: %.0f a second\n",
                size.channels, made, took, kThreads, static_cast<double>(made) / took);
    std::printf("processor time of a thread %.2f s: %.0f a second on free cores\n", cpu,
                static_cast<double>(made) / cpu);
    std::printf("anchors with one reservation: %.0f a second\n", anchors);
  }
  return 0;
}

}  // namespace
}  // namespace earshot::rewards::channels

int main(int argc, char** argv) { return earshot::rewards::channels::bench(argc, argv); }
