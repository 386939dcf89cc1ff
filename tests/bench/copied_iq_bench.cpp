// How well copied samples are told from honest ones, SF8 snippets of 43 648 samples:
//   bench-copied-iq [--json] [--short] [--receivers N] [--copies N] [--shared N] [--threads N]
//
// independent: every two of N receivers of one beacon, SNR -6 to 19 dB. copied: snippets made from
// others with 20 dB of noise added; one whose beacon is no longer read is refused for that and
// counted apart. copied_with_interferer: the same where the original has a third party's signal in
// it. shared_interferer: pairs of receivers that hear one interferer, every kind, -10 to 20 dB over
// the noise of the beacon's band at both, beacons at 9 and 6 dB, more where it drowned. Rates stand
// with their 95 % bounds; `fitted_*` go beyond what was run: Gumbel's law for the squared likeness
// of independent pairs (maxima over delays and offsets), the normal law for copies.
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>
#include <thread>

#include "radio/evidence/noise.h"
#include "tests/doubles/fake_snippets.h"

namespace earshot::radio {
namespace {

constexpr double kThreshold = 0.05;  // The policy's correlation_ppm.
constexpr std::size_t kCopiesPerOriginal = 10;

struct Sizes {
  std::size_t receivers = 64;
  std::size_t copies = 1000;
  std::size_t shared = 300;
  std::size_t threads = 2;
};

using Residuals = std::vector<std::optional<Residual>>;

void for_each_index(std::size_t count, std::size_t threads,
                    const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      for (std::size_t at = next++; at < count; at = next++) work(at);
    });
  }
}

struct Statistics {
  std::size_t count = 0;
  double sum = 0, squares = 0, least = 1, most = 0;
  std::size_t above = 0;  // The threshold.

  void add(double value) {
    ++count;
    sum += value;
    squares += value * value;
    least = std::min(least, value);
    most = std::max(most, value);
    above += value > kThreshold ? 1 : 0;
  }
  double mean() const { return sum / static_cast<double>(count); }
  double deviation() const {
    return std::sqrt(std::max(0.0, squares / static_cast<double>(count) - mean() * mean()));
  }
};

// The highest rate at which `seen` or fewer of `count` come out in 5 % of cases (Poisson).
double bound_95(std::size_t seen, std::size_t count) {
  double low = 0, high = static_cast<double>(seen) * 2 + 10;
  for (int i = 0; i < 60; ++i) {
    const double mean = (low + high) / 2;
    double term = std::exp(-mean), sum = term;
    for (std::size_t k = 1; k <= seen; ++k) sum += term *= mean / static_cast<double>(k);
    (sum > 0.05 ? low : high) = mean;
  }
  return std::min(1.0, high / static_cast<double>(count));
}

std::optional<Residual> residual(const Snippet& snippet) {
  return std::move(*residual_of(snippet, 8, kFakeBandwidthHz));
}

double correlation(const Residual& one, const Residual& other) {
  return noise_correlation_ppm(one, other) / 1e6;
}

nlohmann::ordered_json measure_receivers(const Sizes& sizes) {
  Residuals heard(sizes.receivers);
  for_each_index(heard.size(), sizes.threads, [&](std::size_t i) {
    std::mt19937_64 bits(1'000'000 + i);
    FakeEar ear{.snr_db = static_cast<double>(bits() % 26) - 6, .noise_seed = 1000 + i};
    ear.offset_hz = static_cast<double>(bits() % 2000) - 1000;
    ear.delay_samples = static_cast<double>(bits() % 300) / 10;
    heard[i] = residual(fake_snippet(fake_samples(ear)));
  });
  std::erase(heard, std::nullopt);
  std::vector<std::vector<Likeness>> found(heard.size());
  for_each_index(heard.size(), sizes.threads, [&](std::size_t i) {
    for (std::size_t k = 0; k < i; ++k) found[i].push_back(likeness_of(*heard[i], *heard[k]));
  });
  Statistics all, squares;
  for (const std::vector<Likeness>& row : found) {
    for (const Likeness& pair : row) {
      all.add(pair.alike * pair.weight);
      squares.add(pair.alike * pair.alike);  // Without the weight, which only lowers.
    }
  }
  const double beta = squares.deviation() * std::sqrt(6.0) / std::numbers::pi;
  const double mu = squares.mean() - std::numbers::egamma * beta;
  const double tail = -std::expm1(-std::exp(-(kThreshold * kThreshold - mu) / beta));
  return {{"receivers", heard.size()},
          {"pairs", all.count},
          {"mean", all.mean()},
          {"max", all.most},
          {"above_threshold", all.above},
          {"false_positive_rate_95_bound", bound_95(all.above, all.count)},
          {"fitted_false_positive_rate", tail}};
}

