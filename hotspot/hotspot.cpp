#include "hotspot/hotspot.h"

#include <algorithm>
#include <cmath>

#include "hotspot/duty_ledger.h"
#include "hotspot/evidence_responder.h"
#include "hotspot/evidence_store.h"
#include "hotspot/heard_tags.h"
#include "hotspot/onboarding.h"
#include "hotspot/outbox.h"
#include "hotspot/state_directory.h"
#include "hotspot/uploader.h"
#include "hotspot/witness.h"
#include "radio/evidence/beacon.h"

namespace earshot::hotspot {
namespace {

// From a frame's first sample to where the next window must take over: lead, frame and tail.
double snippet_seconds(int spreading_factor) {
  const radio::CssParams params = radio::beacon_params(spreading_factor, kBeaconBandwidthHz);
  return radio::frame_seconds(params, kBeaconPayloadSize) +
         (kEvidenceLeadSymbols + kEvidenceTailSymbols) * radio::symbol_seconds(params);
}

}  // namespace

// Members in the order of their borrowing: the scheduler and the responder refer to those before.
struct Hotspot::Impl {
  Impl(const Identity& who, const Settings& how, StateDirectory where, DutyLedger ledger,
       HeardTags heard, EvidenceStore kept, Outbox queue, Transport& way, const Clock& time,
       SimulationSeams cheats)
      : identity(who),
        settings(how),
        directory(std::move(where)),
        duty(std::move(ledger)),
        tags(std::move(heard)),
        evidence(std::move(kept)),
        outbox(std::move(queue)),
        transport(way),
        clock(time),
        seams(std::move(cheats)),
        scheduler(identity, settings, duty),
        responder(identity.signing.public_key, evidence, seams.before_answering) {}

  Result<void> queue(Message message);
  Result<void> take_beacon(const radio::StreamWindow& window, const radio::Frame& frame,
                           Hearing& hearing);
  bool is_wanted(Round round, const Tag& tag, Hearing& hearing);
  Result<Delivery> deliver_to(Transport& way, Outbox& mail, const EvidenceResponder& told);
  UnixNanos confirmed(const EvidenceResponder& told) const;
  Result<void> report(Witnessed witnessed, Hearing& hearing);

