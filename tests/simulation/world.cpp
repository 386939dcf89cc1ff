#include "tests/simulation/world.h"

#include <algorithm>

#include "tests/simulation/sqlite_files.h"
#include "tests/simulation/world_inside.h"

namespace earshot::simulation {
namespace {

JournalStore::Flaw flaw_of(Sabotage sabotage) {
  switch (sabotage) {
    case Sabotage::answers_before_writing:
      return JournalStore::Flaw::answers_before_writing;
    case Sabotage::writes_in_two_steps:
      return JournalStore::Flaw::writes_in_two_steps;
    case Sabotage::loses_a_message:
      return JournalStore::Flaw::loses_a_message;
    default:
      return JournalStore::Flaw::none;
  }
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  requests += other.requests;
  groups += other.groups;
  acknowledged += other.acknowledged;
  crashes += other.crashes;
  crashes_in_requests += other.crashes_in_requests;
  outages += other.outages;
  clock_steps += other.clock_steps;
  refused_by_disk += other.refused_by_disk;
  equivocations += other.equivocations;
  seals += other.seals;
  verdicts += other.verdicts;
  accepted += other.accepted;
  after_seal += other.after_seal;
  deleted += other.deleted;
  put_away += other.put_away;
  outdated += other.outdated;
  return *this;
}

World::World(std::uint64_t seed, const Options& options)
    : options_(options), dice_(seed), plan_(dice_), disk_(dice_.split()) {
  run_.seed = seed;
  run_.trace = 0xCBF29CE484222325U;  // FNV-1a's beginning.
  lines_->out = options.trace;
  clock_.truth = opening_of(kFirstEpoch) - 40 * kMinute;
  if (options.sabotage == Sabotage::skips_journal_sync) {
    disk_.ignores_sync = [](const std::string& file) { return file == kJournalFile; };
  }
  if (options.sabotage == Sabotage::skips_registry_sync) {
    disk_.ignores_sync = [](const std::string& file) { return file != kJournalFile; };
  }
  mount_for_sqlite(disk_);
}

void World::note(const std::string& what) {
  const std::string line = std::to_string(clock_.truth) + " " + what;
  for (const char c : line) {
    run_.trace = (run_.trace ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
  }
  if (options_.trace == nullptr) return;
  const UnixNanos since = clock_.truth - opening_of(kFirstEpoch);
  std::fprintf(options_.trace, "%+11.3f s  %s\n", static_cast<double>(since) / 1e9, what.c_str());
}

void World::fault(const std::string& what) {
  note("FAULT: " + what);
  if (run_.problem.empty()) run_.problem = what;
}

void World::start() {
  disk_.restart();
  forget_sqlite_memory();
  // Sometimes it stops again before it is up.
  if (plan_.crashes > 0 && dice_.chance(50)) {
    disk_.stop_after(dice_.below(30), dice_.chance(500) ? Stop::kill : Stop::power_loss);
  }
  std::string problem;
  node_ = Node::start({policy(), disk_, blocks_, clock_, log_, plan_.keep_messages,
                       options_.sabotage == Sabotage::ignores_outages},
                      flaw_of(options_.sabotage), &problem);
  if (!disk_.is_running()) return stop();
  if (!node_) {
    if (disk_.is_full) return stop();
    return fault("the service does not start: " + problem);
  }
  note("the service starts");
  if (const std::string lost = oracle_.compare(node_->store()); !lost.empty()) return fault(lost);
  node_->store().after_reading_rounds = [this](Round first) { on_reading(first); };
  check_registry();
  oracle_.restart_floor(node_->registry());
  oracle_.keep_from(node_->ingest().first_kept());
  there_since_ = clock_.truth;
  plan_ticks_of_late_epochs();
  tick();
}

void World::stop() {
  if (node_) was_there_.emplace_back(there_since_, clock_.truth);
  node_.reset();
  ++run_.counts.crashes;
  note("the service stops");
  disk_.stop_now(dice_.chance(500) ? Stop::kill : Stop::power_loss);
  const UnixNanos away = std::exchange(stays_away_, 0);
  after(away > 0 ? away : span(1, 600) * kSecond, [this] { start(); });
}

UnixNanos World::time_there(UnixNanos from, UnixNanos to) const {
  UnixNanos sum = 0;
  const auto add = [&](UnixNanos begin, UnixNanos end) {
    sum += std::max<UnixNanos>(0, std::min(end, to) - std::max(begin, from));
  };
  for (const auto& [begin, end] : was_there_) add(begin, end);
  if (node_) add(there_since_, clock_.truth);
  return sum;
}

void World::tick() {
  if (!node_) return;
  with_service([this] {
    tick_time_ = clock_.now();
    latest_tick_ = std::max(latest_tick_, tick_time_);
    note("tick at " + std::to_string(tick_time_ - clock_.truth));
    node_->tick();
    if (disk_.is_running()) watch_registry();
    if (disk_.is_running()) tidy();
  });
}

void World::tidy() {
  is_tidying_ = true;
  const Round before = node_->store().first_kept();
  node_->tidy();
  is_tidying_ = false;
  oracle_.keep_from(node_->ingest().first_kept());
  const Round first_kept = node_->store().first_kept();
  if (first_kept == before) return;
  const std::uint64_t last = first_kept / policy().epoch_rounds - 1;
  note("epoch " + std::to_string(last) + " is put away");
  if (!last_sealed_ || last > *last_sealed_ || clock_.now() < seal_of(last) + kKeepSnippets ||
      clock_.now() < seal_of(last) + plan_.keep_messages) {
    fault("epoch " + std::to_string(last) + " was put away too early");
  }
}

// The driver reads the messages of an epoch for two ends: drawing audits, and the seal. What comes
// while it does belongs to neither.
void World::on_reading(Round first) {
  if (depth_ != 1 || is_tidying_) return;  // Somebody asks for a summary.
  read_at_[first / policy().epoch_rounds] = oracle_.log_size();
  oracle_.raise_floor(tick_time_);
  std::vector<std::pair<verifier::HttpRequest, Answer>> arriving;
  std::swap(arriving, waiting_);
  for (auto& [request, answer] : arriving) answer(deliver(request));
}

void World::watch_registry() {
  const verifier::RegistryStore& registry = node_->registry();
  const auto released = registry.last_released();
  const auto sealed = registry.last_sealed();
  if (released) last_released_ = *released;
  watch_draws();
  if (!sealed || !*sealed) return;
  for (std::uint64_t epoch = last_sealed_ ? *last_sealed_ + 1 : kFirstEpoch; epoch <= **sealed;
       ++epoch) {
    note("epoch " + std::to_string(epoch) + " is sealed");
    ++run_.counts.seals;
    watch_unanswered(epoch);
  }
  last_sealed_ = *sealed;
}

namespace {

// What is not noted as an outage for each stop of the service.
UnixNanos unnoted(std::size_t stops) { return static_cast<UnixNanos>(stops) * 2 * kMinute; }

}  // namespace

// Who could not send a body, because nobody was there to take it, still can.
void World::watch_draws() {
  for (std::uint64_t i = 0; i < plan_.epochs; ++i) {
    const std::uint64_t epoch = kFirstEpoch + i;
    const auto draw = node_->registry().draw(epoch);
    if (!draw || !*draw || drawn_at_.contains(epoch)) continue;
    drawn_at_[epoch] = clock_.truth;
    if (plan_.clock_steps > 0) continue;
    const UnixNanos there = time_there(opening_of(epoch + 1), clock_.truth);
    if (there + unnoted(was_there_.size()) < 75 * kMinute) {
      fault("epoch " + std::to_string(epoch) + ": audits were drawn when the service had been " +
            std::to_string(there / kSecond) + " s there to take bodies");
    }
  }
}

// Nor is an answer missing that nobody was there to take.
void World::watch_unanswered(std::uint64_t epoch) {
  if (plan_.clock_steps > 0 || !drawn_at_.contains(epoch)) return;
  const auto tasks = *node_->registry().tasks_of_epoch(epoch);
  for (const verifier::AuditTask& task : tasks) {
    if (task.answer && task.answer->outcome != verifier::AuditOutcome::unanswered) continue;
    const UnixNanos there = time_there(drawn_at_[epoch], clock_.truth);
    if (there + unnoted(was_there_.size()) >= policy().audit_answer_seconds * kSecond) continue;
    return fault("epoch " + std::to_string(epoch) + ": the audit of " + to_hex(task.report) +
                 " was closed when the service had been " + std::to_string(there / kSecond) +
                 " s there to take its answer");
  }
}

// What the registry has shown it must show after a restart.
void World::check_registry() {
  const auto released = *node_->registry().last_released();
  const auto sealed = *node_->registry().last_sealed();
  if (released < last_released_) fault("the registry lost a round that it had released");
  if (sealed < last_sealed_) fault("the registry lost an epoch that it had sealed");
}

Run World::run() {
  plan_ticks();
  plan_faults();
  at(clock_.truth, [this] { start(); });
  onboard();
  for (std::uint64_t i = 0; i < plan_.epochs; ++i) {
    const std::uint64_t epoch = kFirstEpoch + i;
    at(opening_of(epoch + 1) + 2 * kSecond, [this, epoch] { speak(epoch); });
    for (std::size_t hotspot = 0; hotspot < kStranger; ++hotspot) {
      at(last_body_of(epoch) + span(1, 25) * kMinute, [this, hotspot] { answer_audits(hotspot); });
    }
  }
  while (!events_.empty() && run_.problem.empty()) {
    const Event event = events_.top();
    events_.pop();
    clock_.truth = event.at;
    if (node_) with_service([this] { node_->beat(); });
    event.happen();
  }
  if (run_.problem.empty()) heal();
  if (run_.problem.empty() && dice_.chance(500)) grow_old();
  if (run_.problem.empty()) verify();
  disk_.stop_now(Stop::kill);
  node_.reset();
  return run_;
}

Run simulate(std::uint64_t seed, const Options& options) { return World(seed, options).run(); }

}  // namespace earshot::simulation
