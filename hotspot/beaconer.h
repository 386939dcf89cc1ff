// Sends this hotspot's beacons: learns of each round, lets the scheduler plan, listens where the
// region asks for it, hands the burst to the radio, and reports what became of it.
//
// Driven by step(), which never sleeps; times come from the caller. One thread.
#pragma once
#include <functional>

#include "hotspot/hotspot.h"
#include "hotspot/round_feed.h"
#include "radio/soapy/radio.h"

namespace earshot::hotspot {

struct TransmitterFacts {
  double rate_hz = 0;
  double full_scale_dbm = 0;  // Conducted power of |x| = 1, at the configured gains.
};

// What sends; the radio, or a test's double of it.
struct BeaconPorts {
  std::vector<Transport*> verifiers;  // Asked in turn until one answers.
  std::function<Result<void>(const radio::Burst&)> send;
  std::function<Result<std::optional<radio::SentBurst>>()> sent;
  // Power in the channel around a frequency over the last seconds, dBm; nothing: not known.
  std::function<std::optional<double>(double frequency_hz, double seconds)> channel_dbm;
  std::function<void(const std::string& line)> log;
};

struct BeaconCounts {
  std::uint64_t sent = 0;
  std::uint64_t silent = 0;  // Notices signed.
  std::uint64_t missed = 0;  // The radio could not, or it was too late.
};

// The beacon as samples: amplitude from the planned power. Errc::configuration when the transmitter
// cannot reach it.
Result<radio::Burst> make_burst(const BeaconPlan& plan, const TransmitterFacts& transmitter);

class Beaconer {
 public:
  // All borrowed. `network` is that of the settings.
  Beaconer(Hotspot& hotspot, const Settings& settings, const TransmitterFacts& transmitter,
           BeaconPorts ports)
      : hotspot_(hotspot),
        settings_(settings),
        transmitter_(transmitter),
        ports_(std::move(ports)) {}

  // The clock was set back: asks for news of rounds at the next step. Rounds that were learned stay
  // learned, so that none is spoken in twice.
  void ask_now() { ask_at_ = 0; }
  // Does what is due at `now`. Errc::unavailable only for our own disk.
  Result<void> step(UnixNanos now);
  // When step() has something to do next, and whether that may not wait for a slow verifier.
  UnixNanos next_step(UnixNanos now) const;
  bool is_about_to_send(UnixNanos now, std::int64_t within_ns) const;
  const BeaconCounts& counts() const { return counts_; }
  const std::optional<BeaconPlan>& next_beacon() const { return plan_; }

 private:
  Result<void> learn(UnixNanos now);
  Result<void> show(const RoundNews& news);
  Result<void> send(UnixNanos now);
  Result<void> follow_up();
  Result<RoundNews> ask(Round round);

  Hotspot& hotspot_;
  const Settings& settings_;
  TransmitterFacts transmitter_;
  BeaconPorts ports_;
  BeaconCounts counts_;
  std::optional<BeaconPlan> plan_;       // To be sent.
  std::optional<BeaconPlan> under_way_;  // Handed to the radio.
  UnixNanos ask_at_ = 0;
  Round learned_ = 0;  // The last round that is final for us.
  bool complained_ = false;
};

}  // namespace earshot::hotspot
