// One member of the air as a radio: where its antenna is, what its oscillator does, what it hears.
// Knows nothing of SoapySDR.
#pragma once
#include <list>

#include "radio/channel/burst.h"
#include "radio/virtual_air/ether.h"

namespace earshot::radio {

struct AirSite {
  Ecef place;
  double antenna_gain_dbi = 0;
  double noise_figure_db = 6;
  double clock_ppm = 0;       // Ties sample clock, tuning and the device's own time.
  std::int64_t clock_ns = 0;  // The device's time minus true time, when it opened.
  std::uint64_t noise_seed = 0;
  PathLoss path_loss;
};

class AirNode {
 public:
  AirNode(std::unique_ptr<Ether> ether, const AirSite& site);

  // The device's own time of a true time and back; both nanoseconds.
  UnixNanos device_time(UnixNanos true_time) const;
  UnixNanos true_time(UnixNanos device_time) const;
  UnixNanos now() const { return device_time(ether_->now()); }
  // What the device's time is off by besides, from now on, whoever is to blame.
  void step_clock(std::int64_t off_ns) { stepped_ns_ = off_ns; }

  struct Tuning {
    double rate_hz = 1e6;
    double centre_hz = 868.3e6;
    double full_scale_dbm = -40;
  };
  // Takes effect with the next start_receiving().
  void start_receiving(const Tuning& tuning);
  void stop_receiving() { ether_->end_listening(); }
  // Frequency and level may change while it receives.
  void retune(double centre_hz, double full_scale_dbm);

  // Longest piece that receive() gives: time on the air moves in such steps.
  std::size_t most_at_once() const;
  enum class Wait { ready, timeout, behind };
  // Waits until the next `count` samples have been on the air. `behind`: the reader is more than
  // half a second late (real time only), and samples have been skipped. On a virtual clock quiet
  // air before the device's time `idle_until` may be skipped first (0: none).
  Wait wait(std::size_t count, std::int64_t timeout_ns, UnixNanos idle_until);
  // Those samples (after `ready`). `first` becomes the device's time of the first.
  Samples receive(std::size_t count, UnixNanos& first);

  // Puts samples on the air, |x| = 1 being `power_dbm` at the antenna port. Starts at the device's
  // time `start` or as soon as it can. Nothing when that is too late; otherwise the device's time
  // of its start.
  std::optional<UnixNanos> transmit(SampleView samples, double rate_hz, double carrier_hz,
                                    double power_dbm, std::optional<UnixNanos> start);

 private:
  struct Audible {
    HeardBurst heard;
    BurstFilter filter;
    double delay_s = 0;
    double loss_db = 0;  // From the sender's EIRP to our antenna port.
  };
  UnixNanos true_end(std::uint64_t sample) const;
  void take_up_bursts();

  std::unique_ptr<Ether> ether_;
  AirSite site_;
  UnixNanos reference_;  // True time at which the device's time is off by clock_ns.
  std::int64_t stepped_ns_ = 0;
  Tuning tuning_;
  UnixNanos open_ = 0;          // True time of sample 0.
  std::uint64_t received_ = 0;  // Samples since then, skipped ones too.
  std::list<Audible> audible_;
};

}  // namespace earshot::radio
