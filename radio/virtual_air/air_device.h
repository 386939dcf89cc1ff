// driver=earshot_air: a transceiver on the air that this user's processes share.
//
//   ether=NAME                  which air; one of its own for each name
//   lat=, lon=, height=         where the antenna is (degrees, metres), or x=, y=, z= in metres on
//   a
//                               flat piece of ground
//   gain_dbi=, nf=              antenna and noise figure
//   ppm=, clock_ns=             the oscillator's error, and that of the device's time
//   exponent=                   path loss beyond 100 m; free space without it
//   clock=real|virtual, start=, members=     see ether.h; start is a time like 2026-01-01T00:00:00Z
//   seed=                       of the noise
//   faults=FOLDER               for trials: while FOLDER/unplugged is there, the device is gone;
//                               FOLDER/clock_ns holds nanoseconds by which its clock is off besides
//
// The setting idle_until (nanoseconds of the device's time, for one read) lets a virtual clock skip
// quiet air.
//
// Receives 1 kS/s to 20 MS/s; full scale is -20 dBm minus gain. Sends: full scale is the gain PA in
// dBm. Full duplex, does not hear itself. Samples carry the device's time, which is UTC but for
// clock_ns and ppm; bursts may be timed.
#pragma once
#include "radio/virtual_air/air_node.h"
#include "radio/virtual_air/device_base.h"

namespace earshot::radio {

class AirDevice final : public DeviceBase {
 public:
  static Result<std::unique_ptr<AirDevice>> open(const SoapySDR::Kwargs& arguments);

  std::string getDriverKey() const override { return "earshot_air"; }
  std::string getHardwareKey() const override { return "virtual air"; }
  SoapySDR::Kwargs getHardwareInfo() const override { return described_; }
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
  // A timed burst leaves as a whole, at END_BURST; an untimed one in pieces that follow one
  // another.
  int writeStream(SoapySDR::Stream* stream, const void* const* buffers, std::size_t count,
                  int& flags, long long time_ns, long timeout_us) override;
  // After a burst: END_BURST with the time of its end once that has come, or TIME_ERROR.
  int readStreamStatus(SoapySDR::Stream* stream, std::size_t& mask, int& flags, long long& time_ns,
                       long timeout_us) override;

  void setFrequency(int direction, std::size_t channel, const std::string& name, double hertz,
                    const SoapySDR::Kwargs& arguments) override;
  double getFrequency(int direction, std::size_t channel, const std::string& name) const override;
  SoapySDR::RangeList getFrequencyRange(int direction, std::size_t channel,
                                        const std::string& name) const override;
  void setSampleRate(int direction, std::size_t channel, double rate) override;
  double getSampleRate(int direction, std::size_t channel) const override;
  SoapySDR::RangeList getSampleRateRange(int direction, std::size_t channel) const override;
  std::vector<double> listSampleRates(int direction, std::size_t channel) const override;
  std::vector<std::string> listGains(int direction, std::size_t channel) const override;
  void setGain(int direction, std::size_t channel, const std::string& name, double value) override;
  double getGain(int direction, std::size_t channel, const std::string& name) const override;
  SoapySDR::Range getGainRange(int direction, std::size_t channel,
                               const std::string& name) const override;
  using SoapySDR::Device::setGain;

  SoapySDR::ArgInfoList getSettingInfo() const override;
  void writeSetting(const std::string& key, const std::string& value) override;
  using SoapySDR::Device::writeSetting;

  bool hasHardwareTime(const std::string& what) const override;
  long long getHardwareTime(const std::string& what) const override;

 private:
  AirDevice(AirNode node, SoapySDR::Kwargs described);
  double full_scale_dbm() const;
  void send_burst();
  // Takes up what the faults' folder says now; false while the device is unplugged.
  bool take_up_faults();

  struct Direction {
    double rate_hz = 1e6;
    double centre_hz = 868.3e6;
    SampleFormat format = SampleFormat::ci16;
    bool is_active = false;
  };
  AirNode node_;
  SoapySDR::Kwargs described_;
  std::string faults_;        // Folder; empty: none.
  UnixNanos idle_until_ = 0;  // For the next read.
  Direction receiver_, sender_;
  double lna_db_ = 20, vga_db_ = 0, pa_dbm_ = 0;
  Samples burst_;          // Written and not sent yet.
  bool is_timed_ = false;  // It is to start at burst_start_; otherwise after the last one.
  UnixNanos burst_start_ = 0;
  std::optional<UnixNanos> burst_end_;  // Of the last burst, until its end has been told.
  bool late_ = false;                   // The last burst came too late; not told yet.
};

}  // namespace earshot::radio
