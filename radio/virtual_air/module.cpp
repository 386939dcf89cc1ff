// The module that SoapySDR loads: two drivers.
//
// Found only by whoever asks for them by name, or sets EARSHOT_AIR: otherwise every program on the
// machine would show radios that are none.
#include <SoapySDR/Registry.hpp>
#include <cstdlib>

#include "radio/virtual_air/air_device.h"
#include "radio/virtual_air/file_device.h"

namespace earshot::radio {
namespace {

SoapySDR::KwargsList find_file(const SoapySDR::Kwargs& arguments) {
  if (!arguments.contains("path")) return {};
  SoapySDR::Kwargs found = arguments;
  found["label"] = "recording " + arguments.at("path");
  return {found};
}

SoapySDR::KwargsList find_air(const SoapySDR::Kwargs& arguments) {
  if (!arguments.contains("driver") && std::getenv("EARSHOT_AIR") == nullptr) return {};
  SoapySDR::Kwargs found = arguments;
  const auto ether = arguments.find("ether");
  found["label"] = "virtual air " + (ether == arguments.end() ? "default" : ether->second);
  return {found};
}

template <class Device>
SoapySDR::Device* make(const char* driver, const SoapySDR::Kwargs& arguments) {
  Result<std::unique_ptr<Device>> device = Device::open(arguments);
  if (!device) refuse_device(driver, device.error().detail);
  return device->release();
}

SoapySDR::Device* make_file(const SoapySDR::Kwargs& arguments) {
  return make<FileDevice>("earshot_file", arguments);
}
SoapySDR::Device* make_air(const SoapySDR::Kwargs& arguments) {
  return make<AirDevice>("earshot_air", arguments);
}

const SoapySDR::Registry kFileDriver("earshot_file", &find_file, &make_file, SOAPY_SDR_ABI_VERSION);
const SoapySDR::Registry kAirDriver("earshot_air", &find_air, &make_air, SOAPY_SDR_ABI_VERSION);

}  // namespace
}  // namespace earshot::radio
