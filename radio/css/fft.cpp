#include "radio/css/fft.h"

#include <fftw3.h>

#include "radio/css/dsp_lock.h"

namespace earshot::radio {

struct Fft::Plan {
  fftwf_complex* in;
  fftwf_complex* out;
  fftwf_plan plan;

  Plan(std::size_t size, int sign)
      : in(fftwf_alloc_complex(size)), out(fftwf_alloc_complex(size)), plan(nullptr) {
    const std::lock_guard hold(dsp_lock());
    plan = fftwf_plan_dft_1d(static_cast<int>(size), in, out, sign, FFTW_ESTIMATE);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    {
      const std::lock_guard hold(dsp_lock());
      fftwf_destroy_plan(plan);
    }
    fftwf_free(in);
    fftwf_free(out);
  }
};

Fft::Fft(std::size_t size, Direction direction)
    : size_(size),
      plan_(std::make_unique<Plan>(
          size, direction == Direction::forward ? FFTW_FORWARD : FFTW_BACKWARD)) {}
Fft::Fft(Fft&&) noexcept = default;
Fft& Fft::operator=(Fft&&) noexcept = default;
Fft::~Fft() = default;

std::span<Sample> Fft::in() { return {reinterpret_cast<Sample*>(plan_->in), size_}; }
std::span<const Sample> Fft::out() const {
  return {reinterpret_cast<const Sample*>(plan_->out), size_};
}
void Fft::execute() { fftwf_execute(plan_->plan); }

}  // namespace earshot::radio
