// What both drivers have in common as SoapySDR devices: one channel, one antenna, one tunable
// element, samples in the formats that other people's programs ask for.
//
// As SoapySDR wants it, what cannot be done is thrown (std::runtime_error) and, because some
// programs print nothing then, logged.
#pragma once
#include <SoapySDR/Device.hpp>
#include <SoapySDR/Formats.hpp>

#include "core/messages.h"
#include "radio/samples.h"

namespace earshot::radio {

[[noreturn]] void refuse_device(const std::string& driver, const std::string& why);

// Native is CS16: some programs never decode CU8 or CF32-only devices (rtl_433 22.11).
class DeviceBase : public SoapySDR::Device {
 public:
  std::vector<std::string> getStreamFormats(int direction, std::size_t channel) const override;
  std::string getNativeStreamFormat(int direction, std::size_t channel,
                                    double& full_scale) const override;
  std::size_t getStreamMTU(SoapySDR::Stream* stream) const override;
  std::vector<std::string> listAntennas(int direction, std::size_t channel) const override;
  std::string getAntenna(int direction, std::size_t channel) const override;
  std::vector<std::string> listFrequencies(int direction, std::size_t channel) const override;
  bool hasGainMode(int direction, std::size_t channel) const override;

 protected:
  static constexpr std::size_t kMostAtOnce = 16384;

  explicit DeviceBase(std::string antenna) : antenna_(std::move(antenna)) {}
  // Throws for a format that getStreamFormats does not list.
  static SampleFormat format_of(const std::string& name);
  static void store(SampleFormat format, SampleView samples, void* out);

 private:
  std::string antenna_;
};

}  // namespace earshot::radio
