// Counter-based random numbers (Philox4x32-10, Salmon et al., SC 2011): a pure function of
// (seed, stream, counter), so that any sample's noise can be computed alone, in any order, on any
// thread.
#pragma once
#include <array>
#include <cstdint>

#include "radio/samples.h"

namespace earshot::radio {

struct RandomKey {
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;  // Receiver, link or use: see the caller.
};

// Four independent 32-bit words.
std::array<std::uint32_t, 4> philox(RandomKey key, std::uint64_t counter);
double uniform(RandomKey key, std::uint64_t counter);   // [0, 1)
double gaussian(RandomKey key, std::uint64_t counter);  // Mean 0, variance 1.
// Adds complex white noise of total power `power` per sample; sample k of `out` has the number
// first
// + k and depends on nothing else (two samples share a block: sample n is half n % 2 of n / 2).
void add_noise(std::span<Sample> out, RandomKey key, std::uint64_t first, double power);

}  // namespace earshot::radio
