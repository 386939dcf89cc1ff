// How well copied samples are told from honest ones:
//   bench-copied-iq [--json] [--short] [--receivers N] [--copies N] [--shared N] [--threads N]
//                   [--seed N]
//
// independent: every two of N receivers of one beacon, SNR -6 to 19 dB, SF8 snippets cut to 32 768
// samples, where chance does most. All pairs are compared, 15 ms each: 450 receivers are 101 025
// pairs, 25 minutes and 0.4 GB; runs with other seeds add up. copied: snippets made from others
// (SF7, SF8, SF9) with noise added and delayed and shifted, some quantised coarsely or resampled
// too; one whose beacon is no longer read is refused for that and counted apart.
// copied_with_interferer: a third as many where the original has a third party's signal in it.
// shared_interferer: pairs of receivers that hear one interferer, every kind, -10 to 20 dB over the
// noise of the beacon's band at both, beacons at 9 and 6 dB, more where it drowned. Rates stand
// with their 95 % bounds. `at_most` goes beyond what was run: the sum, over every delay and offset
// that is looked at, of how often independent noise is above there. Another seed makes other noise,
// beacons, interferers and thefts.
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "radio/evidence/noise.h"
#include "tests/bench/copied_iq_scenes.h"
#include "tests/bench/tallies.h"

namespace earshot::radio {
namespace {

constexpr double kThreshold = 0.05;  // The policy's correlation_ppm.
constexpr std::size_t kCopiesPerOriginal = 10;
constexpr std::size_t kIndependentSamples = 32'768;
constexpr double kOffsets = 20;  // That are looked at (alignment.h).

struct Sizes {
  std::size_t receivers = 64;
  std::size_t copies = 1000;
  std::size_t shared = 300;
  std::size_t threads = 2;
  std::size_t seed = 0;
};

using Residuals = std::vector<std::optional<Residual>>;

void for_each_index(std::size_t count, std::size_t threads,
                    const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> running;
  running.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      for (std::size_t at = next++; at < count; at = next++) work(at);
    });
  }
}

std::optional<Residual> residual(const Snippet& snippet, int spreading_factor = 8) {
  return std::move(*residual_of(snippet, spreading_factor, kFakeBandwidthHz));
}

double correlation(const Residual& one, const Residual& other) {
  return noise_correlation_ppm(one, other) / 1e6;
}

using Pairs = std::vector<Likenesses>;

// How many of so many pairs of noises are above a value at most: at each of the delays and offsets
// that are looked at they are so in exp(-cells value^2) of all cases.
double most_above(double value, std::size_t pairs) {
  const double looks = 2.0 * kIndependentSamples * kOffsets;
  return static_cast<double>(pairs) * looks * std::exp(-kFullCells * value * value);
}

// What is alike in one band, and how often it is above some values.
nlohmann::ordered_json tail_of(const Pairs& pairs, Likeness Likenesses::* band) {
  Tally alike;
  for (const Likenesses& pair : pairs) {
    alike.add((pair.*band).alike, kThreshold);  // Without the weight, which only lowers.
  }
  nlohmann::ordered_json tail = nlohmann::ordered_json::array();
  for (const double value : {0.03, 0.0325, 0.035, 0.0375, 0.04, 0.0425}) {
    const auto above = std::ranges::count_if(
        pairs, [&](const Likenesses& pair) { return (pair.*band).alike > value; });
    tail.push_back(
        {{"above", value}, {"pairs", above}, {"at_most", most_above(value, pairs.size())}});
  }
  return {{"mean", alike.mean()}, {"max", alike.most}, {"tail", tail}};
}

