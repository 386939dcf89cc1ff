// One planned transform of fixed size with its own buffers (FFTW3f, FFTW_ESTIMATE: the same plan,
// and so the same last bits, in every run).
#pragma once
#include <cstddef>
#include <memory>

#include "radio/samples.h"

namespace earshot::radio {

class Fft {
 public:
  enum class Direction { forward, backward };

  // size >= 1. Unnormalised in both directions.
  explicit Fft(std::size_t size, Direction direction = Direction::forward);
  Fft(Fft&&) noexcept;
  Fft& operator=(Fft&&) noexcept;
  ~Fft();

  std::size_t size() const { return size_; }
  std::span<Sample> in();
  std::span<const Sample> out() const;
  void execute();  // in -> out; `in` keeps its content.

 private:
  struct Plan;
  std::size_t size_;
  std::unique_ptr<Plan> plan_;
};

}  // namespace earshot::radio