// A third party's signal in every kind and at every level.
constexpr const char* kKinds[] = {"lora", "fsk 25 kbit/s", "carrier", "pulses", "fsk 50 kbit/s"};

std::size_t kind_of(std::size_t index) { return index % std::size(kKinds); }

FakeBurst interferer(std::size_t index) {
  std::mt19937_64 bits(3'000'000 + index);
  const std::size_t kind = kind_of(index);
  FakeBurst burst{.kind = kind == 4 ? FakeBurst::Kind::fsk : static_cast<FakeBurst::Kind>(kind),
                  .seed = index};
  burst.snr_db = static_cast<double>(bits() % 31) - 10;
  burst.spreading_factor = 7 + static_cast<int>(bits() % 6);
  if (kind == 4) burst.samples_per_bit = 5, burst.deviation = 0.1;  // Shifted by 25 kHz.
  return burst;
}

// Where a beacon is still read.
double audible_db(double snr_db, const FakeBurst& burst) {
  return std::max(snr_db, burst.snr_db + snr_db - 12);
}

nlohmann::ordered_json measure_copies(const Sizes& sizes, bool with_interferer) {
  const std::size_t copies = with_interferer ? (sizes.copies + 2) / 3 : sizes.copies;
  std::vector<std::optional<double>> found(copies);
  const std::size_t originals = (copies + kCopiesPerOriginal - 1) / kCopiesPerOriginal;
  for_each_index(originals, sizes.threads, [&](std::size_t i) {
    std::mt19937_64 bits(2'000'000 + i);
    FakeEar ear{.snr_db = 14 + static_cast<double>(bits() % 8), .noise_seed = 500'000 + i};
    double added_db = 20;
    if (with_interferer) {
      ear.bursts = {interferer(i)};
      ear.snr_db = audible_db(ear.snr_db, ear.bursts[0]);
      // The thief's noise is told over everything that is there; it shall be over the noise.
      added_db -= 10 * std::log10(1 + std::pow(10, ear.bursts[0].snr_db / 10) / 2);
    }
    const Snippet original = fake_snippet(fake_samples(ear));
    const std::optional<Residual> one = residual(original);
    const std::size_t end = std::min(copies, (i + 1) * kCopiesPerOriginal);
    for (std::size_t k = i * kCopiesPerOriginal; k < end; ++k) {
      Theft theft{.added_noise_db = added_db, .delay_samples = bits() % 2000, .seed = 900'000 + k};
      theft.offset_hz = static_cast<double>(bits() % 600) - 300;
      const std::optional<Residual> copy = residual(stolen(original, theft));
      if (one && copy) found[k] = correlation(*one, *copy);
    }
  });
  Statistics all;
  for (const std::optional<double>& value : found) {
    if (value) all.add(*value);
  }
  const double sigmas = (all.mean() - kThreshold) / std::max(all.deviation(), 1e-9);
  return {{"copies", found.size()},
          {"beacon_not_read", found.size() - all.count},
          {"compared", all.count},
          {"added_noise_db", 20},
          {"detected", static_cast<double>(all.above) / static_cast<double>(all.count)},
          {"missed_95_bound", bound_95(all.count - all.above, all.count)},
          {"mean", all.mean()},
          {"min", all.least},
          {"fitted_miss_rate", 0.5 * std::erfc(sigmas / std::numbers::sqrt2)}};
}

nlohmann::ordered_json measure_shared(const Sizes& sizes) {
  std::vector<std::optional<double>> found(sizes.shared);
  for_each_index(found.size(), sizes.threads, [&](std::size_t i) {
    const FakeBurst burst = interferer(i);
    FakeEar ear{.snr_db = audible_db(9, burst), .noise_seed = 20'000 + 2 * i, .bursts = {burst}};
    const std::optional<Residual> one = residual(fake_snippet(fake_samples(ear)));
    ear.snr_db = audible_db(6, burst);
    ++ear.noise_seed;
    ear.offset_hz = 333;
    ear.delay_samples = 4;
    const std::optional<Residual> other = residual(fake_snippet(fake_samples(ear)));
    if (one && other) found[i] = correlation(*one, *other);
  });
  std::map<std::string, Statistics> groups;
  Statistics all;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) continue;
    all.add(*found[i]);
    const double level = interferer(i).snr_db;
    const char* range = level < 0 ? ", -10 to -1 dB" : level < 10 ? ", 0 to 9 dB" : ", 10 to 20 dB";
    groups[kKinds[kind_of(i)] + std::string(range)].add(*found[i]);
  }
  nlohmann::ordered_json out = {{"pairs", found.size()},
                                {"beacon_not_read", found.size() - all.count},
                                {"flagged", all.above},
                                {"flagged_95_bound", bound_95(all.above, all.count)}};
  for (const auto& [name, group] : groups) {
    out[name] = {{"pairs", group.count},
                 {"mean", group.mean()},
                 {"max", group.most},
                 {"flagged", group.above}};
  }
  return out;
}

// From 2: a pair is the least.
bool read_count(const std::string& text, std::size_t& count) {
  const char* end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, count);
  return error == std::errc{} && read == end && count >= 2;
}

}  // namespace
}  // namespace earshot::radio

