#include "verifier/epoch_driver.h"

#include <spdlog/logger.h>

#include <algorithm>

#include "verifier/channel_desk.h"
#include "verifier/epoch_assembly.h"
#include "verifier/epoch_calendar.h"
#include "verifier/judge.h"
#include "verifier/publication.h"

namespace earshot::verifier {
namespace {

constexpr UnixNanos kRoundNanos = kRoundSeconds * kNanosPerSecond;
constexpr UnixNanos kMeasurePatience = 2 * kNanosPerSecond;  // Chosen: below the shortest step.
// Chosen: how often it is noted that the service is there, and what may be missing of it before
// deadlines wait. A restart stays below, and a hotspot asks again within minutes.
constexpr UnixNanos kBeat = 60 * kNanosPerSecond;
constexpr UnixNanos kLeastOutage = 2 * kBeat;

}  // namespace

Result<void> EpochDriver::resume(UnixNanos now) {
  if (Result<void> noted = note_outage(now); !noted) return noted;
  const Result<std::optional<std::uint64_t>> drawn = registry_.last_drawn();
  if (!drawn) return fail(drawn.error());
  const Result<std::optional<std::uint64_t>> sealed = registry_.last_sealed();
  if (!sealed) return fail(sealed.error());
  if (rules_.ingest == nullptr) return {};
  if (*drawn) {
    const Result<std::vector<Outage>> outages = registry_.outages_at_draw(**drawn);
    if (!outages) return fail(outages.error());
    rules_.ingest->receive_from(draw_time(policy_, **drawn, *outages));
  }
  if (*sealed) rules_.ingest->receive_from(seal_time(policy_, **sealed));
  return {};
}

// Of several verifiers the steps of their agreement are at fixed times: nothing waits for us.
Result<void> EpochDriver::note_outage(UnixNanos now) {
  if (rules_.agreement != nullptr) return {};
  const Result<std::optional<UnixNanos>> before = registry_.last_up();
  if (!before) return fail(before.error());
  if (*before && now - **before >= kLeastOutage) {
    if (Result<void> kept = registry_.add_outage({**before, now}); !kept) return kept;
    log_.warn("was not there for {} s; what was due waits as long",
              (now - **before) / kNanosPerSecond);
    beat_ = now;
  }
  Result<std::vector<Outage>> all = registry_.outages();
  if (!all) return fail(all.error());
  outages_ = std::move(*all);
  return {};
}

void EpochDriver::beat(UnixNanos now) {
  if (rules_.agreement != nullptr) return;
  if (beat_ && std::abs(now - *beat_) < kBeat) return;
  const std::string subject = "registry: last seen";
  if (const Result<void> kept = registry_.set_last_up(now); !kept) {
    return complaints_.failed(subject, kept.error().detail);
  }
  complaints_.works(subject);
  beat_ = now;
}

void EpochDriver::tick(UnixNanos since, UnixNanos now) {
  // A store that failed to open anew cannot be read either, so that no request gets as far as to
  // write: nobody but us tries again. It says itself what came of it.
  if (!store_.is_up()) static_cast<void>(store_.commit({}));
  start_first_epoch(now);
  make_entropy(since, now);
  step_epochs(now);
  beat(now);
  if (rules_.agreement == nullptr) return;
  rules_.agreement->exchange(now);
  step_epochs(now);
}

void EpochDriver::step_epochs(UnixNanos now) {
  const Result<std::optional<std::uint64_t>> first = registry_.first_epoch();
  const Result<std::optional<std::uint64_t>> last = registry_.last_sealed();
  if (!first || !last) {
    complaints_.failed("registry", !first ? first.error().detail : last.error().detail);
    return;
  }
  complaints_.works("registry");
  if (!*first) return;
  close_agreed_epochs(*last ? **last + 1 : **first, now);
  for (std::uint64_t epoch = *last ? **last + 1 : **first; epoch_end(policy_, epoch) <= now;
       ++epoch) {
    const std::string subject = "epoch " + std::to_string(epoch);
    const Result<bool> is_sealed = step_epoch(epoch, now);
    if (!is_sealed) {
      complaints_.failed(subject, is_sealed.error().detail);
      return;
    }
    complaints_.works(subject);
    if (!*is_sealed) return;
  }
}

// What has to be said in time is said whether or not the epoch before is sealed.
void EpochDriver::close_agreed_epochs(std::uint64_t first, UnixNanos now) {
  if (rules_.agreement == nullptr) return;
  for (std::uint64_t epoch = first; epoch_end(policy_, epoch) <= now; ++epoch) {
    const std::string subject = "epoch " + std::to_string(epoch) + ": closing";
    const Result<Agreement::State> state = rules_.agreement->close(epoch, now);
    state ? complaints_.works(subject) : complaints_.failed(subject, state.error().detail);
  }
}

Result<void> EpochDriver::move_clock(VirtualClock& clock, UnixNanos time) {
  const UnixNanos start = clock.now();
  if (time < start) {
    return fail(Errc::usage, "the virtual clock is at " + std::to_string(start) +
                                 " ns and does not go back to " + std::to_string(time));
  }
  // A clock that was never set jumps: nothing was due before.
  UnixNanos before = start == 0 ? time - kLinkDeadlineSeconds * kNanosPerSecond : start;
  if (start == 0) clock.advance_to(time);
  while (true) {
    const UnixNanos next = start == 0 ? time : std::min(time, next_step_after(before));
    clock.advance_to(next);
    tick(before, next);
    before = next;
    if (next == time) break;
  }
  return registry_.set_virtual_time(time);
}

UnixNanos EpochDriver::next_step_after(UnixNanos now) const {
  UnixNanos next = INT64_MAX;
  const std::uint64_t current = epoch_of_round(policy_, round_at(now));
  // An epoch's last step, its seal, may come several epochs after it when the grace is long.
  const std::uint64_t back = policy_.grace_seconds / (policy_.epoch_rounds * kRoundSeconds) + 2;
  const std::uint64_t ahead =
      static_cast<std::uint64_t>(rules_.commit_ahead / kRoundNanos) / policy_.epoch_rounds + 2;
  for (std::uint64_t epoch = current > back ? current - back : 0; epoch <= current + ahead;
       ++epoch) {
    const UnixNanos opening = epoch_opening(policy_, epoch);
    for (const UnixNanos at :
         {opening - rules_.commit_ahead, opening, draw_time(policy_, epoch, outages_),
          seal_time(policy_, epoch, outages_)}) {
      if (at > now) next = std::min(next, at);
    }
    if (rules_.agreement == nullptr) continue;
    for (const UnixNanos at : rules_.agreement->due_times(epoch)) {
      if (at > now) next = std::min(next, at);
    }
  }
  return next;
}

// The first epoch that this verifier judges is the next one to open: hotspots can onboard before
// it.
void EpochDriver::start_first_epoch(UnixNanos now) {
  const Result<std::optional<std::uint64_t>> first = registry_.first_epoch();
  if (!first || *first) return;
  const std::uint64_t current = epoch_of_round(policy_, round_at(now));
  const std::uint64_t epoch = epoch_opening(policy_, current) == now ? current : current + 1;
  if (const Result<void> kept = registry_.set_first_epoch(epoch); !kept) {
    complaints_.failed("registry", kept.error().detail);
    return;
  }
  log_.info("epoch {} is the first that this verifier judges; it opens at {}", epoch,
            to_iso8601(instant_of_round(rewards::first_round_of_epoch(policy_, epoch)), 0));
}

void EpochDriver::make_entropy(UnixNanos since, UnixNanos now) {
  const std::string subject = "entropy";
  const auto release = [&] {
    const Result<std::size_t> released = entropy_.release(since, now);
    if (!released) complaints_.failed("links", released.error().detail);
    if (released) complaints_.works("links");
  };
  release();
  if (now % kRoundNanos > kRoundNanos - 2 * rules_.node_patience) return;
  const Result<EntropyMaker::Progress> progress = entropy_.advance(now);
  if (!progress) {
    complaints_.failed(subject, progress.error().detail);
    return;
  }
  complaints_.works(subject);
  for (const EntropyCommitment& made : progress->committed) {
    log_.info("epoch {}: committed to entropy {} for rounds {} to {}, after block {}", made.epoch,
              to_hex(made.commitment), made.first_round, made.first_round + made.rounds - 1,
              made.head);
  }
  for (const EntropyCommitment& known : progress->block_known) {
    log_.info("epoch {}: entropy takes block {}, {}", known.epoch, known.head + 1,
              to_hex(*known.block_hash));
  }
  if (!progress->block_known.empty()) release();
}

Result<bool> EpochDriver::step_epoch(std::uint64_t epoch, UnixNanos now) {
  if (rules_.agreement != nullptr) return step_agreed_epoch(epoch, now);
  bool is_audited = false;
  if (now >= draw_time(policy_, epoch, outages_)) {
    if (Result<void> done = draw_audits_of(epoch, now); !done) return fail(done.error());
    const Result<bool> answered = hold_audits(epoch, now);
    if (!answered) return answered;
    is_audited = *answered;
  }
  if (now < seal_time(policy_, epoch, outages_)) return false;
  // Grace is over: only for audits that were drawn late, and what is being measured, we wait.
  if (!is_audited) return false;
  const Result<bool> correlated = correlate_noise(epoch);
  if (!correlated || !*correlated) return correlated;
  if (Result<void> done = seal(epoch, now); !done) return fail(done.error());
  return true;
}

Result<bool> EpochDriver::step_agreed_epoch(std::uint64_t epoch, UnixNanos now) {
  using State = Agreement::State;
  const Result<State> set = rules_.agreement->close(epoch, now);
  if (!set) return fail(set.error());
  if (*set == State::missed) return adopt(epoch, now);
  if (*set == State::open) return false;
  if (Result<void> done = draw_audits_of(epoch, now); !done) return fail(done.error());
  Result<bool> measured = hold_audits(epoch, now);
  if (measured && *measured) measured = correlate_noise(epoch);
  if (!measured) return fail(measured.error());
  // What is still being measured may delay our statement, but not so long that none hears it.
  if (!*measured && now < audits_end(epoch) + kMeasurePatience) return false;
  const Result<State> audits = rules_.agreement->close_audits(epoch, now);
  if (!audits) return fail(audits.error());
  if (*audits == State::missed) return adopt(epoch, now);
  if (*audits == State::open || now < seal_time(policy_, epoch)) return false;
  if (Result<void> done = seal(epoch, now); !done) return fail(done.error());
  return true;
}

Result<bool> EpochDriver::adopt(std::uint64_t epoch, UnixNanos now) {
  if (now < seal_time(policy_, epoch)) return false;
  const Result<std::optional<SealedEpoch>> sealed = rules_.agreement->adopt(epoch);
  if (!sealed) return fail(sealed.error());
  if (!*sealed) return false;
  if (Result<void> kept = registry_.add_sealed(**sealed); !kept) return fail(kept.error());
  log_.warn("epoch {}: we were not there for all of it; adopted what the others signed", epoch);
  return true;
}

UnixNanos EpochDriver::audits_end(std::uint64_t epoch) const {
  if (rules_.agreement != nullptr) return rules_.agreement->audits_end(epoch);
  return seal_time(policy_, epoch, outages_);
}

// What comes from here on is received at `now` or later, and so after what is due at `now`.
Result<EpochRecord> EpochDriver::read_epoch(std::uint64_t epoch, UnixNanos now) {
  if (rules_.agreement != nullptr) return rules_.agreement->record(epoch);
  if (rules_.ingest != nullptr) rules_.ingest->receive_from(now);
  return assemble_record(rules_.network, policy_, epoch, store_, registry_);
}

Result<void> EpochDriver::seal(std::uint64_t epoch, UnixNanos now) {
  Result<EpochRecord> record = read_epoch(epoch, now);
  if (!record) return fail(record.error());
  if (channels_ != nullptr) {
    Result<rewards::channels::Book> book = channels_->book(epoch, epoch_end(policy_, epoch));
    if (!book) return fail(book.error());
    record->channels = std::move(*book);
  }
  const Result<EpochOutcome> outcome = judge_epoch(*record, policy_);
  if (!outcome) return fail(outcome.error());
  if (Result<void> kept = registry_.add_sealed(publish(*record, policy_, *outcome)); !kept) {
    return kept;
  }
  if (rules_.on_sealed) rules_.on_sealed(*record, *outcome);
  log_.info("epoch {}: sealed, {} messages, {} audits, {} accounts, rewards root {}", epoch,
            outcome->verdicts.size(), record->audits.size(), outcome->artifact.accounts.size(),
            to_hex(outcome->seal.rewards_root));
  return {};
}

}  // namespace earshot::verifier
