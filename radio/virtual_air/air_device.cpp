#include "radio/virtual_air/air_device.h"

#include <unistd.h>

#include <SoapySDR/Time.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <fstream>
#include <thread>
#include <utility>

#include "radio/iq/format.h"
#include "radio/virtual_air/arguments.h"

namespace earshot::radio {
namespace {

constexpr double kLeastRate = 1e3;
constexpr double kMostRate = 20e6;
constexpr double kFullScaleAtNoGainDbm = -20;
constexpr std::int64_t kMostAhead = 500'000'000;  // ns that a writer may be ahead of the air.
constexpr double kPieceSeconds = 0.25;            // Of an endless transmission.
constexpr std::int64_t kStatusPoll = 1'000'000;   // ns.

const std::vector<std::string> kArguments = {
    "ether", "lat",      "lon",   "height", "x",       "y",    "z",        "gain_dbi", "nf",
    "ppm",   "clock_ns", "clock", "start",  "members", "seed", "exponent", "faults"};

// Takes one number after another and remembers the first that is wrong.
class Numbers {
 public:
  explicit Numbers(const SoapySDR::Kwargs& arguments) : arguments_(arguments) {}
  double get(const std::string& name, double absent, double low, double high) {
    const Result<double> value = number_argument(arguments_, name, absent, low, high);
    if (!value && outcome_) outcome_ = fail(value.error());
    return value.value_or(absent);
  }
  const Result<void>& outcome() const { return outcome_; }