nlohmann::ordered_json measure_receivers(const Sizes& sizes) {
  Residuals heard(sizes.receivers);
  for_each_index(heard.size(), sizes.threads, [&](std::size_t i) {
    std::mt19937_64 bits(seed_of(sizes.seed, 0, i));
    FakeEar ear{.snr_db = static_cast<double>(bits() % 26) - 6, .noise_seed = bits()};
    ear.offset_hz = static_cast<double>(bits() % 2000) - 1000;
    ear.delay_samples = static_cast<double>(bits() % 300) / 10;
    heard[i] = residual(fake_snippet(fake_samples(ear)));
    if (!heard[i]) return;
    for (Samples* samples : {&heard[i]->samples, &heard[i]->quiet, &heard[i]->loud}) {
      samples->resize(kIndependentSamples);
      samples->shrink_to_fit();
    }
  });
  std::erase(heard, std::nullopt);
  std::vector<Pairs> found(heard.size());
  for_each_index(heard.size(), sizes.threads, [&](std::size_t i) {
    for (std::size_t k = 0; k < i; ++k) found[i].push_back(likenesses_of(*heard[i], *heard[k]));
  });
  Pairs pairs;
  for (const Pairs& row : found) pairs.insert(pairs.end(), row.begin(), row.end());
  Tally figures, unweighted;
  for (const auto& [inner, outer] : pairs) {
    figures.add(std::max(inner.alike * inner.weight, outer.alike * outer.weight), kThreshold);
    unweighted.add(std::max(inner.alike, outer.alike), kThreshold);
  }
  return {{"receivers", heard.size()},
          {"pairs", figures.count},
          {"mean", figures.mean()},
          {"max", figures.most},
          {"max_without_weight", unweighted.most},
          {"above_threshold", figures.above},
          {"false_positive_rate_95_bound", bound_95(figures.above, figures.count)},
          {"false_positive_rate_at_most", 2 * most_above(kThreshold, 1)},  // Either band.
          {"inner", tail_of(pairs, &Likenesses::inner)},
          {"outer", tail_of(pairs, &Likenesses::outer)}};
}

struct Copy {
  int spreading_factor = 8;
  FakeBurst burst;  // In the original, if any.
  std::optional<Likenesses> found;
};

// Some copies of one original, their numbers from `first`.
void steal(const Sizes& sizes, bool with_interferer, std::size_t first, std::span<Copy> copies) {
  const std::size_t original = first / kCopiesPerOriginal;
  std::mt19937_64 bits(seed_of(sizes.seed, with_interferer ? 3 : 2, original));
  const int spreading_factor = 7 + static_cast<int>((sizes.seed + original) % 3);
  FakeEar ear{.spreading_factor = spreading_factor, .noise_seed = bits()};
  // A copy is read from -6, -9 and -11 dB on, before noise is added it is 20 dB above that.
  ear.snr_db = 14 + 2.5 * (8 - spreading_factor) + static_cast<double>(bits() % 8);
  FakeBurst burst;
  double less_db = 0;
  if (with_interferer) {
    burst = interferer(sizes.seed, original);
    ear.bursts = {burst};
    ear.snr_db = audible_db(ear.snr_db, burst);
    // The thief's noise is told over everything that is there; it shall be over the noise.
    less_db = 10 * std::log10(1 + std::pow(10, burst.snr_db / 10) / 2);
  }
  const Snippet snippet = fake_snippet(fake_samples(ear));
  const std::optional<Residual> one = residual(snippet, spreading_factor);
  for (std::size_t k = 0; k < copies.size(); ++k) {
    copies[k].spreading_factor = spreading_factor;
    copies[k].burst = burst;
    Theft theft = theft_of(first + k, bits);
    theft.added_noise_db -= less_db;
    const std::optional<Residual> copy = residual(stolen(snippet, theft), spreading_factor);
    if (one && copy) copies[k].found = likenesses_of(*one, *copy);
  }
}

using Groups = std::map<std::string, Tally>;

nlohmann::ordered_json told(const Groups& groups) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (const auto& [name, group] : groups) {
    out[name] = {{"pairs", group.count}, {"above_threshold", group.above}, {"min", group.least},
                 {"mean", group.mean()}, {"deviation", group.deviation()}, {"max", group.most}};
  }
  return out;
}

nlohmann::ordered_json measure_copies(const Sizes& sizes, bool with_interferer) {
  std::vector<Copy> copies(with_interferer ? (sizes.copies + 2) / 3 : sizes.copies);
  const std::size_t originals = (copies.size() + kCopiesPerOriginal - 1) / kCopiesPerOriginal;
  for_each_index(originals, sizes.threads, [&](std::size_t i) {
    const std::size_t first = i * kCopiesPerOriginal;
    const std::size_t count = std::min(kCopiesPerOriginal, copies.size() - first);
    steal(sizes, with_interferer, first, std::span(copies).subspan(first, count));
  });
  Tally all;
  std::size_t inner_alone = 0;
  Groups groups;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (!copies[i].found) continue;
    const auto& [inner, outer] = *copies[i].found;
    const double figure = std::max(inner.alike * inner.weight, outer.alike * outer.weight);
    all.add(figure, kThreshold);
    inner_alone += inner.alike * inner.weight > kThreshold ? 1 : 0;
    const std::string factor = "SF" + std::to_string(copies[i].spreading_factor) + ", ";
    groups[factor + kThefts[i % std::size(kThefts)]].add(figure, kThreshold);
    if (with_interferer) {
      groups[level_of(kind_of(sizes.seed, i / kCopiesPerOriginal), copies[i].burst)].add(
          figure, kThreshold);
    }
  }
  return {{"copies", copies.size()},
          {"originals", originals},
          {"beacon_not_read", copies.size() - all.count},
          {"compared", all.count},
          {"detected", static_cast<double>(all.above) / static_cast<double>(all.count)},
          {"missed", all.count - all.above},
          {"missed_95_bound", bound_95(all.count - all.above, all.count)},
          {"missed_by_inner_band_alone", all.count - inner_alone},
          {"mean", all.mean()},
          {"min", all.least},
          {"groups", told(groups)}};
}

