#include "simulator/epoch_run.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "radio/iq/recording.h"
#include "rewards/chain/eip712.h"
#include "simulator/attacks/attack.h"
#include "simulator/parallel.h"

namespace earshot::simulator {
namespace {

constexpr UnixNanos kMinute = 60 * kNanosPerSecond;
constexpr UnixNanos kHour = 60 * kMinute;
// Given: verifier/config.h, EntropyConfig::commit_ahead_seconds.
constexpr UnixNanos kCommitAhead = kHour;
// Chosen: the chain mines a block every ten minutes, so that a commitment's block is final half an
// hour later.
constexpr UnixNanos kBlockInterval = 10 * kMinute;

UnixNanos epoch_opening(const World& world) { return round_opening(world.first_round()); }
UnixNanos epoch_end(const World& world) { return round_opening(world.end_round()); }

// A verifier that does not answer is no longer simulated: the run ends.
Result<void> check(const hotspot::Delivery& delivery) {
  if (delivery.failed.empty()) return {};
  return fail(Errc::unavailable, "the verifier: " + delivery.failed.front());
}

}  // namespace

UnixNanos simulation_start(const World& world) {
  return epoch_opening(world) - kCommitAhead - kHour;
}

EpochRun::EpochRun(const Parts& parts)
    : parts_(parts),
      clock_(std::make_unique<VirtualClock>(simulation_start(parts.world))),
      logs_(parts.world.hotspots().size()),
      next_block_(simulation_start(parts.world) + kBlockInterval) {}

Result<EpochRun> EpochRun::create(const Parts& parts) {
  EpochRun run(parts);
  Result<hotspot::Url> url = hotspot::parse_url(parts.verifier.url());
  if (!url) return fail(url.error());
  constexpr std::int64_t timeout_seconds = 60;
  run.transport_ = std::make_unique<hotspot::HttpTransport>(*url, timeout_seconds);
  for (std::size_t index = 0; index < parts.world.hotspots().size(); ++index) {
    const WorldHotspot& self = parts.world.hotspots()[index];
    const std::string directory = parts.state_directory + "/" + self.plan.name;
    std::error_code error;
    std::filesystem::create_directories(parts.state_directory, error);
    Result<hotspot::Hotspot> opened = hotspot::Hotspot::open(
        self.identity, parts.world.settings(index), directory, *run.transport_, *run.clock_,
        seams_of(self.plan.attack, {parts.world.network(), directory}));
    if (!opened) return fail(opened.error());
    run.hotspots_.push_back(std::move(*opened));
  }
  return run;
}

// Time passes for everybody: the chain mines what falls due, the verifier does its work, the
// hotspots' clock stands at `time`.
Result<void> EpochRun::advance(UnixNanos time) {
  if (was_interrupted()) return fail(Errc::unavailable, "interrupted");
  for (; next_block_ <= time; next_block_ += kBlockInterval) {
    const auto seconds = static_cast<std::uint64_t>(next_block_ / kNanosPerSecond);
    if (Result<void> mined = parts_.chain.mine_at(seconds); !mined) return mined;
  }
  if (Result<void> moved = parts_.verifier.advance_clock(time); !moved) return moved;
  clock_->advance_to(time);
  return {};
}

void EpochRun::note(std::size_t index, const hotspot::Delivery& delivery) {
  std::vector<hotspot::Refusal>& refused = logs_[index].refused;
  refused.insert(refused.end(), delivery.refused.begin(), delivery.refused.end());
}

Result<void> EpochRun::onboard() {
  for (std::size_t index = 0; index < hotspots_.size(); ++index) {
    Result<Onboarding> onboarding = hotspots_[index].build_onboarding();
    if (!onboarding) return fail(onboarding.error());
    rewards::chain::sign_onboarding(parts_.world.hotspots()[index].owner, parts_.world.network(),
                                    *onboarding);
    if (Result<void> queued = hotspots_[index].onboard(*onboarding); !queued) return queued;
    const Result<hotspot::Delivery> sent = hotspots_[index].deliver();
    if (!sent) return fail(sent.error());
    if (Result<void> checked = check(*sent); !checked) return checked;
    if (!sent->refused.empty()) {
      return fail(Errc::unavailable, "the verifier refuses the onboarding of " +
                                         parts_.world.hotspots()[index].plan.name + ": " +
                                         sent->refused.front().detail);
    }
  }
  return {};
}

Result<void> EpochRun::open_epoch() {
  if (Result<void> done = onboard(); !done) return done;
  const UnixNanos commit = epoch_opening(parts_.world) - kCommitAhead;
  if (Result<void> done = advance(commit); !done) return done;
  const Result<std::uint64_t> head = parts_.chain.node().head_number();
  if (!head) return fail(head.error());
  // On to the round before the first: the block after the commitment is final by then.
  for (UnixNanos time = commit + kBlockInterval; time < epoch_opening(parts_.world);
       time += kBlockInterval) {
    if (Result<void> done = advance(time); !done) return done;
  }
  const Result<std::optional<Hash256>> hash = parts_.chain.node().block_hash(*head + 1);
  if (!hash) return fail(hash.error());
  if (!*hash) return fail(Errc::unavailable, "the chain mined no block after the commitment");
  block_hash_ = **hash;
  return {};
}

Result<void> EpochRun::plan(Round round, std::vector<hotspot::BeaconPlan>& sent) {
  sent.assign(hotspots_.size(), {});
  const Result<std::optional<Entropy>> entropy = parts_.verifier.entropy_of(round);
  if (!entropy) return fail(entropy.error());
  if (!*entropy) {
    return fail(Errc::unavailable,
                "the verifier has no entropy for round " + std::to_string(round));
  }
  for (std::size_t index = 0; index < hotspots_.size(); ++index) {
    const Result<hotspot::RoundPlan> plan = hotspots_[index].plan_round(round, *entropy);
    if (!plan) return fail(plan.error());
    if (!plan->beacon) continue;
    sent[index] = *plan->beacon;
    logs_[index].beacons.push_back(*plan->beacon);
  }
  return {};
}

Result<void> EpochRun::hear(std::size_t index, Round round, const radio::RecordingInfo& recording) {
  for (const std::size_t number : captures_in(recording, round)) {
    if (was_interrupted()) return fail(Errc::unavailable, "interrupted");
    const radio::Capture& capture = recording.captures[number];
    const Result<radio::Samples> samples =
        radio::read_samples(recording, capture.first_sample, capture.sample_count);
    if (!samples) return fail(samples.error());
    const Result<hotspot::Hearing> hearing =
        hotspots_[index].hear({*samples, *recording.rate_hz, *capture.centre_hz, *capture.time});
    if (!hearing) return fail(hearing.error());
    StationLog& log = logs_[index];
    log.frames += hearing->frames;
    log.heard.insert(log.heard.end(), hearing->reports.begin(), hearing->reports.end());
    parts_.progress.step();
  }
  return {};
}

// What was on the air in a round is looked at when it is over.
Result<void> EpochRun::speak_and_listen(Round round, const std::vector<hotspot::BeaconPlan>& sent,
                                        const std::vector<ReceiverRecording>& recordings) {
  std::vector<std::size_t> ears;
  for (std::size_t index = 0; index < hotspots_.size(); ++index) {
    if (!captures_in(recordings[index].info, round).empty()) ears.push_back(index);
  }
  const bool is_silent = std::all_of(sent.begin(), sent.end(), [](const hotspot::BeaconPlan& plan) {
    return plan.payload.empty();
  });
  if (is_silent && ears.empty()) return {};
  if (Result<void> done = advance(round_opening(round + 1)); !done) return done;
  for (std::size_t index = 0; index < sent.size(); ++index) {
    if (sent[index].payload.empty()) continue;
    const Result<void> done = hotspots_[index].transmitted(sent[index], sent[index].anchor);
    if (!done) return done;
  }
  return parallel_for(ears.size(), parts_.threads, [&](std::size_t i) {
    return hear(ears[i], round, recordings[ears[i]].info);
  });
}

Result<void> EpochRun::deliver_due() {
  for (std::size_t index = 0; index < hotspots_.size(); ++index) {
    const std::optional<UnixNanos> due = hotspots_[index].next_due();
    if (!due || *due > clock_->now()) continue;
    const Result<hotspot::Delivery> delivery = hotspots_[index].deliver();
    if (!delivery) return fail(delivery.error());
    if (Result<void> checked = check(*delivery); !checked) return checked;
    note(index, *delivery);
  }
  return {};
}

// Minute by minute until nothing is left to send, or nobody would take it any more.
Result<void> EpochRun::deliver_rest() {
  const UnixNanos limit = epoch_end(parts_.world) + kBodyDeadlineSeconds * kNanosPerSecond;
  for (UnixNanos time = epoch_end(parts_.world); time < limit; time += kMinute) {
    if (Result<void> done = advance(time); !done) return done;
    if (Result<void> done = deliver_due(); !done) return done;
    if (std::all_of(hotspots_.begin(), hotspots_.end(),
                    [](const hotspot::Hotspot& one) { return one.undelivered() == 0; })) {
      break;
    }
  }
  return {};
}

Result<void> EpochRun::answer_audits() {
  // The audits are drawn by the first entropy after the last body was due.
  const UnixNanos drawn = epoch_end(parts_.world) + kBodyDeadlineSeconds * kNanosPerSecond +
                          kMinute + kLinkDeadlineSeconds * kNanosPerSecond;
  for (UnixNanos time = clock_->now() + kBlockInterval; time < drawn; time += kBlockInterval) {
    if (Result<void> done = advance(time); !done) return done;
  }
  if (Result<void> done = advance(drawn); !done) return done;
  for (std::size_t index = 0; index < hotspots_.size(); ++index) {
    const Result<hotspot::Delivery> delivery = hotspots_[index].answer_audits();
    if (!delivery) return fail(delivery.error());
    if (Result<void> checked = check(*delivery); !checked) return checked;
    note(index, *delivery);
    parts_.progress.step();
  }
  return {};
}

Result<void> EpochRun::live_through(const std::vector<ReceiverRecording>& recordings) {
  const World& world = parts_.world;
  std::size_t windows = 0;
  for (const ReceiverRecording& recording : recordings) windows += recording.info.captures.size();
  parts_.progress.begin("Listening", windows);
  std::vector<hotspot::BeaconPlan> sent;
  for (Round round = world.first_round(); round < world.end_round(); ++round) {
    const UnixNanos planned = round_opening(round) + kLinkDeadlineSeconds * kNanosPerSecond;
    if (Result<void> done = advance(planned); !done) return done;
    if (Result<void> done = deliver_due(); !done) return done;
    if (Result<void> done = plan(round, sent); !done) return done;
    if (Result<void> done = speak_and_listen(round, sent, recordings); !done) return done;
  }
  parts_.progress.begin("Auditing", hotspots_.size());
  if (Result<void> done = deliver_rest(); !done) return done;
  if (Result<void> done = answer_audits(); !done) return done;
  return advance(epoch_end(world) + world.policy().grace_seconds * kNanosPerSecond);
}

}  // namespace earshot::simulator
