#include "radio/virtual_air/device_base.h"

#include <SoapySDR/Logger.hpp>
#include <cstring>
#include <stdexcept>

#include "radio/iq/format.h"

namespace earshot::radio {

void refuse_device(const std::string& driver, const std::string& why) {
  SoapySDR::logf(SOAPY_SDR_ERROR, "%s: %s", driver.c_str(), why.c_str());
  throw std::runtime_error(driver + ": " + why);
}

std::vector<std::string> DeviceBase::getStreamFormats(int /*direction*/,
                                                      std::size_t /*channel*/) const {
  return {SOAPY_SDR_CS16, SOAPY_SDR_CF32, SOAPY_SDR_CS8};
}

std::string DeviceBase::getNativeStreamFormat(int /*direction*/, std::size_t /*channel*/,
                                              double& full_scale) const {
  full_scale = 32768;
  return SOAPY_SDR_CS16;
}

std::size_t DeviceBase::getStreamMTU(SoapySDR::Stream* /*stream*/) const { return kMostAtOnce; }

std::vector<std::string> DeviceBase::listAntennas(int /*direction*/,
                                                  std::size_t /*channel*/) const {
  return {antenna_};
}

std::string DeviceBase::getAntenna(int /*direction*/, std::size_t /*channel*/) const {
  return antenna_;
}

std::vector<std::string> DeviceBase::listFrequencies(int /*direction*/,
                                                     std::size_t /*channel*/) const {
  return {"RF"};
}

bool DeviceBase::hasGainMode(int /*direction*/, std::size_t /*channel*/) const { return false; }

SampleFormat DeviceBase::format_of(const std::string& name) {
  if (name == SOAPY_SDR_CS16) return SampleFormat::ci16;
  if (name == SOAPY_SDR_CF32) return SampleFormat::cf32;
  if (name == SOAPY_SDR_CS8) return SampleFormat::ci8;
  throw std::runtime_error("setupStream: found format " + name + ", allowed: CS16, CF32, CS8");
}

void DeviceBase::store(SampleFormat format, SampleView samples, void* out) {
  const Bytes bytes = encode_samples(format, samples);
  std::memcpy(out, bytes.data(), bytes.size());
}

}  // namespace earshot::radio
