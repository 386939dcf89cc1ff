#include "radio/virtual_air/file_device.h"

#include <SoapySDR/Logger.hpp>
#include <SoapySDR/Time.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "radio/iq/format.h"
#include "radio/virtual_air/arguments.h"

namespace earshot::radio {
namespace {

constexpr std::uint64_t kReadAhead = 1U << 18;  // Samples. Chosen: 2 MiB as complex floats.

std::int64_t steady_nanos() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Result<RawHints> hints_from(const SoapySDR::Kwargs& arguments) {
  RawHints hints;
  if (arguments.contains("format")) {
    const Result<SampleFormat> format = parse_format(arguments.at("format"));
    if (!format) return fail(format.error());
    hints.format = *format;
  }
  const Result<double> rate = number_argument(arguments, "rate", 0, 1, 1e9);
  if (!rate) return fail(rate.error());
  if (*rate > 0) hints.rate_hz = *rate;
  const Result<double> frequency = number_argument(arguments, "freq", 0, 0, 1e12);
  if (!frequency) return fail(frequency.error());
  if (arguments.contains("freq")) hints.centre_hz = *frequency;
  hints.member = text_argument(arguments, "member", "");
  return hints;
}

}  // namespace

Result<std::unique_ptr<FileDevice>> FileDevice::open(const SoapySDR::Kwargs& arguments) {
  const Result<void> names =
      check_names(arguments, {"path", "format", "rate", "freq", "member", "loop", "throttle"});
  if (!names) return fail(names.error());
  const std::string path = text_argument(arguments, "path", "");
  if (path.empty()) return fail(Errc::usage, "path: missing; it names the recording");
  const Result<RawHints> hints = hints_from(arguments);
  if (!hints) return fail(hints.error());
  const Result<double> loop = number_argument(arguments, "loop", 1, 0, 1);
  if (!loop) return fail(loop.error());
  const Result<double> throttle = number_argument(arguments, "throttle", 1, 0, 1);
  if (!throttle) return fail(throttle.error());
  Result<RecordingInfo> recording = open_recording(path, *hints);
  if (!recording) return fail(recording.error());
  if (!recording->rate_hz) return fail(Errc::usage, path + ": says no sample rate; give rate=");
  if (recording->sample_count == 0) return fail(Errc::bad_data, path + ": holds no samples");
  return std::unique_ptr<FileDevice>(
      new FileDevice(*std::move(recording), *loop != 0, *throttle != 0));
}

FileDevice::FileDevice(RecordingInfo recording, bool loops, bool throttles)
    : DeviceBase("FILE"),
      recording_(std::move(recording)),
      loops_(loops),
      throttles_(throttles),
      rate_hz_(*recording_.rate_hz),
      centre_hz_(recording_.captures.front().centre_hz.value_or(0)) {}

SoapySDR::Kwargs FileDevice::getHardwareInfo() const {
  return {{"path", recording_.data_path},
          {"container", std::string(container_name(recording_.container))},
          {"samples", std::to_string(recording_.sample_count)}};
}

std::size_t FileDevice::getNumChannels(int direction) const {
  return direction == SOAPY_SDR_RX ? 1 : 0;
}

bool FileDevice::getFullDuplex(int /*direction*/, std::size_t /*channel*/) const { return false; }

SoapySDR::Stream* FileDevice::setupStream(int direction, const std::string& format,
                                          const std::vector<std::size_t>& /*channels*/,
                                          const SoapySDR::Kwargs& /*arguments*/) {
  if (direction != SOAPY_SDR_RX) refuse_device("earshot_file", "a recording cannot transmit");
  format_ = format_of(format);
  return reinterpret_cast<SoapySDR::Stream*>(this);
}

void FileDevice::closeStream(SoapySDR::Stream* /*stream*/) {}

int FileDevice::activateStream(SoapySDR::Stream* /*stream*/, int flags, long long /*time_ns*/,
                               std::size_t /*count*/) {
  if (flags != 0) return SOAPY_SDR_NOT_SUPPORTED;
  played_ = 0;
  end_told_ = false;
  activated_ = steady_nanos();
  return 0;
}

int FileDevice::deactivateStream(SoapySDR::Stream* /*stream*/, int /*flags*/,
                                 long long /*time_ns*/) {
  return 0;
}

bool FileDevice::wait_for_sample(std::uint64_t number, long timeout_us) const {
  if (!throttles_) return true;
  const std::int64_t due =
      activated_ + SoapySDR::ticksToTimeNs(static_cast<long long>(number), rate_hz_);
  const std::int64_t limit = steady_nanos() + std::int64_t{timeout_us} * 1000;
  const std::int64_t until = std::min(due, limit);
  std::this_thread::sleep_for(std::chrono::nanoseconds(until - steady_nanos()));
  return due <= limit;
}

Result<Samples> FileDevice::take(std::size_t count) {
  if (!loops_ && played_ >= recording_.sample_count) return Samples{};
  const std::uint64_t at = played_ % recording_.sample_count;
  if (at < buffer_at_ || at >= buffer_at_ + buffer_.size()) {
    Result<Samples> read =
        read_samples(recording_, at, std::min(kReadAhead, recording_.sample_count - at));
    if (!read) return read;
    buffer_ = *std::move(read);
    buffer_at_ = at;
  }
  const auto from = static_cast<std::size_t>(at - buffer_at_);
  const std::size_t size = std::min(count, buffer_.size() - from);
  const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(from);
  return Samples(begin, begin + static_cast<std::ptrdiff_t>(size));
}

int FileDevice::readStream(SoapySDR::Stream* /*stream*/, void* const* buffers, std::size_t count,
                           int& flags, long long& time_ns, long timeout_us) {
  flags = 0;
  const std::size_t wanted = std::min(count, kMostAtOnce);
  const bool ended = !loops_ && played_ >= recording_.sample_count;
  if (!ended && !wait_for_sample(played_ + wanted, timeout_us)) return SOAPY_SDR_TIMEOUT;
  const Result<Samples> samples = take(wanted);
  if (!samples) {
    SoapySDR::logf(SOAPY_SDR_ERROR, "earshot_file: %s", samples.error().detail.c_str());
    return SOAPY_SDR_STREAM_ERROR;
  }
  if (samples->empty()) {
    if (!end_told_) flags |= SOAPY_SDR_END_BURST;
    end_told_ = true;
    std::this_thread::sleep_for(std::chrono::microseconds(timeout_us));
    return SOAPY_SDR_TIMEOUT;
  }
  store(format_, *samples, buffers[0]);
  time_ns = SoapySDR::ticksToTimeNs(static_cast<long long>(played_), rate_hz_);
  flags |= SOAPY_SDR_HAS_TIME;
  played_ += samples->size();
  return static_cast<int>(samples->size());
}

void FileDevice::setFrequency(int /*direction*/, std::size_t /*channel*/,
                              const std::string& /*name*/, double hertz,
                              const SoapySDR::Kwargs& /*arguments*/) {
  if (std::abs(hertz - centre_hz_) < 1) return;
  SoapySDR::logf(SOAPY_SDR_WARNING, "earshot_file: the recording is of %.0f Hz, not of %.0f Hz",
                 centre_hz_, hertz);
}

double FileDevice::getFrequency(int /*direction*/, std::size_t /*channel*/,
                                const std::string& /*name*/) const {
  return centre_hz_;
}

SoapySDR::RangeList FileDevice::getFrequencyRange(int /*direction*/, std::size_t /*channel*/,
                                                  const std::string& /*name*/) const {
  return {SoapySDR::Range(centre_hz_, centre_hz_)};
}

void FileDevice::setSampleRate(int /*direction*/, std::size_t /*channel*/, double rate) {
  if (std::abs(rate - rate_hz_) < 1e-6 * rate_hz_) return;
  SoapySDR::logf(SOAPY_SDR_WARNING, "earshot_file: the recording has %.0f S/s, not %.0f", rate_hz_,
                 rate);
}

double FileDevice::getSampleRate(int /*direction*/, std::size_t /*channel*/) const {
  return rate_hz_;
}

std::vector<double> FileDevice::listSampleRates(int /*direction*/, std::size_t /*channel*/) const {
  return {rate_hz_};
}

SoapySDR::RangeList FileDevice::getSampleRateRange(int /*direction*/,
                                                   std::size_t /*channel*/) const {
  return {SoapySDR::Range(rate_hz_, rate_hz_)};
}

std::vector<std::string> FileDevice::listGains(int /*direction*/, std::size_t /*channel*/) const {
  return {};
}

}  // namespace earshot::radio
