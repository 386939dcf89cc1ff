#include "radio/soapy/soapy_device.h"

#include <SoapySDR/Device.hpp>
#include <SoapySDR/Errors.hpp>
#include <SoapySDR/Formats.hpp>
#include <algorithm>
#include <cmath>
#include <functional>

namespace earshot::radio {
namespace {

constexpr std::size_t kChannel = 0;

int code_of(Direction direction) {
  return direction == Direction::receive ? SOAPY_SDR_RX : SOAPY_SDR_TX;
}

// Runs `call`; what a driver throws becomes the error.
template <class T>
Result<T> guarded(const std::string& doing, const std::function<T()>& call) {
  try {
    if constexpr (std::is_void_v<T>) {
      call();
      return {};
    } else {
      return call();
    }
  } catch (const std::exception& error) {
    return fail(Errc::unavailable, "device: cannot " + doing + ": " + error.what());
  } catch (...) {  // Some drivers throw what is no exception.
    return fail(Errc::unavailable, "device: cannot " + doing);
  }
}

// Stream calls may throw too when a device is unplugged.
int guarded_code(const std::function<int()>& call) {
  return guarded<int>("stream", call).value_or(SOAPY_SDR_STREAM_ERROR);
}

StreamEvent event_of(int code) {
  if (code >= 0) return StreamEvent::none;
  switch (code) {
    case SOAPY_SDR_TIMEOUT:
      return StreamEvent::timeout;
    case SOAPY_SDR_OVERFLOW:
    case SOAPY_SDR_CORRUPTION:  // Samples were lost, and the stream goes on.
      return StreamEvent::overflow;
    case SOAPY_SDR_TIME_ERROR:
      return StreamEvent::late;
    case SOAPY_SDR_NOT_SUPPORTED:
      return StreamEvent::unsupported;
    default:
      return StreamEvent::error;
  }
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all.append(all.empty() ? "" : ", ").append(name);
  return all.empty() ? "none" : all;
}

Result<void> check_one_of(const std::string& what, const std::string& name,
                          const std::vector<std::string>& allowed) {
  if (std::ranges::find(allowed, name) != allowed.end()) return {};
  return fail(Errc::configuration, what + ": found \"" + name + "\", allowed: " + joined(allowed));
}

std::vector<GainElement> gains_of(SoapySDR::Device& device, int direction) {
  std::vector<GainElement> elements;
  for (const std::string& name : device.listGains(direction, kChannel)) {
    const SoapySDR::Range range = device.getGainRange(direction, kChannel, name);
    elements.push_back(
        {name, range.minimum(), range.maximum(), device.getGain(direction, kChannel, name)});
  }
  return elements;
}

Result<void> check_gains(SoapySDR::Device& device, int direction, const Tuning& tuning) {
  const std::vector<GainElement> elements = gains_of(device, direction);
  std::vector<std::string> names;
  names.reserve(elements.size());
  for (const GainElement& element : elements) names.push_back(element.name);
  for (const auto& [name, db] : tuning.gains) {
    if (Result<void> known = check_one_of("gain", name, names); !known) return known;
    const auto& element = *std::ranges::find(elements, name, &GainElement::name);
    if (db >= element.least_db && db <= element.most_db) continue;
    return fail(Errc::configuration, "gain " + name + ": found " + std::to_string(db) +
                                         " dB, allowed " + std::to_string(element.least_db) +
                                         " to " + std::to_string(element.most_db));
  }
  return {};
}

Result<void> check_met(const char* what, double wanted, double got, double tolerance) {
  if (std::abs(wanted - got) <= tolerance) return {};
  return fail(Errc::configuration, std::string("device: asked for a ") + what + " of " +
                                       std::to_string(wanted) + ", got " + std::to_string(got));
}

}  // namespace

Result<std::unique_ptr<SoapyDevice>> SoapyDevice::open(const std::string& arguments) {
  const SoapySDR::Kwargs parsed = SoapySDR::KwargsFromString(arguments);
  if (!parsed.contains("driver")) {
    return fail(Errc::configuration, "device: found \"" + arguments + "\", expected driver=...");
  }
  auto device = guarded<SoapySDR::Device*>("open " + arguments,
                                           [&] { return SoapySDR::Device::make(parsed); });
  if (!device) return fail(device.error());
  return std::unique_ptr<SoapyDevice>(new SoapyDevice(*device));
}

Result<std::vector<std::string>> SoapyDevice::find(const std::string& arguments) {
  const SoapySDR::Kwargs parsed = SoapySDR::KwargsFromString(arguments);
  if (!parsed.contains("driver")) {
    return fail(Errc::configuration, "device: found \"" + arguments + "\", expected driver=...");
  }
  const auto found = guarded<SoapySDR::KwargsList>(
      "look for " + arguments, [&] { return SoapySDR::Device::enumerate(parsed); });
  if (!found) return fail(found.error());
  std::vector<std::string> all;
  all.reserve(found->size());
  for (const SoapySDR::Kwargs& one : *found) all.push_back(SoapySDR::KwargsToString(one));
  return all;
}

SoapyDevice::~SoapyDevice() {
  for (const Direction direction : {Direction::transmit, Direction::receive}) {
    deactivate(direction);
    SoapySDR::Stream* open = stream(direction);
    if (open != nullptr) guarded_code([&] { return device_->closeStream(open), 0; });
  }
  guarded_code([&] { return SoapySDR::Device::unmake(device_), 0; });
}

Result<DeviceFacts> SoapyDevice::facts() {
  return guarded<DeviceFacts>("describe itself", [&] {
    DeviceFacts facts;
    facts.driver = device_->getDriverKey();
    facts.hardware = device_->getHardwareKey();
    facts.transmits = device_->getNumChannels(SOAPY_SDR_TX) > 0;
    facts.full_duplex = device_->getFullDuplex(SOAPY_SDR_RX, kChannel);
    facts.has_time = device_->hasHardwareTime();
    facts.receive_gains = gains_of(*device_, SOAPY_SDR_RX);
    if (facts.transmits) facts.transmit_gains = gains_of(*device_, SOAPY_SDR_TX);
    facts.antennas = device_->listAntennas(SOAPY_SDR_RX, kChannel);
    facts.clock_sources = device_->listClockSources();
    facts.time_sources = device_->listTimeSources();
    for (const SoapySDR::Range& range : device_->getSampleRateRange(SOAPY_SDR_RX, kChannel)) {
      facts.rates_hz.emplace_back(range.minimum(), range.maximum());
    }
    return facts;
  });
}

Result<void> SoapyDevice::set_sources(const std::string& clock, const std::string& time) {
  const Result<DeviceFacts> known = facts();
  if (!known) return fail(known.error());
  if (!clock.empty()) {
    if (auto valid = check_one_of("clock source", clock, known->clock_sources); !valid) {
      return valid;
    }
    const auto set = guarded<void>("set its clock source", [&] { device_->setClockSource(clock); });
    if (!set) return set;
  }
  if (time.empty()) return {};
  if (auto valid = check_one_of("time source", time, known->time_sources); !valid) return valid;
  return guarded<void>("set its time source", [&] { device_->setTimeSource(time); });
}

Result<void> SoapyDevice::tune(Direction direction, const Tuning& tuning) {
  const int code = code_of(direction);
  Result<void> outcome;
  const Result<void> done = guarded<void>("be tuned", [&] {
    if (outcome = check_gains(*device_, code, tuning); !outcome) return;
    if (!tuning.antenna.empty()) {
      outcome = check_one_of("antenna", tuning.antenna, device_->listAntennas(code, kChannel));
      if (!outcome) return;
      device_->setAntenna(code, kChannel, tuning.antenna);
    }
    device_->setSampleRate(code, kChannel, tuning.rate_hz);
    if (tuning.bandwidth_hz > 0) device_->setBandwidth(code, kChannel, tuning.bandwidth_hz);
    device_->setFrequency(code, kChannel, tuning.centre_hz);
    if (device_->hasGainMode(code, kChannel)) device_->setGainMode(code, kChannel, false);
    for (const auto& [name, db] : tuning.gains) device_->setGain(code, kChannel, name, db);
    const double rate = device_->getSampleRate(code, kChannel);
    outcome = check_met("sample rate", tuning.rate_hz, rate, tuning.rate_hz * 1e-6);
    // Synthesisers have steps of up to a few hertz.
    const double centre = device_->getFrequency(code, kChannel);
    if (outcome) outcome = check_met("frequency", tuning.centre_hz, centre, 100);
  });
  return done ? outcome : done;
}

Result<void> SoapyDevice::set_frequency(Direction direction, double hertz) {
  return guarded<void>("be tuned",
                       [&] { device_->setFrequency(code_of(direction), kChannel, hertz); });
}

Result<void> SoapyDevice::set_up(Direction direction) {
  const auto made = guarded<SoapySDR::Stream*>("set up its stream", [&] {
    return device_->setupStream(code_of(direction), SOAPY_SDR_CF32, {kChannel});
  });
  if (!made) return fail(made.error());
  stream(direction) = *made;
  return {};
}

Result<void> SoapyDevice::activate(Direction direction) {
  const int code = guarded_code([&] { return device_->activateStream(stream(direction)); });
  if (code == 0) return {};
  return fail(Errc::unavailable,
              std::string("device: does not stream: ") + SoapySDR::errToStr(code));
}

void SoapyDevice::deactivate(Direction direction) {
  SoapySDR::Stream* open = stream(direction);
  if (open != nullptr) guarded_code([&] { return device_->deactivateStream(open); });
}

std::size_t SoapyDevice::piece_samples(Direction direction) {
  return guarded<std::size_t>("say its unit",
                              [&] { return device_->getStreamMTU(stream(direction)); })
      .value_or(16384);
}

ReadPiece SoapyDevice::read(std::span<Sample> out, long timeout_us) {
  void* buffers[] = {out.data()};
  int flags = 0;  // Read by drivers, not only written.
  long long time_ns = 0;
  const int code = guarded_code([&] {
    return device_->readStream(receive_, buffers, out.size(), flags, time_ns, timeout_us);
  });
  ReadPiece piece{static_cast<std::size_t>(std::max(code, 0)), event_of(code), std::nullopt};
  if (code > 0 && (flags & SOAPY_SDR_HAS_TIME) != 0) piece.time_ns = time_ns;
  return piece;
}

bool SoapyDevice::let_skip_quiet(std::int64_t until_ns) {
  const std::string setting = "idle_until";
  if (!skips_quiet_) {
    const auto known = guarded<SoapySDR::ArgInfoList>("list its settings",
                                                      [&] { return device_->getSettingInfo(); });
    skips_quiet_ = known && std::ranges::any_of(*known, [&](const SoapySDR::ArgInfo& info) {
                     return info.key == setting;
                   });
  }
  return *skips_quiet_ && guarded<void>("skip quiet air", [&] {
                            device_->writeSetting(setting, std::to_string(until_ns));
                          }).has_value();
}

ReadPiece SoapyDevice::write(SampleView samples, bool is_last, std::optional<std::int64_t> time_ns,
                             long timeout_us) {
  const void* buffers[] = {samples.data()};
  int flags = (is_last ? SOAPY_SDR_END_BURST : 0) | (time_ns ? SOAPY_SDR_HAS_TIME : 0);
  const int code = guarded_code([&] {
    return device_->writeStream(transmit_, buffers, samples.size(), flags, time_ns.value_or(0),
                                timeout_us);
  });
  return {static_cast<std::size_t>(std::max(code, 0)), event_of(code), std::nullopt};
}

StreamEvent SoapyDevice::burst_status(long timeout_us) {
  std::size_t mask = 0;
  int flags = 0;
  long long time_ns = 0;
  const int code = guarded_code(
      [&] { return device_->readStreamStatus(transmit_, mask, flags, time_ns, timeout_us); });
  // Something else than the burst's end is no news for us.
  if (code == 0 && (flags & SOAPY_SDR_END_BURST) == 0) return StreamEvent::timeout;
  return event_of(code);
}

std::optional<std::int64_t> SoapyDevice::hardware_time() {
  const auto time = guarded<long long>("tell its time", [&] { return device_->getHardwareTime(); });
  if (!time) return std::nullopt;
  return *time;
}

}  // namespace earshot::radio