 private:
  const SoapySDR::Kwargs& arguments_;
  Result<void> outcome_;
};

// Flat ground: the plane that touches the ellipsoid at latitude 0, longitude 0. x is east, y north.
Ecef on_flat_ground(double x, double y, double z) {
  Ecef place = to_ecef({0, 0, z});
  place.y_mm += std::llround(x * 1000);
  place.z_mm += std::llround(y * 1000);
  return place;
}

Result<AirSite> site_from(const SoapySDR::Kwargs& arguments) {
  Numbers numbers(arguments);
  AirSite site;
  const double far = 1e7;
  if (arguments.contains("lat") || arguments.contains("lon")) {
    site.place = to_ecef({numbers.get("lat", 0, -90, 90), numbers.get("lon", 0, -180, 180),
                          numbers.get("height", 0, -1000, 1e6)});
  } else {
    site.place = on_flat_ground(numbers.get("x", 0, -far, far), numbers.get("y", 0, -far, far),
                                numbers.get("z", 0, -1000, far));
  }
  site.antenna_gain_dbi = numbers.get("gain_dbi", 0, -50, 50);
  site.noise_figure_db = numbers.get("nf", 6, 0, 60);
  site.clock_ppm = numbers.get("ppm", 0, -200, 200);
  site.clock_ns = std::llround(numbers.get("clock_ns", 0, -1e12, 1e12));
  site.noise_seed = static_cast<std::uint64_t>(numbers.get("seed", 0, 0, 9e15));
  if (arguments.contains("exponent")) {
    site.path_loss.model = PathLossModel::log_distance;
    site.path_loss.exponent = numbers.get("exponent", 2.7, 1, 10);
  }
  if (!numbers.outcome()) return fail(numbers.outcome().error());
  return site;
}

Result<EtherConfig> ether_from(const SoapySDR::Kwargs& arguments) {
  EtherConfig config;
  config.name = text_argument(arguments, "ether", config.name);
  const std::string clock = text_argument(arguments, "clock", "real");
  if (clock != "real" && clock != "virtual") {
    return fail(Errc::usage, "clock: found \"" + clock + "\", allowed: real, virtual");
  }
  config.is_virtual = clock == "virtual";
  const Result<double> members = number_argument(arguments, "members", 1, 1, 64);
  if (!members) return fail(members.error());
  config.members = static_cast<std::uint32_t>(*members);
  if (!arguments.contains("start")) return config;
  const Result<Instant> start = from_iso8601(arguments.at("start"));
  if (!start) return fail(Errc::usage, "start: " + start.error().detail);
  config.start = start->seconds * kNanosPerSecond + start->picos / 1000;
  return config;
}

bool is_unplugged(const std::string& faults) {
  return !faults.empty() && ::access((faults + "/unplugged").c_str(), F_OK) == 0;
}

void sleep_nanos(std::int64_t nanos) {
  if (nanos > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(nanos));
}

}  // namespace

Result<std::unique_ptr<AirDevice>> AirDevice::open(const SoapySDR::Kwargs& arguments) {
  if (Result<void> names = check_names(arguments, kArguments); !names) return fail(names.error());
  const Result<AirSite> site = site_from(arguments);
  if (!site) return fail(site.error());
  if (is_unplugged(text_argument(arguments, "faults", ""))) {
    return fail(Errc::unavailable, "unplugged");
  }
  const Result<EtherConfig> config = ether_from(arguments);
  if (!config) return fail(config.error());
  Result<std::unique_ptr<Ether>> ether = Ether::join(*config);
  if (!ether) return fail(ether.error());
  SoapySDR::Kwargs described;
  for (const std::string& name : kArguments) {
    if (arguments.contains(name)) described[name] = arguments.at(name);
  }
  described["ether"] = config->name;
  return std::unique_ptr<AirDevice>(
      new AirDevice(AirNode(*std::move(ether), *site), std::move(described)));
}

AirDevice::AirDevice(AirNode node, SoapySDR::Kwargs described)
    : DeviceBase("AIR"),
      node_(std::move(node)),
      described_(std::move(described)),
      faults_(text_argument(described_, "faults", "")) {}

std::size_t AirDevice::getNumChannels(int /*direction*/) const { return 1; }
bool AirDevice::getFullDuplex(int /*direction*/, std::size_t /*channel*/) const { return true; }

double AirDevice::full_scale_dbm() const { return kFullScaleAtNoGainDbm - lna_db_ - vga_db_; }

SoapySDR::Stream* AirDevice::setupStream(int direction, const std::string& format,
                                         const std::vector<std::size_t>& /*channels*/,
                                         const SoapySDR::Kwargs& /*arguments*/) {
  Direction& chosen = direction == SOAPY_SDR_RX ? receiver_ : sender_;
  chosen.format = format_of(format);
  return reinterpret_cast<SoapySDR::Stream*>(&chosen);
}

void AirDevice::closeStream(SoapySDR::Stream* stream) { deactivateStream(stream, 0, 0); }

int AirDevice::activateStream(SoapySDR::Stream* stream, int flags, long long /*time_ns*/,
                              std::size_t /*count*/) {
  auto* chosen = reinterpret_cast<Direction*>(stream);
  if (flags != 0) return SOAPY_SDR_NOT_SUPPORTED;
  if (!take_up_faults()) return SOAPY_SDR_STREAM_ERROR;
  if (chosen->is_active) return 0;
  chosen->is_active = true;
  if (chosen == &receiver_) {
    node_.start_receiving({receiver_.rate_hz, receiver_.centre_hz, full_scale_dbm()});
  }
  return 0;
}

int AirDevice::deactivateStream(SoapySDR::Stream* stream, int /*flags*/, long long /*time_ns*/) {
  auto* chosen = reinterpret_cast<Direction*>(stream);
  if (!chosen->is_active) return 0;
  chosen->is_active = false;
  if (chosen == &receiver_) node_.stop_receiving();
  if (chosen == &sender_) burst_.clear();
  return 0;
}

int AirDevice::readStream(SoapySDR::Stream* /*stream*/, void* const* buffers, std::size_t count,
                          int& flags, long long& time_ns, long timeout_us) {
  flags = 0;
  const UnixNanos idle_until = std::exchange(idle_until_, 0);
  if (!take_up_faults() || !receiver_.is_active) return SOAPY_SDR_STREAM_ERROR;
  const std::size_t wanted = std::min({count, kMostAtOnce, node_.most_at_once()});
  switch (node_.wait(wanted, std::int64_t{timeout_us} * 1000, idle_until)) {
    case AirNode::Wait::timeout:
      return SOAPY_SDR_TIMEOUT;
    case AirNode::Wait::behind:
      return SOAPY_SDR_OVERFLOW;
    case AirNode::Wait::ready:
      break;
  }
  UnixNanos first = 0;
  const Samples samples = node_.receive(wanted, first);
  store(receiver_.format, samples, buffers[0]);
  time_ns = first;
  flags |= SOAPY_SDR_HAS_TIME;
  return static_cast<int>(wanted);
}

// What was asked for a time and comes too late is not sent; what merely follows is sent late.
void AirDevice::send_burst() {
  const auto transmit = [this](std::optional<UnixNanos> start) {
    return node_.transmit(burst_, sender_.rate_hz, sender_.centre_hz, pa_dbm_, start);
  };
  std::optional<UnixNanos> begun = transmit(is_timed_ ? burst_start_ : burst_end_);
  if (!begun && !is_timed_) begun = transmit(std::nullopt);
  const std::int64_t length =
      SoapySDR::ticksToTimeNs(static_cast<long long>(burst_.size()), sender_.rate_hz);
  late_ = !begun;
  burst_end_ = begun ? std::optional(*begun + length) : std::nullopt;
  burst_.clear();
  is_timed_ = false;
}

int AirDevice::writeStream(SoapySDR::Stream* /*stream*/, const void* const* buffers,
                           std::size_t count, int& flags, long long time_ns, long timeout_us) {
  const bool begins = burst_.empty();
  const bool has_time = (flags & SOAPY_SDR_HAS_TIME) != 0;
  if (!sender_.is_active || burst_.size() == kMostBurstSamples || is_unplugged(faults_)) {
    return SOAPY_SDR_STREAM_ERROR;
  }
  const std::int64_t ahead = burst_end_.value_or(0) - node_.now();
  if (begins && !has_time && ahead > kMostAhead) {
    const std::int64_t timeout = std::int64_t{timeout_us} * 1000;
    sleep_nanos(std::min(ahead - kMostAhead, timeout));
    if (ahead - kMostAhead > timeout) return SOAPY_SDR_TIMEOUT;
  }
  const std::size_t taken = std::min({count, kMostAtOnce, kMostBurstSamples - burst_.size()});
  if (begins) {
    is_timed_ = has_time;
    burst_start_ = time_ns;
    if (ahead < 0) burst_end_.reset();  // Nothing is on the air that this could follow.
  }
  const Samples samples = decode_samples(
      sender_.format,
      {static_cast<const std::uint8_t*>(buffers[0]), taken * bytes_per_sample(sender_.format)});
  burst_.insert(burst_.end(), samples.begin(), samples.end());
  const bool ends = (flags & SOAPY_SDR_END_BURST) != 0 && taken == count;
  const bool is_piece =
      !is_timed_ && static_cast<double>(burst_.size()) >= kPieceSeconds * sender_.rate_hz;
  if (!burst_.empty() && (ends || is_piece)) send_burst();
  return static_cast<int>(taken);
}

int AirDevice::readStreamStatus(SoapySDR::Stream* /*stream*/, std::size_t& mask, int& flags,
                                long long& time_ns, long timeout_us) {
  mask = 1;
  flags = 0;
  if (late_) {
    late_ = false;
    return SOAPY_SDR_TIME_ERROR;
  }
  std::int64_t left = std::int64_t{timeout_us} * 1000;
  while (!burst_end_ || node_.now() < *burst_end_) {
    if (left <= 0) return SOAPY_SDR_TIMEOUT;
    sleep_nanos(std::min(left, kStatusPoll));
    left -= kStatusPoll;
  }
  flags = SOAPY_SDR_END_BURST | SOAPY_SDR_HAS_TIME;
  time_ns = *burst_end_;
  burst_end_.reset();
  return 0;
}

void AirDevice::setFrequency(int direction, std::size_t /*channel*/, const std::string& /*name*/,
                             double hertz, const SoapySDR::Kwargs& /*arguments*/) {
  (direction == SOAPY_SDR_RX ? receiver_ : sender_).centre_hz = hertz;
  if (direction == SOAPY_SDR_RX) node_.retune(hertz, full_scale_dbm());
}

double AirDevice::getFrequency(int direction, std::size_t /*channel*/,
                               const std::string& /*name*/) const {
  return (direction == SOAPY_SDR_RX ? receiver_ : sender_).centre_hz;
}

SoapySDR::RangeList AirDevice::getFrequencyRange(int /*direction*/, std::size_t /*channel*/,
                                                 const std::string& /*name*/) const {
  return {SoapySDR::Range(1e6, 6e9)};
}

void AirDevice::setSampleRate(int direction, std::size_t /*channel*/, double rate) {
  Direction& chosen = direction == SOAPY_SDR_RX ? receiver_ : sender_;
  if (chosen.is_active) refuse_device("earshot_air", "the sample rate is set before activation");
  if (!(rate >= kLeastRate && rate <= kMostRate)) {
    refuse_device("earshot_air", "sample rate " + std::to_string(rate) + ", allowed 1e3 to 20e6");
  }
  chosen.rate_hz = rate;
}

double AirDevice::getSampleRate(int direction, std::size_t /*channel*/) const {
  return (direction == SOAPY_SDR_RX ? receiver_ : sender_).rate_hz;
}

SoapySDR::RangeList AirDevice::getSampleRateRange(int /*direction*/,
                                                  std::size_t /*channel*/) const {
  return {SoapySDR::Range(kLeastRate, kMostRate)};
}

std::vector<double> AirDevice::listSampleRates(int /*direction*/, std::size_t /*channel*/) const {
  return {250e3, 500e3, 1e6, 2e6, 4e6, 8e6};
}

std::vector<std::string> AirDevice::listGains(int direction, std::size_t /*channel*/) const {
  if (direction == SOAPY_SDR_RX) return {"LNA", "VGA"};
  return {"PA"};
}

void AirDevice::setGain(int direction, std::size_t channel, const std::string& name, double value) {
  const SoapySDR::Range range = getGainRange(direction, channel, name);
  const double set = std::clamp(value, range.minimum(), range.maximum());
  (name == "PA" ? pa_dbm_ : name == "VGA" ? vga_db_ : lna_db_) = set;
  if (direction == SOAPY_SDR_RX) node_.retune(receiver_.centre_hz, full_scale_dbm());
}

double AirDevice::getGain(int /*direction*/, std::size_t /*channel*/,
                          const std::string& name) const {
  return name == "PA" ? pa_dbm_ : name == "VGA" ? vga_db_ : lna_db_;
}

SoapySDR::Range AirDevice::getGainRange(int direction, std::size_t /*channel*/,
                                        const std::string& name) const {
  if (direction == SOAPY_SDR_TX) return {0, 36};
  return name == "VGA" ? SoapySDR::Range(0, 20) : SoapySDR::Range(0, 40);
}

// A listener that is gone holds nobody up.
bool AirDevice::take_up_faults() {
  if (faults_.empty()) return true;
  if (is_unplugged(faults_)) {
    if (std::exchange(receiver_.is_active, false)) node_.stop_receiving();
    return false;
  }
  std::int64_t off_ns = 0;
  std::ifstream(faults_ + "/clock_ns") >> off_ns;
  node_.step_clock(off_ns);
  return true;
}

SoapySDR::ArgInfoList AirDevice::getSettingInfo() const {
  SoapySDR::ArgInfo idle;
  idle.key = "idle_until";
  idle.name = "Idle until";
  idle.description = "On a virtual clock, for one read: quiet air before this time may be skipped";
  idle.units = "ns";
  idle.type = SoapySDR::ArgInfo::INT;
  idle.value = "0";
  return {idle};
}

void AirDevice::writeSetting(const std::string& key, const std::string& value) {
  std::int64_t time = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, time);
  if (key != "idle_until" || error != std::errc() || stop != end) {
    refuse_device("earshot_air",
                  "setting " + key + "=" + value + ", allowed: idle_until=NANOSECONDS");
  }
  idle_until_ = time;
}

bool AirDevice::hasHardwareTime(const std::string& /*what*/) const { return true; }
long long AirDevice::getHardwareTime(const std::string& /*what*/) const { return node_.now(); }

}  // namespace earshot::radio