nlohmann::ordered_json measure_shared(const Sizes& sizes) {
  std::vector<std::optional<double>> found(sizes.shared);
  for_each_index(found.size(), sizes.threads, [&](std::size_t i) {
    const FakeBurst burst = interferer(sizes.seed, i);
    std::mt19937_64 bits(seed_of(sizes.seed, 4, i));
    FakeEar ear{.snr_db = audible_db(9, burst), .noise_seed = bits(), .bursts = {burst}};
    const std::optional<Residual> one = residual(fake_snippet(fake_samples(ear)));
    ear.snr_db = audible_db(6, burst);
    ear.noise_seed = bits();
    ear.offset_hz = 333;
    ear.delay_samples = 4;
    const std::optional<Residual> other = residual(fake_snippet(fake_samples(ear)));
    if (one && other) found[i] = correlation(*one, *other);
  });
  Groups groups;
  Tally all;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) continue;
    all.add(*found[i], kThreshold);
    groups[level_of(kind_of(sizes.seed, i), interferer(sizes.seed, i))].add(*found[i], kThreshold);
  }
  return {{"pairs", found.size()}, {"beacon_not_read", found.size() - all.count},
          {"flagged", all.above},  {"flagged_95_bound", bound_95(all.above, all.count)},
          {"max", all.most},       {"groups", told(groups)}};
}

bool read_number(const std::string& text, std::size_t least, std::size_t& number) {
  const char* end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && read == end && number >= least;
}

// What the run was asked for; nothing when it was asked for what there is not.
struct Request {
  Sizes sizes;
  bool json = false;
};
std::optional<Request> read_request(int argc, char** argv) {
  Request request;
  Sizes& sizes = request.sizes;
  const std::pair<std::string, std::size_t*> counts[] = {{"--receivers", &sizes.receivers},
                                                         {"--copies", &sizes.copies},
                                                         {"--shared", &sizes.shared},
                                                         {"--threads", &sizes.threads},
                                                         {"--seed", &sizes.seed}};
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--json") {
      request.json = true;
      continue;
    }
    if (option == "--short") {
      sizes = {.receivers = 6, .copies = 6, .shared = 4};
      continue;
    }
    const auto* count =
        std::ranges::find(counts, option, &std::pair<std::string, std::size_t*>::first);
    const std::string value = i + 1 < argc ? argv[++i] : "";
    // A pair is the least.
    const std::size_t least = option == "--seed" ? 0 : option == "--threads" ? 1 : 2;
    if (count == std::end(counts) || !read_number(value, least, *count->second)) {
      std::fprintf(
          stderr,
          "bench-copied-iq: %s %s: expected --json, --short, --seed and a number, --threads "
          "and a number from 1, or --receivers, --copies or --shared and one from 2\n",
          option.c_str(), value.c_str());
      return std::nullopt;
    }
  }
  return request;
}

int run(const Request& request) {
  const Sizes& sizes = request.sizes;
  const nlohmann::ordered_json out = {{"threshold", kThreshold},
                                      {"seed", sizes.seed},
                                      {"independent", measure_receivers(sizes)},
                                      {"copied", measure_copies(sizes, false)},
                                      {"copied_with_interferer", measure_copies(sizes, true)},
                                      {"shared_interferer", measure_shared(sizes)}};
  std::printf("%s\n", request.json ? out.dump().c_str() : out.dump(2).c_str());
  return out["independent"]["above_threshold"] == 0 && out["copied"]["detected"] > 0.999 &&
                 out["copied_with_interferer"]["detected"] > 0.99 &&
                 out["shared_interferer"]["flagged"] == 0
             ? 0
             : 1;
}

}  // namespace
}  // namespace earshot::radio

int main(int argc, char** argv) {
  using namespace earshot::radio;
  const std::optional<Request> request = read_request(argc, argv);
  return request ? run(*request) : 2;
}
