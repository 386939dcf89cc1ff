#include "verifier/quorum/quorum_agreement.h"

#include "verifier/epoch_calendar.h"

namespace earshot::verifier {
namespace {

Agreement::State state_from(PhaseState state) {
  switch (state) {
    case PhaseState::open:
      return Agreement::State::open;
    case PhaseState::decided:
      return Agreement::State::agreed;
    case PhaseState::missed:
      break;
  }
  return Agreement::State::missed;
}

}  // namespace

std::vector<UnixNanos> QuorumAgreement::due_times(std::uint64_t epoch) const {
  std::vector<UnixNanos> times;
  for (const Phase phase : parts_.quorum.phases()) {
    const PhaseWindow window = window_of(parts_.quorum, parts_.policy, epoch, phase);
    for (UnixNanos at = window.begin; at <= window.end; at += parts_.quorum.step) {
      times.push_back(at);
    }
  }
  return times;
}

void QuorumAgreement::exchange(UnixNanos now) {
  if (parts_.exchanges_here) parts_.exchange.tick(now);
}

UnixNanos QuorumAgreement::audits_end(std::uint64_t epoch) const {
  return window_of(parts_.quorum, parts_.policy, epoch, Phase::audits).begin;
}

Result<bool> QuorumAgreement::may_state(std::uint64_t epoch, Phase phase, UnixNanos now) {
  const PhaseWindow window = window_of(parts_.quorum, parts_.policy, epoch, phase);
  if (now < window.begin || now > window.begin + parts_.quorum.step) return false;
  const Result<bool> stated = parts_.exchange.has_stated(epoch, phase);
  if (!stated) return fail(stated.error());
  return !*stated;
}

// Decided when all of them are.
Result<Agreement::State> QuorumAgreement::state_of(std::uint64_t epoch,
                                                   std::initializer_list<Phase> phases,
                                                   UnixNanos now) {
  for (const Phase phase : phases) {
    const Result<PhaseState> state = parts_.exchange.state_of(epoch, phase, now);
    if (!state) return fail(state.error());
    if (*state != PhaseState::decided) return state_from(*state);
  }
  return State::agreed;
}

Result<Agreement::State> QuorumAgreement::close(std::uint64_t epoch, UnixNanos now) {
  if (now < window_of(parts_.quorum, parts_.policy, epoch, Phase::closing).begin) {
    return State::open;
  }
  const Result<bool> may = may_state(epoch, Phase::closing, now);
  if (!may) return fail(may.error());
  if (*may) {
    // What arrives from here on is under no root that we state.
    const LogHead head = parts_.messages.log_head();
    const Result<IntakeList> list = own_intake_.list(epoch, head, now);
    if (!list) return fail(list.error());
    if (Result<void> done = parts_.exchange.state(epoch, Phase::closing, encode(*list), head, now);
        !done) {
      return fail(done.error());
    }
  }
  // Without the commitments nobody knows which links belong to them.
  return state_of(epoch, {Phase::commitment, Phase::closing}, now);
}

Result<Agreement::State> QuorumAgreement::close_audits(std::uint64_t epoch, UnixNanos now) {
  if (now < audits_end(epoch)) return State::open;
  if (Result<void> done = state_audits(epoch, now); !done) return fail(done.error());
  if (!parts_.quorum.has_channels) return state_of(epoch, {Phase::audits}, now);
  if (Result<void> done = state_channels(epoch, now); !done) return fail(done.error());
  return state_of(epoch, {Phase::audits, Phase::channels}, now);
}

Result<void> QuorumAgreement::state_audits(std::uint64_t epoch, UnixNanos now) {
  const Result<bool> may = may_state(epoch, Phase::audits, now);
  if (!may) return fail(may.error());
  if (!*may) return {};
  const Result<std::vector<AuditTask>> tasks = parts_.registry.tasks_of_epoch(epoch);
  if (!tasks) return fail(tasks.error());
  Result<std::vector<NoisePair>> noise = parts_.registry.noise(epoch);
  if (!noise) return fail(noise.error());
  Measured measured{{}, std::move(*noise)};
  for (const AuditTask& task : *tasks) {
    if (task.answer) measured.audits.push_back(*task.answer);
  }
  return parts_.exchange.state(epoch, Phase::audits, encode(measured), parts_.messages.log_head(),
                               now);
}

// After a restart, too, no end is taken that our statement does not hold.
Result<void> QuorumAgreement::state_channels(std::uint64_t epoch, UnixNanos now) {
  parts_.channels->close(epoch);
  const Result<bool> may = may_state(epoch, Phase::channels, now);
  if (!may) return fail(may.error());
  if (!*may) return {};
  const auto book = parts_.channels->book(epoch, epoch_end(parts_.policy, epoch));
  if (!book) return fail(book.error());
  return parts_.exchange.state(epoch, Phase::channels, encode(*book), parts_.messages.log_head(),
                               now);
}

}  // namespace earshot::verifier
