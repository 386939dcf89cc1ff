// How well copied samples are told from honest ones, SF8 snippets of 43 648 samples:
//   bench-copied-iq [--json] [--short] [--receivers N] [--copies N] [--shared N]
//
// receivers: every two of N independent receivers of one beacon, SNR -6 to 20 dB; their figures are
// fitted by a Gumbel law (maxima over delays and offsets), whose tail gives the false-positive rate
// at the policy's threshold. copies: snippets made from others with 20 dB of noise added. shared:
// pairs of receivers that hear one interferer, every kind, -15 to 6 dB.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>

#include "radio/evidence/noise.h"
#include "tests/doubles/fake_snippets.h"

namespace earshot::radio {
namespace {

constexpr double kThreshold = 0.05;  // The policy's correlation_ppm.

struct Sizes {
  std::size_t receivers = 64;
  std::size_t copies = 1000;
  std::size_t shared = 300;
};

struct Statistics {
  std::size_t count = 0;
  double sum = 0, squares = 0, least = 1, most = 0;

  void add(double value) {
    ++count;
    sum += value;
    squares += value * value;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  double mean() const { return sum / static_cast<double>(count); }
  double deviation() const {
    return std::sqrt(std::max(0.0, squares / static_cast<double>(count) - mean() * mean()));
  }
};

Residual residual(const Snippet& snippet) {
  return std::move(**residual_of(snippet, 8, kFakeBandwidthHz));
}

double correlation(const Residual& one, const Residual& other) {
  return noise_correlation_ppm(one, other) / 1e6;
}

nlohmann::ordered_json measure_receivers(std::size_t count) {
  std::mt19937_64 bits(1);
  std::vector<Residual> heard;
  for (std::size_t i = 0; i < count; ++i) {
    heard.push_back(residual(
        fake_snippet(fake_samples({.snr_db = static_cast<double>(bits() % 26) - 6,
                                   .noise_seed = 1000 + i,
                                   .offset_hz = static_cast<double>(bits() % 2000) - 1000,
                                   .delay_samples = static_cast<double>(bits() % 300) / 10}))));
  }
  Statistics all, squares;
  std::size_t above = 0;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = i + 1; k < count; ++k) {
      const double found = correlation(heard[i], heard[k]);
      all.add(found);
      squares.add(found * found);
      above += found > kThreshold ? 1 : 0;
    }
  }
  const double beta = squares.deviation() * std::sqrt(6.0) / std::numbers::pi;
  const double mu = squares.mean() - std::numbers::egamma * beta;
  const double tail = -std::expm1(-std::exp(-(kThreshold * kThreshold - mu) / beta));
  return {{"pairs", all.count},
          {"mean", all.mean()},
          {"max", all.most},
          {"above_threshold", above},
          {"fitted_false_positive_rate", tail}};
}

nlohmann::ordered_json measure_copies(std::size_t count) {
  std::mt19937_64 bits(2);
  Statistics all;
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Snippet original = fake_snippet(
        fake_samples({.snr_db = 14 + static_cast<double>(bits() % 8), .noise_seed = 5000 + i}));
    const Theft theft{.added_noise_db = 20,
                      .delay_samples = bits() % 2000,
                      .offset_hz = static_cast<double>(bits() % 600) - 300,
                      .seed = 90'000 + i};
    const double share = correlation(residual(original), residual(stolen(original, theft)));
    all.add(share);
    found += share > kThreshold ? 1 : 0;
  }
  const double sigmas = (all.mean() - kThreshold) / std::max(all.deviation(), 1e-9);
  return {{"copies", all.count},
          {"added_noise_db", 20},
          {"detected", static_cast<double>(found) / static_cast<double>(all.count)},
          {"mean", all.mean()},
          {"min", all.least},
          {"fitted_miss_rate", 0.5 * std::erfc(sigmas / std::numbers::sqrt2)}};
}

nlohmann::ordered_json measure_shared(std::size_t count) {
  std::mt19937_64 bits(3);
  Statistics all;
  std::size_t above = 0;
  for (std::size_t i = 0; i < count; ++i) {
    FakeBurst burst;
    burst.kind = static_cast<FakeBurst::Kind>(bits() % 4);
    burst.snr_db = static_cast<double>(bits() % 22) - 15;
    burst.spreading_factor = 7 + static_cast<int>(bits() % 6);
    burst.seed = i;
    const Residual one = residual(
        fake_snippet(fake_samples({.snr_db = 9, .noise_seed = 20'000 + 2 * i, .bursts = {burst}})));
    const Residual other = residual(fake_snippet(fake_samples({.snr_db = 6,
                                                               .noise_seed = 20'001 + 2 * i,
                                                               .offset_hz = 333,
                                                               .delay_samples = 4,
                                                               .bursts = {burst}})));
    const double share = correlation(one, other);
    all.add(share);
    above += share > kThreshold ? 1 : 0;
  }
  return {{"pairs", all.count}, {"mean", all.mean()}, {"max", all.most}, {"flagged", above}};
}

}  // namespace
}  // namespace earshot::radio

int main(int argc, char** argv) {
  earshot::radio::Sizes sizes;
  bool json = false;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    const auto value = [&] { return i + 1 < argc ? std::strtoul(argv[++i], nullptr, 10) : 0; };
    if (option == "--json") {
      json = true;
    } else if (option == "--short") {
      sizes = {5, 4, 4};
    } else if (option == "--receivers") {
      sizes.receivers = value();
    } else if (option == "--copies") {
      sizes.copies = value();
    } else if (option == "--shared") {
      sizes.shared = value();
    } else {
      std::fprintf(stderr, "bench-copied-iq: unknown option %s\n", argv[i]);
      return 2;
    }
  }
  if (sizes.receivers < 2 || sizes.copies < 1 || sizes.shared < 1) {
    std::fprintf(stderr, "bench-copied-iq: two receivers, a copy and a pair are the least\n");
    return 2;
  }
  const nlohmann::ordered_json out = {
      {"threshold", earshot::radio::kThreshold},
      {"independent", earshot::radio::measure_receivers(sizes.receivers)},
      {"copied", earshot::radio::measure_copies(sizes.copies)},
      {"shared_interferer", earshot::radio::measure_shared(sizes.shared)}};
  std::printf("%s\n", json ? out.dump().c_str() : out.dump(2).c_str());
  return out["independent"]["above_threshold"] == 0 && out["copied"]["detected"] > 0.999 ? 0 : 1;
}