int main(int argc, char** argv) {
  earshot::radio::Sizes sizes;
  bool json = false;
  const std::pair<std::string, std::size_t*> counts[] = {{"--receivers", &sizes.receivers},
                                                         {"--copies", &sizes.copies},
                                                         {"--shared", &sizes.shared},
                                                         {"--threads", &sizes.threads}};
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--json") {
      json = true;
      continue;
    }
    if (option == "--short") {
      sizes = {.receivers = 6, .copies = 6, .shared = 4};
      continue;
    }
    const auto* count =
        std::ranges::find(counts, option, &std::pair<std::string, std::size_t*>::first);
    const std::string value = i + 1 < argc ? argv[++i] : "";
    if (count == std::end(counts) || !earshot::radio::read_count(value, *count->second)) {
      std::fprintf(stderr,
                   "bench-copied-iq: %s %s: expected --json, --short, or --receivers, --copies, "
                   "--shared or --threads and a number from 2\n",
                   option.c_str(), value.c_str());
      return 2;
    }
  }
  const nlohmann::ordered_json out = {
      {"threshold", earshot::radio::kThreshold},
      {"independent", earshot::radio::measure_receivers(sizes)},
      {"copied", earshot::radio::measure_copies(sizes, false)},
      {"copied_with_interferer", earshot::radio::measure_copies(sizes, true)},
      {"shared_interferer", earshot::radio::measure_shared(sizes)}};
  std::printf("%s\n", json ? out.dump().c_str() : out.dump(2).c_str());
  return out["independent"]["above_threshold"] == 0 && out["copied"]["detected"] > 0.999 &&
                 out["shared_interferer"]["flagged"] == 0
             ? 0
             : 1;
}
