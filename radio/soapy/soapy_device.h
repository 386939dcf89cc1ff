// A SoapySDR device with errors as values: the one file that catches what drivers throw.
//
// Always opened by `driver=...`: enumerating every driver takes seconds, prints other libraries'
// noise and wakes hardware that is not ours.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "radio/samples.h"

namespace SoapySDR {  // NOLINT(readability-identifier-naming): theirs.
class Device;
class Stream;
}  // namespace SoapySDR

namespace earshot::radio {

enum class Direction { receive, transmit };

// What SoapySDR's calls answer beside a count.
enum class StreamEvent { none, timeout, overflow, error, late, unsupported };

struct GainElement {
  std::string name;
  double least_db = 0, most_db = 0, set_db = 0;
};
struct DeviceFacts {
  std::string driver, hardware;
  bool transmits = false;
  bool full_duplex = false;
  bool has_time = false;  // Hardware time, so that bursts may be timed.
  std::vector<GainElement> receive_gains, transmit_gains;
  std::vector<std::string> antennas, clock_sources, time_sources;
  std::vector<std::pair<double, double>> rates_hz;  // Ranges.
};

struct Tuning {
  double rate_hz = 0;
  double centre_hz = 0;
  double bandwidth_hz = 0;              // 0: the driver's choice.
  std::string antenna;                  // Empty: the driver's choice.
  std::map<std::string, double> gains;  // Each by its name; automatic gain is turned off.
};

struct ReadPiece {
  std::size_t count = 0;
  StreamEvent event = StreamEvent::none;
  std::optional<std::int64_t> time_ns;  // The device's, of the first sample.
};

class SoapyDevice {
 public:
  // Errc::configuration without a driver, Errc::unavailable when it does not open.
  static Result<std::unique_ptr<SoapyDevice>> open(const std::string& arguments);
  // Those of one driver, as arguments for open(). Errc::configuration without a driver.
  static Result<std::vector<std::string>> find(const std::string& arguments);
  SoapyDevice(const SoapyDevice&) = delete;
  SoapyDevice& operator=(const SoapyDevice&) = delete;
  ~SoapyDevice();  // Nothing is left on the air.

  Result<DeviceFacts> facts();
  // Errc::configuration for a clock or time source that it has not.
  Result<void> set_sources(const std::string& clock, const std::string& time);
  // Sets everything and reads it back. Errc::configuration for an unknown gain or antenna, a gain
  // out of its range, a rate or frequency that is not met within 1e-6 and 1 Hz.
  Result<void> tune(Direction direction, const Tuning& tuning);
  Result<void> set_frequency(Direction direction, double hertz);
  // Complex floats. Errc::unavailable with the driver's reason.
  Result<void> set_up(Direction direction);
  Result<void> activate(Direction direction);
  void deactivate(Direction direction);
  std::size_t piece_samples(Direction direction);  // The driver's own unit of transfer.

  ReadPiece read(std::span<Sample> out, long timeout_us);
  // The next read() may leave out air before this time (the device's, ns) on which nobody sends.
  // False where the device cannot (real ones).
  bool let_skip_quiet(std::int64_t until_ns);
  // Writes a piece; `time_ns` for the first of a timed burst. How many were taken.
  ReadPiece write(SampleView samples, bool is_last, std::optional<std::int64_t> time_ns,
                  long timeout_us);
  // What became of a burst: none once it is over, timeout while it is not, unsupported when the
  // driver does not say.
  StreamEvent burst_status(long timeout_us);
  std::optional<std::int64_t> hardware_time();

 private:
  explicit SoapyDevice(SoapySDR::Device* device) : device_(device) {}
  SoapySDR::Stream*& stream(Direction direction) {
    return direction == Direction::receive ? receive_ : transmit_;
  }

  SoapySDR::Device* device_;
  SoapySDR::Stream* receive_ = nullptr;
  SoapySDR::Stream* transmit_ = nullptr;
  std::optional<bool> skips_quiet_;  // Once it was asked.
};

}  // namespace earshot::radio
