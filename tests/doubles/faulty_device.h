// A SoapySDR device that does what real ones were seen to do: answers too few samples, loses some,
// falls silent, throws, forgets its time, sends whole transfers only. driver=faulty.
#pragma once
#include <SoapySDR/Device.hpp>
#include <complex>
#include <deque>
#include <vector>

namespace earshot::testing_doubles {

enum class Fault { none, short_read, overflow, timeout, error, throws, lost_samples };

// The world behind the device: outlives it, so that a device opened anew goes on in it.
struct FaultyWorld {
  double rate_hz = 1e6;
  bool has_time = true;
  bool full_duplex = true;
  bool tells_status = true;
  bool opens = true;
  bool skips_quiet = false;       // Has the setting idle_until, as the virtual air.
  std::size_t transfer = 0;       // Only multiples of this leave the antenna; 0: everything does.
  long long time_ns = 1'000'000;  // Of the next sample received.
  std::deque<Fault> faults;       // One a read; then none.
  Fault after = Fault::none;      // When they are used up.

  int opened = 0, activated = 0;
  bool receives = false, transmits = false;
  bool automatic_gain = true;
  double gain = 0;
  double receive_hz = 0, transmit_hz = 0;
  std::vector<std::complex<float>> written, radiated;
  long long burst_time_ns = -1;  // As the first sample of the burst asked.
};
FaultyWorld& faulty_world();  // Set it before opening.

}  // namespace earshot::testing_doubles