  Identity identity;
  Settings settings;
  StateDirectory directory;
  DutyLedger duty;
  HeardTags tags;
  EvidenceStore evidence;
  Outbox outbox;
  Transport& transport;
  struct Other {
    Outbox outbox;  // A mirror of ours.
    Transport* transport;
    EvidenceResponder responder;
  };
  std::vector<Other> others;
  const Clock& clock;
  SimulationSeams seams;
  Scheduler scheduler;
  EvidenceResponder responder;
  std::optional<Round> silent_round;  // The last one a notice was queued for.
  RoundLimit limit;
};

Result<Hotspot> Hotspot::open(const Identity& identity, const Settings& settings,
                              const std::string& directory, Transport& transport,
                              const Clock& clock, SimulationSeams seams,
                              const std::vector<OtherVerifier>& others) {
  Result<StateDirectory> state = StateDirectory::lock(directory);
  if (!state) return fail(state.error());
  Result<DutyLedger> duty = DutyLedger::open(state->file("duty.journal"));
  if (!duty) return fail(duty.error());
  Result<HeardTags> tags =
      HeardTags::open(state->file("tags.journal"), settings.sortition.window_rounds);
  if (!tags) return fail(tags.error());
  Result<EvidenceStore> evidence = EvidenceStore::open(state->file("evidence"), settings.evidence);
  if (!evidence) return fail(evidence.error());
  Result<Outbox> outbox = Outbox::open(state->file("outbox.journal"), settings.network,
                                       identity.signing, settings.delivery);
  if (!outbox) return fail(outbox.error());
  auto impl = std::make_unique<Impl>(identity, settings, *std::move(state), *std::move(duty),
                                     *std::move(tags), *std::move(evidence), *std::move(outbox),
                                     transport, clock, std::move(seams));
  for (const OtherVerifier& other : others) {
    Result<Outbox> mirror = Outbox::open(impl->directory.file("outbox." + other.name + ".journal"),
                                         settings.network, identity.signing, settings.delivery);
    if (!mirror) return fail(mirror.error());
    impl->others.push_back({*std::move(mirror), other.transport,
                            EvidenceResponder(identity.signing.public_key, impl->evidence, {})});
  }
  return Hotspot(std::move(impl));
}

Hotspot::Hotspot(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Hotspot::Hotspot(Hotspot&&) noexcept = default;
Hotspot& Hotspot::operator=(Hotspot&&) noexcept = default;
Hotspot::~Hotspot() = default;

const PublicKey& Hotspot::key() const { return impl_->identity.signing.public_key; }

Result<void> Hotspot::Impl::queue(Message message) {
  if (seams.before_signing) seams.before_signing(message);
  return outbox.add(message);
}

Result<Onboarding> Hotspot::build_onboarding() const {
  return make_onboarding(impl_->identity, impl_->settings, round_at(impl_->clock.now()),
                         impl_->outbox.last_onboarding() + 1);
}

Result<void> Hotspot::onboard(const Onboarding& onboarding) { return impl_->queue(onboarding); }

Result<RoundPlan> Hotspot::plan_round(Round round, const std::optional<Entropy>& entropy) {
  Result<RoundPlan> plan = impl_->scheduler.plan(round, entropy, impl_->clock.now());
  if (!plan) return plan;
  if (plan->beacon) {
    // Our own tag is never news to us, not even when somebody replays it after a restart.
    if (Result<void> known = impl_->tags.add(round, plan->beacon->tag); !known) {
      return fail(known.error());
    }
  }
  if (plan->silence && impl_->silent_round != round) {
    Result<void> queued = impl_->queue(SilenceNotice{key(), round, *plan->silence});
    if (!queued) return fail(queued.error());
    impl_->silent_round = round;
  }
  return plan;
}

Result<void> Hotspot::transmitted(const BeaconPlan& plan, Instant anchor, std::uint64_t error_ps) {
  BeaconReport report;
  report.hotspot = key();
  report.round = plan.round;
  report.proof = plan.proof;
  report.transmit_ps = (anchor - instant_of_round(plan.round)).count();
  report.transmit_error_ps = impl_->settings.clock_error_ps + error_ps;
  report.frequency_hz = plan.slot.frequency_hz;
  report.spreading_factor = plan.slot.spreading_factor;
  report.bandwidth_hz = plan.bandwidth_hz;
  report.power_cdbm = plan.power_cdbm;
  return impl_->queue(report);
}

Result<void> Hotspot::kept_silent(const BeaconPlan& plan, SilenceReason reason) {
  if (impl_->silent_round == plan.round) return {};
  impl_->silent_round = plan.round;
  return impl_->queue(SilenceNotice{key(), plan.round, reason});
}

double Hotspot::overlap_seconds() const {
  return snippet_seconds(impl_->settings.sortition.max_spreading_factor);
}

Result<Hearing> Hotspot::hear(const radio::StreamWindow& window, bool more_follows) {
  const Result<radio::ReceiverConfig> config = listening_config(impl_->settings, window);
  if (!config) return fail(config.error());
  const auto frames = radio::receive(*config, window.samples);
  if (!frames) return fail(frames.error());
  Hearing hearing;
  const auto end = static_cast<double>(window.samples.size());
  for (const radio::Frame& frame : *frames) {
    const double tail = kEvidenceTailSymbols * radio::symbol_seconds(frame.params);
    const double needed = frame.start_sample + frame.sample_count + tail * window.rate_hz;
    if (more_follows && needed > end) continue;
    ++hearing.frames;
    if (Result<void> taken = impl_->take_beacon(window, frame, hearing); !taken) {
      return fail(taken.error());
    }
  }
  return hearing;
}

Result<void> Hotspot::Impl::take_beacon(const radio::StreamWindow& window,
                                        const radio::Frame& frame, Hearing& hearing) {
  const std::optional<Tag> tag = radio::beacon_tag(frame);
  if (!tag) {
    ++hearing.not_beacons;
    return {};
  }
  const double anchor_s = frame.anchor_sample / window.rate_hz;
  const Instant anchor = window.first + Picoseconds(std::llround(anchor_s * kPicosPerSecond));
  const auto round = static_cast<Round>(anchor.seconds / kRoundSeconds);
  if (!is_wanted(round, *tag, hearing)) return {};
  Result<std::optional<Witnessed>> witnessed =
      witness(identity.signing.public_key, settings, radio::stored(window), frame);
  // A frame at the window's very edge cannot be cut out; other errors are the configuration's.
  const bool cut_off = !witnessed && witnessed.error().code == Errc::bad_data;
  if (!witnessed && !cut_off) return fail(witnessed.error());
  if (cut_off || !*witnessed) {
    ++hearing.unconfirmed;
    return {};
  }
  return report(**std::move(witnessed), hearing);
}

Result<Hearing> Hotspot::take(std::vector<Witnessed> beacons) {
  Hearing hearing;
  for (Witnessed& one : beacons) {
    if (!impl_->is_wanted(one.report.round, one.report.tag, hearing)) continue;
    if (Result<void> queued = impl_->report(std::move(one), hearing); !queued) {
      return fail(queued.error());
    }
  }
  return hearing;
}

// Counts one that is not.
bool Hotspot::Impl::is_wanted(Round round, const Tag& tag, Hearing& hearing) {
  const auto answer = tags.holds(tag) ? RoundLimit::Answer::repeated : limit.ask(round, tag);
  hearing.repeated += answer == RoundLimit::Answer::repeated ? 1 : 0;
  hearing.over_limit += answer == RoundLimit::Answer::over_limit ? 1 : 0;
  return answer == RoundLimit::Answer::measure;
}

// The tag is remembered first: after a crash in between, one report is missing; the other order
// could sign two different ones, which is equivocation.
Result<void> Hotspot::Impl::report(Witnessed witnessed, Hearing& hearing) {
  const Result<void> known = tags.add(witnessed.report.round, witnessed.report.tag);
  if (!known) return known;
  Message message = witnessed.report;
  if (seams.before_signing) seams.before_signing(message);
  const auto& final_report = std::get<WitnessReport>(message);
  const Hash256 id = message_id(settings.network, message);
  Result<void> kept = evidence.put(id, final_report, witnessed.snippet, clock.now());
  if (!kept) return kept;
  if (Result<void> queued = outbox.add(message); !queued) return queued;
  hearing.reports.push_back(final_report);
  return {};
}

// The earlier of our clock and what a verifier said last: neither alone, set days ahead, makes us
// give up what could still be sent or asked for. Long ago when it has not said.
UnixNanos Hotspot::Impl::confirmed(const EvidenceResponder& told) const {
  const std::optional<Round> round = told.verifier_round();
  return round ? round_opening(std::min(*round, round_at(clock.now()))) : 0;
}

Result<Delivery> Hotspot::Impl::deliver_to(Transport& way, Outbox& mail,
                                           const EvidenceResponder& told) {
  if (Result<void> expired = mail.expire(confirmed(told)); !expired) return fail(expired.error());
  return upload(mail, way, clock.now());
}

Result<Delivery> Hotspot::deliver() {
  const UnixNanos now = impl_->clock.now();
  if (Result<void> sealed = impl_->outbox.seal(round_at(now)); !sealed) {
    return fail(sealed.error());
  }
  for (Impl::Other& other : impl_->others) {
    if (Result<void> taken = other.outbox.mirror(impl_->outbox); !taken) return fail(taken.error());
  }
  Result<Delivery> delivery = impl_->deliver_to(impl_->transport, impl_->outbox, impl_->responder);
  for (Impl::Other& other : impl_->others) {
    if (!delivery) return delivery;
    const Result<Delivery> more =
        impl_->deliver_to(*other.transport, other.outbox, other.responder);
    if (!more) return more;
    add_to(*delivery, *more);
  }
  return delivery;
}

Result<Delivery> Hotspot::answer_audits() {
  Delivery delivery = impl_->responder.answer(impl_->transport);
  UnixNanos latest = impl_->confirmed(impl_->responder);
  for (Impl::Other& other : impl_->others) {
    add_to(delivery, other.responder.answer(*other.transport));
    latest = std::max(latest, impl_->confirmed(other.responder));
  }
  impl_->evidence.expire(latest);
  return delivery;
}

std::optional<UnixNanos> Hotspot::next_due() const {
  std::optional<UnixNanos> next = impl_->outbox.next_due();
  for (const Impl::Other& other : impl_->others) {
    const std::optional<UnixNanos> due = other.outbox.next_due();
    if (due) next = std::min(next.value_or(*due), *due);
  }
  return next;
}

std::size_t Hotspot::undelivered() const {
  std::size_t most = impl_->outbox.undelivered();
  for (const Impl::Other& other : impl_->others) {
    most = std::max(most, other.outbox.undelivered());
  }
  return most;
}

void Hotspot::forget_waits() {
  impl_->outbox.forget_waits();
  for (Impl::Other& other : impl_->others) other.outbox.forget_waits();
}

Round Hotspot::first_unseen(Round round) const { return impl_->scheduler.first_unseen(round); }
const DutyLedger& Hotspot::duty() const { return impl_->duty; }
std::uint64_t Hotspot::evidence_bytes() const { return impl_->evidence.total_bytes(); }

}  // namespace earshot::hotspot
