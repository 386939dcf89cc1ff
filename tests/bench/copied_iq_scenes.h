// What bench-copied-iq tries: third parties' signals and thefts, every one from a seed.
#pragma once
#include <string>

#include "tests/doubles/fake_snippets.h"

namespace earshot::radio {

// Of one trial of a kind; seeds of two kinds or two runs never meet.
inline std::uint64_t seed_of(std::uint64_t run, std::uint64_t kind, std::size_t index) {
  return (run * 16 + kind) * 100'000'000 + index;
}

// A third party's signal in every kind and at every level.
inline constexpr const char* kKinds[] = {"lora",   "fsk 25 kbit/s", "carrier",
                                         "pulses", "fsk 50 kbit/s", "fsk 83 kbit/s"};

inline std::size_t kind_of(std::uint64_t run, std::size_t index) {
  return (run + index) % std::size(kKinds);
}

inline FakeBurst interferer(std::uint64_t run, std::size_t index) {
  std::mt19937_64 bits(seed_of(run, 1, index));
  const std::size_t kind = kind_of(run, index);
  FakeBurst burst{.kind = kind >= 4 ? FakeBurst::Kind::fsk : static_cast<FakeBurst::Kind>(kind),
                  .seed = bits()};
  burst.snr_db = static_cast<double>(bits() % 31) - 10;
  burst.spreading_factor = 7 + static_cast<int>(bits() % 6);
  if (kind == 4) burst.samples_per_bit = 5, burst.deviation = 0.1;   // Shifted by 25 kHz.
  if (kind == 5) burst.samples_per_bit = 3, burst.deviation = 0.15;  // By 37.5 kHz.
  return burst;
}

// Where a beacon is still read.
inline double audible_db(double snr_db, const FakeBurst& burst) {
  return std::max(snr_db, burst.snr_db + snr_db - 12);
}

// What a thief does beside adding noise, delaying and shifting.
inline constexpr const char* kThefts[] = {"20 dB", "20 dB, coarse", "20 dB, resampled",
                                          "0 to 20 dB"};

inline Theft theft_of(std::size_t index, std::mt19937_64& bits) {
  Theft theft{.added_noise_db = 20, .delay_samples = bits() % 2000, .seed = bits()};
  theft.offset_hz = static_cast<double>(bits() % 600) - 300;
  const std::size_t kind = index % std::size(kThefts);
  if (kind == 1) theft.full_scale = 0.1;  // Some 25 steps.
  if (kind == 2) theft.clock_ppm = static_cast<double>(bits() % 41) - 20;
  if (kind == 3) theft.added_noise_db = static_cast<double>(bits() % 21);
  return theft;
}

inline std::string level_of(std::size_t kind, const FakeBurst& burst) {
  const char* range = burst.snr_db < 0    ? ", -10 to -1 dB"
                      : burst.snr_db < 10 ? ", 0 to 9 dB"
                                          : ", 10 to 20 dB";
  return kKinds[kind] + std::string(range);
}

}  // namespace earshot::radio
