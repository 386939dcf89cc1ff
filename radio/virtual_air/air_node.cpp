#include "radio/virtual_air/air_node.h"

#include <algorithm>
#include <cmath>

#include "radio/channel/random.h"

namespace earshot::radio {
namespace {

constexpr std::int64_t kMostBehind = 500'000'000;  // ns. Chosen: what a USB driver would buffer.
constexpr double kMostPieceSeconds = 0.02;
static_assert(kMostPieceSeconds * 1e9 < kLookahead, "or nobody could ever read a piece");
constexpr double kInaudibleDb = 60;    // So far below the noise a burst is left out.
constexpr double kFilterReach = 0.01;  // s. Longer than any filter's tail.
constexpr double kLightMetersPerSecond = 299'792'458.0;  // Given: SI.

Instant instant_of(UnixNanos time) {
  return {time / kNanosPerSecond, time % kNanosPerSecond * 1000};
}

}  // namespace

AirNode::AirNode(std::unique_ptr<Ether> ether, const AirSite& site)
    : ether_(std::move(ether)), site_(site), reference_(ether_->now()) {}

UnixNanos AirNode::device_time(UnixNanos true_time) const {
  const auto drift = static_cast<double>(true_time - reference_) * site_.clock_ppm * 1e-6;
  return true_time + site_.clock_ns + stepped_ns_ + std::llround(drift);
}

UnixNanos AirNode::true_time(UnixNanos device_time) const {
  const UnixNanos since = device_time - site_.clock_ns - stepped_ns_ - reference_;
  const double ppm = site_.clock_ppm * 1e-6;
  return reference_ + since - std::llround(static_cast<double>(since) * ppm / (1 + ppm));
}

void AirNode::start_receiving(const Tuning& tuning) {
  tuning_ = tuning;
  open_ = ether_->begin_listening();
  received_ = 0;
  audible_.clear();
}

void AirNode::retune(double centre_hz, double full_scale_dbm) {
  tuning_.centre_hz = centre_hz;
  tuning_.full_scale_dbm = full_scale_dbm;
}

std::size_t AirNode::most_at_once() const {
  return std::max<std::size_t>(1, static_cast<std::size_t>(kMostPieceSeconds * tuning_.rate_hz));
}

UnixNanos AirNode::true_end(std::uint64_t sample) const {
  const double rate = tuning_.rate_hz * (1 + site_.clock_ppm * 1e-6);
  return open_ + static_cast<std::int64_t>(std::ceil(static_cast<double>(sample) / rate * 1e9));
}

AirNode::Wait AirNode::wait(std::size_t count, std::int64_t timeout_ns, UnixNanos idle_until) {
  const UnixNanos idle = idle_until == 0 ? 0 : true_time(idle_until);
  const UnixNanos end = true_end(received_ + count);
  if (ether_->wait_for(end, timeout_ns, idle)) {
    const std::int64_t behind = ether_->now() - end;
    if (ether_->is_virtual() && behind > 0) {
      const double rate = tuning_.rate_hz * (1 + site_.clock_ppm * 1e-6);
      const auto quiet = static_cast<double>(ether_->now() - open_) * 1e-9;
      received_ = static_cast<std::uint64_t>(std::ceil(quiet * rate));
      return wait(count, timeout_ns, 0);
    }
    if (behind < kMostBehind) return Wait::ready;
    received_ += static_cast<std::uint64_t>(static_cast<double>(behind) * 1e-9 * tuning_.rate_hz);
    return Wait::behind;
  }
  return Wait::timeout;
}

void AirNode::take_up_bursts() {
  for (HeardBurst& heard : ether_->take_new()) {
    const double meters = static_cast<double>(distance_mm(heard.burst.place, site_.place)) / 1000.0;
    const Db loss = path_loss(site_.path_loss, Meters(meters), Hertz(heard.burst.carrier_hz), 0);
    const double loss_db = loss.value() - site_.antenna_gain_dbi;
    const Dbm floor = thermal_noise(Hertz(heard.burst.rate_hz), Db(site_.noise_figure_db));
    if (heard.burst.eirp_dbm - loss_db < floor.value() - kInaudibleDb) continue;
    BurstFilter filter(heard.burst.rate_hz, tuning_.rate_hz);
    audible_.push_back(
        {std::move(heard), std::move(filter), meters / kLightMetersPerSecond, loss_db});
  }
}

Samples AirNode::receive(std::size_t count, UnixNanos& first) {
  take_up_bursts();
  RadioFrontEnd radio;
  radio.rate_hz = tuning_.rate_hz;
  radio.centre_hz = tuning_.centre_hz;
  radio.clock_ppm = site_.clock_ppm;
  radio.full_scale_dbm = tuning_.full_scale_dbm;
  Samples samples(count);
  const Instant open = instant_of(open_);
  for (const Audible& audible : audible_) {
    const AirBurst& sent = audible.heard.burst;
    const SampledBurst burst = {audible.heard.samples,
                                instant_of(sent.start),
                                sent.rate_hz,
                                sent.carrier_hz,
                                sent.clock_ppm,
                                audible.delay_s,
                                sent.eirp_dbm - audible.loss_db};
    add_burst(radio, open, received_, burst, audible.filter, samples);
  }
  const Dbm noise = thermal_noise(Hertz(tuning_.rate_hz), Db(site_.noise_figure_db));
  const double power = std::pow(10, (noise.value() - tuning_.full_scale_dbm) / 10);
  add_noise(samples, {site_.noise_seed, static_cast<std::uint64_t>(open_)}, received_, power);
  first = device_time(open_) + std::llround(static_cast<double>(received_) / tuning_.rate_hz * 1e9);
  received_ += count;
  const UnixNanos reached = true_end(received_);
  std::erase_if(audible_, [&](const Audible& audible) {
    const AirBurst& sent = audible.heard.burst;
    const double length = static_cast<double>(sent.count) / sent.rate_hz;
    const double left = length + audible.delay_s + kFilterReach;
    return static_cast<double>(reached - sent.start) > left * 1e9;
  });
  return samples;
}

std::optional<UnixNanos> AirNode::transmit(SampleView samples, double rate_hz, double carrier_hz,
                                           double power_dbm, std::optional<UnixNanos> start) {
  AirBurst burst;
  burst.rate_hz = rate_hz;
  burst.carrier_hz = carrier_hz;
  burst.clock_ppm = site_.clock_ppm;
  burst.eirp_dbm = power_dbm + site_.antenna_gain_dbi;
  burst.place = site_.place;
  if (start) start = true_time(*start);
  const std::optional<UnixNanos> begun = ether_->send(burst, samples, start);
  if (!begun) return std::nullopt;
  return device_time(*begun);
}

}  // namespace earshot::radio
