// What goes wrong, and when.
#include <algorithm>

#include "tests/simulation/world_inside.h"

namespace earshot::simulation {
namespace {

// Absent in some runs, rare or frequent in others.
std::uint32_t rate(Dice& dice, std::uint32_t most) {
  return dice.chance(400) ? 0 : static_cast<std::uint32_t>(dice.below(most));
}

}  // namespace

Plan::Plan(Dice& dice)
    : epochs(dice.chance(250) ? 2 : 1),
      request_lost(rate(dice, 150)),
      answer_lost(rate(dice, 150)),
      duplicated(rate(dice, 150)),
      delayed(rate(dice, 60)),
      corrupted(rate(dice, 60)),
      tick_missed(rate(dice, 100)),
      crashes(dice.chance(333) ? 0 : dice.below(6)),
      outages(dice.chance(200) ? 1 : 0),
      full_disks(dice.chance(250) ? 1 : 0),
      clock_steps(dice.chance(333) ? 1 + dice.below(2) : 0),
      node_deaths(dice.chance(150) ? 1 : 0),
      keep_messages(dice.between(0, 60) * kMinute) {}

// The service ticks every second; most of these find nothing to do, so only those near something
// due are simulated, and some others.
void World::plan_ticks() {
  std::vector<UnixNanos> times;
  const auto add = [&](UnixNanos time, UnixNanos jitter) {
    if (dice_.chance(plan_.tick_missed)) return;
    times.push_back(time + (dice_.chance(500) ? 0 : span(0, jitter)));
  };
  const std::uint64_t last = kFirstEpoch + plan_.epochs - 1;
  for (std::uint64_t epoch = kFirstEpoch; epoch <= last; ++epoch) {
    add(opening_of(epoch) - kCommitAhead, kMinute);
    for (Round left = 5; left > 0; --left) {
      // Too late for the round's link when the jitter is beyond its deadline.
      add(opening_of(epoch + 1) - static_cast<UnixNanos>(left) * kMinute, 6 * kSecond);
    }
    add(last_body_of(epoch), 2 * kMinute);
    add(last_body_of(epoch) + kMinute, kMinute);
    add(last_body_of(epoch) + 10 * kMinute, 10 * kMinute);
    add(seal_of(epoch), 2 * kMinute);
    add(seal_of(epoch) + std::max(kKeepSnippets, plan_.keep_messages), 20 * kMinute);
  }
  for (std::uint64_t epoch = last + 1; opening_of(epoch) < seal_of(last); ++epoch) {
    add(opening_of(epoch) - kCommitAhead, kMinute);
    add(opening_of(epoch), 4 * kSecond);
    // Somebody has to draw the audits: a round that opens after the last body was due.
    add(opening_of(epoch) + 15 * kMinute, 4 * kSecond);
    add(opening_of(epoch) + 20 * kMinute, 4 * kSecond);
  }
  for (int i = 0; i < 4; ++i) {
    add(opening_of(kFirstEpoch) + span(-30 * kMinute, 200 * kMinute), 0);
  }
  for (const UnixNanos time : times) at(time, [this] { tick(); });
}

// After a stop what is due comes later than planned: the draws, answers to them, the seals.
void World::plan_ticks_of_late_epochs() {
  const std::vector<verifier::Outage> outages = *node_->registry().outages();
  if (outages.empty()) return;
  for (std::uint64_t i = 0; i < plan_.epochs; ++i) {
    const std::uint64_t epoch = kFirstEpoch + i;
    const UnixNanos due = stretched(opening_of(epoch + 1), 75 * kMinute, outages);
    if (due < clock_.truth) continue;
    for (Round round = round_at(due) + 1; round < round_at(due) + 4; ++round) {
      at(round_opening(round) + span(0, 4 * kSecond), [this] { tick(); });
    }
    for (std::size_t hotspot = 0; hotspot < kStranger; ++hotspot) {
      at(due + span(1, 25) * kMinute, [this, hotspot] { answer_audits(hotspot); });
    }
    const UnixNanos grace = policy().grace_seconds * kSecond;
    at(stretched(opening_of(epoch + 1), grace, outages) + span(0, 2 * kMinute), [this] { tick(); });
  }
}

void World::plan_faults() {
  const auto sometime = [this] {
    const auto minutes = static_cast<UnixNanos>(plan_.epochs) * 60 + 120;
    return opening_of(kFirstEpoch) + span(-35 * kMinute, minutes * kMinute);
  };
  for (std::uint64_t i = 0; i < plan_.crashes; ++i) {
    const Stop how = dice_.chance(500) ? Stop::kill : Stop::power_loss;
    const std::uint64_t operations = dice_.below(12);
    // Half of them where much happens: around an epoch's end and at its seal.
    const std::uint64_t epoch = kFirstEpoch + dice_.below(plan_.epochs);
    const UnixNanos busy = dice_.chance(500)   ? opening_of(epoch + 1) + span(0, 40 * kMinute)
                           : dice_.chance(500) ? seal_of(epoch) - 1
                           : dice_.chance(800)
                               ? last_body_of(epoch) - 1
                               : seal_of(epoch) + std::max(kKeepSnippets, plan_.keep_messages);
    at(dice_.chance(500) ? sometime() : busy, [this, how, operations] {
      if (node_) disk_.stop_after(operations, how);
    });
  }
  for (std::uint64_t i = 0; i < plan_.outages; ++i) {
    const std::uint64_t epoch = kFirstEpoch + dice_.below(plan_.epochs);
    const UnixNanos when =
        dice_.chance(300) ? sometime() : opening_of(epoch + 1) + span(-5 * kMinute, 100 * kMinute);
    const UnixNanos length = span(5, 360) * kMinute;
    at(when, [this, length] {
      if (!node_) return;
      note("the service stops for " + std::to_string(length / kSecond) + " s");
      ++run_.counts.outages;
      stays_away_ = length;
      disk_.stop_now(Stop::kill);
      stop();
    });
  }
  for (std::uint64_t i = 0; i < plan_.full_disks; ++i) {
    const UnixNanos from = sometime();
    at(from, [this] {
      note("the disk is full");
      disk_.is_full = true;
    });
    at(from + span(1, 1200) * kSecond, [this] {
      note("the disk has room");
      disk_.is_full = false;
    });
  }
  for (std::uint64_t i = 0; i < plan_.clock_steps; ++i) {
    const std::uint64_t epoch = kFirstEpoch + dice_.below(plan_.epochs);
    const UnixNanos when =
        dice_.chance(500) ? sometime() : last_body_of(epoch) + span(1, 300) * kSecond;
    const UnixNanos step = dice_.chance(500) ? span(-120, 120) * kSecond : span(-90, 90) * kMinute;
    at(when, [this, step] {
      note("the clock steps by " + std::to_string(step / kSecond) + " s");
      ++run_.counts.clock_steps;
      clock_.offset += step;
    });
    if (!dice_.chance(500)) continue;
    at(when + span(1, 60) * kMinute, [this, step] {
      note("the clock steps back");
      clock_.offset -= step;
    });
  }
  for (std::uint64_t i = 0; i < plan_.node_deaths; ++i) {
    const UnixNanos from = sometime();
    at(from, [this] { blocks_.is_dead = true; });
    at(from + span(1, 90) * kMinute, [this] { blocks_.is_dead = false; });
  }
}

// Faults have stopped: what is still due has to get done.
void World::heal() {
  note("faults stop");
  disk_.is_full = false;
  blocks_.is_dead = false;
  plan_.crashes = 0;
  if (!node_) start();
  disk_.stop_after(UINT64_MAX, Stop::kill);
  const std::uint64_t last = kFirstEpoch + plan_.epochs - 1;
  for (auto& [request, answer] : waiting_) answer(deliver(request));
  waiting_.clear();
  deliver_together(std::exchange(together_, {}));
  if (!node_) return;
  const UnixNanos seal = stretched(opening_of(last + 1), policy().grace_seconds * kSecond,
                                   *node_->registry().outages());
  if (clock_.now() < seal) clock_.truth += seal - clock_.now();
  // Audits that are drawn now may be answered for a quarter of an hour, one epoch after the other;
  // longer when the clock was ahead at the draw.
  for (std::uint64_t i = 0; i < 120 * plan_.epochs && run_.problem.empty(); ++i) {
    tick();
    if (last_sealed_ && *last_sealed_ >= last) return;
    clock_.truth += kMinute;
  }
  fault("epoch " + std::to_string(last) + " is not sealed; the service says: " + lines_->line);
}

// Until everything is put away, with a stop on the way; then what was sent long ago comes again.
void World::grow_old() {
  const std::uint64_t last = kFirstEpoch + plan_.epochs - 1;
  const std::vector<verifier::HttpRequest> sent = std::exchange(sent_, {});
  for (int i = 0; i < 3; ++i) {
    // A stop may have been an outage, and put it off.
    const UnixNanos over = stretched(opening_of(last + 1), policy().grace_seconds * kSecond,
                                     *node_->registry().outages()) +
                           std::max(kKeepSnippets, plan_.keep_messages);
    if (clock_.now() < over) clock_.truth += over - clock_.now();
    if (i == 0 && dice_.chance(700)) {
      disk_.stop_after(dice_.below(40), dice_.chance(500) ? Stop::kill : Stop::power_loss);
    }
    tick();
    for (const verifier::HttpRequest& request : sent) {
      if (node_ && disk_.is_running() && dice_.chance(500)) deliver(request);
    }
    disk_.stop_after(UINT64_MAX, Stop::kill);
    if (!node_) start();
    if (!node_ || !run_.problem.empty()) return;
  }
  if (node_->store().first_kept() < (last + 1) * policy().epoch_rounds) {
    fault("epoch " + std::to_string(last) + " is kept beyond its time");
  }
}

}  // namespace earshot::simulation
