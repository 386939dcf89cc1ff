// Every choice of a simulated run comes from here: one seed, one sequence, on every machine.
#pragma once
#include <cstdint>

namespace earshot::simulation {

// SplitMix64 (Steele, Lea and Flood, 2014).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t word() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  // 0 <= result < count; zero when count is.
  std::uint64_t below(std::uint64_t count) { return count == 0 ? 0 : word() % count; }
  // low <= result <= high.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool chance(std::uint32_t permille) { return below(1000) < permille; }
  // Dice of their own for one part of the world, so that its choices do not move those of others.
  Dice split() { return Dice(word()); }

 private:
  std::uint64_t state_;
};

}  // namespace earshot::simulation
