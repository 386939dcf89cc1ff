// driver=earshot_file: a recording as a receiver. Plays at the rate it was taken with, in a loop.
//
//   path=FILE                                  whatever `earshot iq` reads
//   format=, rate=, freq=, member=             for files that do not say it themselves
//   loop=0                                     once; then nothing but timeouts
//   throttle=0                                 as fast as it is read
#pragma once
#include <memory>
#include <optional>

#include "radio/iq/recording.h"
#include "radio/virtual_air/device_base.h"

namespace earshot::radio {

class FileDevice final : public DeviceBase {
 public:
  // Nothing is read yet but the recording's description.
  static Result<std::unique_ptr<FileDevice>> open(const SoapySDR::Kwargs& arguments);

  std::string getDriverKey() const override { return "earshot_file"; }
  std::string getHardwareKey() const override { return "recording"; }
  SoapySDR::Kwargs getHardwareInfo() const override;
  std::size_t getNumChannels(int direction) const override;
  bool getFullDuplex(int direction, std::size_t channel) const override;

  SoapySDR::Stream* setupStream(int direction, const std::string& format,
                                const std::vector<std::size_t>& channels,
                                const SoapySDR::Kwargs& arguments) override;
  void closeStream(SoapySDR::Stream* stream) override;
  int activateStream(SoapySDR::Stream* stream, int flags, long long time_ns,
                     std::size_t count) override;
  int deactivateStream(SoapySDR::Stream* stream, int flags, long long time_ns) override;
  int readStream(SoapySDR::Stream* stream, void* const* buffers, std::size_t count, int& flags,
                 long long& time_ns, long timeout_us) override;

  // A recording has one frequency and one rate: a wish for another is logged, and what is true is
  // kept. The gain changes nothing.
  void setFrequency(int direction, std::size_t channel, const std::string& name, double hertz,
                    const SoapySDR::Kwargs& arguments) override;
  double getFrequency(int direction, std::size_t channel, const std::string& name) const override;
  SoapySDR::RangeList getFrequencyRange(int direction, std::size_t channel,
                                        const std::string& name) const override;
  void setSampleRate(int direction, std::size_t channel, double rate) override;
  double getSampleRate(int direction, std::size_t channel) const override;
  std::vector<double> listSampleRates(int direction, std::size_t channel) const override;
  SoapySDR::RangeList getSampleRateRange(int direction, std::size_t channel) const override;
  std::vector<std::string> listGains(int direction, std::size_t channel) const override;

 private:
  FileDevice(RecordingInfo recording, bool loops, bool throttles);
  // At most `count` of what comes next; nothing at the end of a recording that does not loop.
  Result<Samples> take(std::size_t count);
  bool wait_for_sample(std::uint64_t number, long timeout_us) const;

  RecordingInfo recording_;
  bool loops_;
  bool throttles_;
  double rate_hz_;
  double centre_hz_;
  SampleFormat format_ = SampleFormat::ci16;
  std::uint64_t played_ = 0;     // Samples since activation.
  std::int64_t activated_ = 0;   // ns, steady clock.
  std::uint64_t buffer_at_ = 0;  // In the recording, of buffer_[0].
  Samples buffer_;
  bool end_told_ = false;
};

}  // namespace earshot::radio
