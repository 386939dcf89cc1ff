// FFTW's planner is not thread-safe and liquid-dsp calls it: whoever makes or destroys a plan or a
// liquid object holds this lock. Executing needs none.
#pragma once
#include <mutex>

namespace earshot::radio {

std::mutex& dsp_lock();

}  // namespace earshot::radio
