#include "hotspot/beaconer.h"

#include <algorithm>
#include <cmath>

#include "radio/css/waveform.h"
#include "radio/evidence/beacon.h"

namespace earshot::hotspot {
namespace {

// A link may be in until kLinkDeadlineSeconds; half a second for whoever joins them.
constexpr std::int64_t kAskAfter = kLinkDeadlineSeconds * kNanosPerSecond + 500'000'000;
constexpr std::int64_t kAskAgain = 2 * kNanosPerSecond;
// From then on a round without entropy has none: its first slot comes a second later.
constexpr std::int64_t kGiveUpAfter = (kFirstTransmitSecond - 1) * kNanosPerSecond;
constexpr std::size_t kRoundsAtOnce = 30;  // Of a window that began without us.
// Before a burst's start: what a device with timed bursts needs to take it, and the least that is
// left when the channel is looked at as late as can be.
constexpr std::int64_t kSendAhead = 700'000'000;
constexpr std::int64_t kSendAheadListening = 200'000'000;
constexpr std::int64_t kLookForEnd = 100'000'000;
constexpr double kMostAmplitude = 1.0;
constexpr double kPowerSlack = 1.0001;  // Of rounding in the conversions.

UnixNanos nanos_of(Instant instant) {
  return instant.seconds * kNanosPerSecond + instant.picos / 1000;
}

const Region& region_of(const Settings& settings) { return *find_region(*settings.region); }

std::int64_t ahead_of(const Settings& settings) {
  return region_of(settings).listen_ms > 0 ? kSendAheadListening : kSendAhead;
}

std::string line_of(const BeaconPlan& plan) {
  char figures[96];
  std::snprintf(figures, sizeof figures, "%.1f MHz, SF%d, %.2f dBm conducted",
                static_cast<double>(plan.slot.frequency_hz) / 1e6, plan.slot.spreading_factor,
                plan.power_cdbm / 100.0);
  return "beacon of round " + std::to_string(plan.round) + " at " + to_iso8601(plan.start) +
         " on " + figures;
}

}  // namespace

Result<radio::Burst> make_burst(const BeaconPlan& plan, const TransmitterFacts& transmitter) {
  const double below_db = plan.power_cdbm / 100.0 - transmitter.full_scale_dbm;
  const double amplitude = std::pow(10, below_db / 20);
  if (amplitude > kMostAmplitude * kPowerSlack) {
    return fail(Errc::configuration,
                "transmit.full_scale_dbm: " + std::to_string(transmitter.full_scale_dbm) +
                    " dBm do not reach the beacon's " + std::to_string(plan.power_cdbm / 100.0));
  }
  const radio::CssParams params =
      radio::beacon_params(plan.slot.spreading_factor, static_cast<double>(plan.bandwidth_hz));
  Result<radio::Samples> samples = radio::modulate(params, plan.payload, transmitter.rate_hz);
  if (!samples) return fail(samples.error());
  const auto scale = static_cast<float>(std::min(amplitude, kMostAmplitude));
  for (radio::Sample& sample : *samples) sample *= scale;
  return radio::Burst{*std::move(samples), static_cast<double>(plan.slot.frequency_hz), plan.start};
}

Result<void> Beaconer::step(UnixNanos now) {
  if (!settings_.transmits || !settings_.region) return {};
  if (Result<void> followed = follow_up(); !followed) return followed;
  if (plan_ && now >= nanos_of(plan_->start) - ahead_of(settings_)) {
    if (Result<void> tried = send(now); !tried) return tried;
  }
  return now >= ask_at_ ? learn(now) : Result<void>{};
}

Result<RoundNews> Beaconer::ask(Round round) {
  Result<RoundNews> news = fail(Errc::unavailable, "no verifier");
  for (Transport* verifier : ports_.verifiers) {
    news = fetch_round(*verifier, round, settings_.network);
    if (news && news->entropy) return news;
  }
  return news;
}

// The rounds of this window that the scheduler has not seen, oldest first.
Result<void> Beaconer::learn(UnixNanos now) {
  const Round current = round_at(now);
  const std::int64_t into = now - round_opening(current);
  if (into < kAskAfter) {
    ask_at_ = round_opening(current) + kAskAfter;
    return {};
  }
  std::size_t shown = 0;
  while (hotspot_.first_unseen(current) < current || learned_ < current) {
    const Round round = std::max(hotspot_.first_unseen(current), std::min(learned_ + 1, current));
    if (++shown > kRoundsAtOnce) {
      ask_at_ = now;
      return {};
    }
    const Result<RoundNews> news = ask(round);
    const bool pending = round == current && into < kGiveUpAfter && news && !news->entropy;
    if (!news || pending) {
      if (!news && !complained_) ports_.log("cannot learn of rounds: " + news.error().detail);
      complained_ = !news;
      ask_at_ = now + kAskAgain;
      return {};
    }
    if (complained_) ports_.log("learns of rounds again");
    complained_ = false;
    if (Result<void> ok = show(*news); !ok) return ok;
  }
  ask_at_ = round_opening(current + 1) + kAskAfter;
  return {};
}

Result<void> Beaconer::show(const RoundNews& news) {
  const Result<RoundPlan> plan = hotspot_.plan_round(news.round, news.entropy);
  if (!plan) return fail(plan.error());
  learned_ = std::max(learned_, news.round);
  if (plan->silence) {
    ++counts_.silent;
    ports_.log("keeps silent in round " + std::to_string(news.round) +
               (*plan->silence == SilenceReason::duty_cycle ? ": no time on the air left"
                                                            : ": not configured"));
  }
  if (!plan->beacon) return {};
  ports_.log("will send the " + line_of(*plan->beacon));
  plan_ = plan->beacon;
  return {};
}

Result<void> Beaconer::send(UnixNanos now) {
  const BeaconPlan plan = *std::exchange(plan_, std::nullopt);
  const Region& region = region_of(settings_);
  if (region.listen_ms > 0) {
    const auto level =
        ports_.channel_dbm(static_cast<double>(plan.slot.frequency_hz), region.listen_ms / 1000.0);
    if (!level || *level * 100 >= region.listen_level_cdbm) {
      ++counts_.silent;
      ports_.log("keeps silent: the channel is busy");
      return hotspot_.kept_silent(plan, SilenceReason::channel_busy);
    }
  }
  const Result<radio::Burst> burst = make_burst(plan, transmitter_);
  Result<void> handed = burst ? Result<void>() : Result<void>(fail(burst.error()));
  if (nanos_of(plan.start) <= now) handed = fail(Errc::check_failed, "its slot is over");
  if (handed) handed = ports_.send(*burst);
  if (handed) {
    under_way_ = plan;
    return {};
  }
  ++counts_.missed;
  ports_.log("could not send the " + line_of(plan) + ": " + handed.error().detail);
  return {};
}

Result<void> Beaconer::follow_up() {
  if (!under_way_) return {};
  const auto outcome = ports_.sent();
  if (outcome && !*outcome) return {};
  const BeaconPlan plan = *std::exchange(under_way_, std::nullopt);
  if (!outcome) {
    ++counts_.missed;
    ports_.log("could not send the " + line_of(plan) + ": " + outcome.error().detail);
    return {};
  }
  ++counts_.sent;
  ports_.log("sent the " + line_of(plan));
  const Picoseconds offset = beacon_anchor_offset(plan.slot.spreading_factor, plan.bandwidth_hz);
  return hotspot_.transmitted(plan, (**outcome).start + offset, (**outcome).error_ps);
}

UnixNanos Beaconer::next_step(UnixNanos now) const {
  if (!settings_.transmits || !settings_.region) return INT64_MAX;
  if (under_way_) return now + kLookForEnd;
  if (plan_) return std::min(ask_at_, nanos_of(plan_->start) - ahead_of(settings_));
  return ask_at_;
}

bool Beaconer::is_about_to_send(UnixNanos now, std::int64_t within_ns) const {
  if (under_way_) return true;
  return plan_ && nanos_of(plan_->start) - ahead_of(settings_) - now < within_ns;
}

}  // namespace earshot::hotspot
