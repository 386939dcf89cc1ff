#include "tests/doubles/faulty_device.h"

#include <SoapySDR/Errors.hpp>
#include <SoapySDR/Formats.hpp>
#include <SoapySDR/Registry.hpp>
#include <algorithm>
#include <stdexcept>

namespace earshot::testing_doubles {
namespace {

constexpr std::size_t kPiece = 1000;
int receive_stream, transmit_stream;  // Addresses only.

class FaultyDevice final : public SoapySDR::Device {
 public:
  FaultyDevice() : world_(faulty_world()) { ++world_.opened; }
  ~FaultyDevice() override { world_.receives = world_.transmits = false; }

  std::string getDriverKey() const override { return "faulty"; }
  std::size_t getNumChannels(int) const override { return 1; }
  bool getFullDuplex(int, std::size_t) const override { return world_.full_duplex; }
  bool hasHardwareTime(const std::string&) const override { return world_.has_time; }

  std::vector<std::string> listGains(int, std::size_t) const override { return {"LNA"}; }
  SoapySDR::Range getGainRange(int, std::size_t, const std::string&) const override {
    return {0, 40};
  }
  void setGain(int, std::size_t, const std::string&, double value) override { world_.gain = value; }
  double getGain(int, std::size_t, const std::string&) const override { return world_.gain; }
  bool hasGainMode(int, std::size_t) const override { return true; }
  void setGainMode(int, std::size_t, bool on) override { world_.automatic_gain = on; }
  std::vector<std::string> listAntennas(int, std::size_t) const override { return {"A"}; }
  void setAntenna(int, std::size_t, const std::string&) override {}
  std::vector<std::string> listFrequencies(int, std::size_t) const override { return {"RF"}; }
  void setFrequency(int direction, std::size_t, const std::string&, double hertz,
                    const SoapySDR::Kwargs&) override {
    (direction == SOAPY_SDR_RX ? world_.receive_hz : world_.transmit_hz) = hertz;
  }
  double getFrequency(int direction, std::size_t, const std::string&) const override {
    return direction == SOAPY_SDR_RX ? world_.receive_hz : world_.transmit_hz;
  }
  SoapySDR::RangeList getFrequencyRange(int, std::size_t, const std::string&) const override {
    return {SoapySDR::Range(0, 6e9)};
  }
  void setSampleRate(int, std::size_t, double rate) override { rate_ = std::min(rate, 10e6); }
  double getSampleRate(int, std::size_t) const override { return rate_; }

  SoapySDR::ArgInfoList getSettingInfo() const override {
    SoapySDR::ArgInfo idle;
    idle.key = "idle_until";
    if (world_.skips_quiet) return {idle};
    return {};
  }
  void writeSetting(const std::string& key, const std::string& value) override {
    if (!world_.skips_quiet || key != "idle_until") throw std::runtime_error("no such setting");
    world_.time_ns = std::max(world_.time_ns, std::stoll(value));
  }

  SoapySDR::Stream* setupStream(int direction, const std::string&, const std::vector<std::size_t>&,
                                const SoapySDR::Kwargs&) override {
    return reinterpret_cast<SoapySDR::Stream*>(direction == SOAPY_SDR_RX ? &receive_stream
                                                                         : &transmit_stream);
  }
  void closeStream(SoapySDR::Stream*) override {}
  std::size_t getStreamMTU(SoapySDR::Stream*) const override { return kPiece; }
  int activateStream(SoapySDR::Stream* stream, int, long long, std::size_t) override {
    const bool receives = is_receive(stream);
    (receives ? world_.receives : world_.transmits) = true;
    if (receives) ++world_.activated;
    if (!receives) world_.written.clear(), world_.burst_time_ns = -1;
    return 0;
  }
  int deactivateStream(SoapySDR::Stream* stream, int, long long) override {
    (is_receive(stream) ? world_.receives : world_.transmits) = false;
    return 0;
  }
  int readStream(SoapySDR::Stream*, void* const* buffers, std::size_t count, int& flags,
                 long long& time_ns, long) override;
  int writeStream(SoapySDR::Stream*, const void* const* buffers, std::size_t count, int& flags,
                  long long time_ns, long) override;
  int readStreamStatus(SoapySDR::Stream*, std::size_t&, int& flags, long long&, long) override {
    if (!world_.tells_status) return SOAPY_SDR_NOT_SUPPORTED;
    flags = SOAPY_SDR_END_BURST;
    return 0;
  }

 private:
  static bool is_receive(SoapySDR::Stream* stream) {
    return reinterpret_cast<int*>(stream) == &receive_stream;
  }
  int give(std::complex<float>* out, std::size_t count, int& flags, long long& time_ns);

  FaultyWorld& world_;
  double rate_ = 1e6;
};

int FaultyDevice::give(std::complex<float>* out, std::size_t count, int& flags,
                       long long& time_ns) {
  std::fill(out, out + count, std::complex<float>(0.1F, 0));
  flags = world_.has_time ? SOAPY_SDR_HAS_TIME : 0;
  time_ns = world_.time_ns;
  world_.time_ns += static_cast<long long>(static_cast<double>(count) / rate_ * 1e9);
  return static_cast<int>(count);
}

int FaultyDevice::readStream(SoapySDR::Stream*, void* const* buffers, std::size_t count, int& flags,
                             long long& time_ns, long) {
  if (!world_.receives) return SOAPY_SDR_STREAM_ERROR;
  Fault fault = world_.after;
  if (!world_.faults.empty()) fault = world_.faults.front(), world_.faults.pop_front();
  auto* out = static_cast<std::complex<float>*>(buffers[0]);
  switch (fault) {
    case Fault::overflow:
      world_.time_ns += 5'000'000;
      return SOAPY_SDR_OVERFLOW;
    case Fault::timeout:
      return SOAPY_SDR_TIMEOUT;
    case Fault::error:
      return SOAPY_SDR_STREAM_ERROR;
    case Fault::throws:
      throw std::runtime_error("unplugged");
    case Fault::short_read:
      return give(out, 7, flags, time_ns);
    case Fault::lost_samples:
      world_.time_ns += 3'000'000;
      break;
    case Fault::none:
      break;
  }
  return give(out, std::min(count, kPiece), flags, time_ns);
}

int FaultyDevice::writeStream(SoapySDR::Stream*, const void* const* buffers, std::size_t count,
                              int& flags, long long time_ns, long) {
  const std::size_t taken = std::min(count, kPiece);
  const auto* in = static_cast<const std::complex<float>*>(buffers[0]);
  if (world_.written.empty() && (flags & SOAPY_SDR_HAS_TIME) != 0) world_.burst_time_ns = time_ns;
  world_.written.insert(world_.written.end(), in, in + taken);
  const std::size_t whole = world_.transfer == 0
                                ? world_.written.size()
                                : world_.written.size() / world_.transfer * world_.transfer;
  world_.radiated.assign(world_.written.begin(),
                         world_.written.begin() + static_cast<std::ptrdiff_t>(whole));
  return static_cast<int>(taken);
}

SoapySDR::KwargsList find_faulty(const SoapySDR::Kwargs& arguments) { return {arguments}; }
SoapySDR::Device* make_faulty(const SoapySDR::Kwargs&) {
  if (!faulty_world().opens) throw std::runtime_error("no such device");
  return new FaultyDevice;
}
const SoapySDR::Registry kFaulty("faulty", &find_faulty, &make_faulty, SOAPY_SDR_ABI_VERSION);

}  // namespace

FaultyWorld& faulty_world() {
  static FaultyWorld world;
  return world;
}

}  // namespace earshot::testing_doubles
