// The audits of an epoch: drawn, answered or not, every pair of snippets compared.
#include <spdlog/logger.h>

#include <algorithm>
#include <map>
#include <set>

#include "verifier/epoch_assembly.h"
#include "verifier/epoch_calendar.h"
#include "verifier/epoch_driver.h"
#include "verifier/evidence_audit.h"
#include "verifier/judge.h"
#include "verifier/publication.h"

namespace earshot::verifier {
namespace {

std::set<std::pair<Hash256, Hash256>> pairs_of(const std::vector<NoisePair>& noise) {
  std::set<std::pair<Hash256, Hash256>> pairs;
  for (const NoisePair& pair : noise) pairs.emplace(pair.one, pair.other);
  return pairs;
}

}  // namespace

Result<std::optional<AuditDraw>> EpochDriver::find_draw(std::uint64_t epoch, UnixNanos now) {
  if (rules_.agreement != nullptr) return rules_.agreement->draw(epoch);
  const Result<std::vector<ReleasedRound>> rounds =
      registry_.released_between(first_draw_round(policy_, epoch, outages_), round_at(now) + 1);
  if (!rounds) return fail(rounds.error());
  if (rounds->empty()) return std::optional<AuditDraw>{};
  return std::optional<AuditDraw>{AuditDraw{rounds->front().round, rounds->front().entropy}};
}

Result<void> EpochDriver::draw_audits_of(std::uint64_t epoch, UnixNanos now) {
  const Result<std::optional<AuditDraw>> drawn = registry_.draw(epoch);
  if (!drawn) return fail(drawn.error());
  if (*drawn) return {};
  const Result<std::optional<AuditDraw>> found = find_draw(epoch, now);
  if (!found) return fail(found.error());
  if (!*found) {
    // Of several verifiers the links are agreed on: no others will come.
    if (rules_.agreement == nullptr && now < seal_time(policy_, epoch, outages_)) return {};
    Result<void> kept = registry_.add_draw(epoch, {}, {}, outages_until_draw(epoch));
    if (!kept) return kept;
    log_.warn("epoch {}: no round had entropy after its last body was due, nothing is audited",
              epoch);
    return {};
  }
  const AuditDraw draw = **found;
  const Result<EpochRecord> record = read_epoch(epoch, now);
  if (!record) return fail(record.error());
  const Result<std::vector<Hash256>> reports = draw_audits(*record, policy_, draw.entropy);
  if (!reports) return fail(reports.error());
  // From now on tasks can be fetched: however late it is, there is the whole time to answer.
  const UnixNanos deadline =
      rules_.agreement == nullptr
          ? now + answer_time(policy_, epoch)
          : std::min(now + policy_.audit_answer_seconds * kNanosPerSecond, audits_end(epoch));
  std::map<Hash256, const Message*> messages;
  for (const LoggedMessage& logged : record->messages) {
    messages[message_id(rules_.network, logged.message)] = &logged.message;
  }
  std::vector<AuditTask> tasks;
  WriteSet writes;
  for (const Hash256& report : *reports) {
    tasks.push_back({.report = report,
                     .epoch = epoch,
                     .hotspot = signer_of(*messages.at(report)),
                     .deadline = deadline,
                     .answer = {}});
    writes.indexed.push_back({report, *messages.at(report)});
  }
  // Before anybody can know of the tasks and bring evidence.
  if (!writes.indexed.empty()) {
    if (Result<void> kept = store_.commit(writes); !kept) return kept;
  }
  Result<void> kept = registry_.add_draw(epoch, draw, tasks, outages_until_draw(epoch));
  if (!kept) return kept;
  log_.info("epoch {}: {} audits drawn by round {}", epoch, tasks.size(), draw.round);
  return {};
}

std::vector<Outage> EpochDriver::outages_until_draw(std::uint64_t epoch) const {
  return outages_of_epoch(policy_, epoch, outages_);
}

Result<bool> EpochDriver::hold_audits(std::uint64_t epoch, UnixNanos now) {
  const Result<std::vector<AuditTask>> tasks = registry_.tasks_of_epoch(epoch);
  if (!tasks) return fail(tasks.error());
  bool all = true;
  for (const AuditTask& task : *tasks) {
    if (task.answer) continue;
    const Result<bool> answered = hold_audit(task, now);
    if (!answered) return answered;
    all = all && *answered;
  }
  return all;
}

Result<bool> EpochDriver::hold_audit(const AuditTask& task, UnixNanos now) {
  const Result<std::optional<StoredMessage>> held = store_.find_message(task.report);
  if (!held) return fail(held.error());
  if (!*held) return true;  // Only other verifiers hold it: they have their say.
  Result<std::variant<Evidence, AuditRecord>> evidence = evidence_of(task.report);
  if (!evidence) return fail(evidence.error());
  const auto* without = std::get_if<AuditRecord>(&*evidence);
  const bool may_come =
      now <= task.deadline && (rules_.agreement == nullptr || now < audits_end(task.epoch));
  if (without != nullptr && may_come) return false;
  const std::optional<AuditRecord> audit =
      without != nullptr ? *without : meter_.audit(std::get<Evidence>(*evidence));
  if (!audit) return false;
  if (Result<void> kept = registry_.answer(*audit); !kept) return fail(kept.error());
  log_.info("epoch {}: audit of {}: {}", task.epoch, to_hex(task.report),
            outcome_name(audit->outcome));
  return true;
}

Result<std::variant<Evidence, AuditRecord>> EpochDriver::evidence_of(const Hash256& report) {
  const Result<std::vector<EvidenceChunk>> chunks = store_.chunks(report);
  if (!chunks) return fail(chunks.error());
  const Result<bool> saw_mismatch = store_.has_mismatch(report);
  if (!saw_mismatch) return fail(saw_mismatch.error());
  const Result<std::optional<StoredMessage>> message = store_.find_message(report);
  if (!message) return fail(message.error());
  return collect_evidence(report, std::get<WitnessReport>((*message)->message), *chunks,
                          *saw_mismatch);
}

// With what we measured ourselves so far.
Result<EpochRecord> EpochDriver::measured_record(std::uint64_t epoch) {
  if (rules_.agreement == nullptr) {
    return assemble_record(rules_.network, policy_, epoch, store_, registry_);
  }
  Result<EpochRecord> record = rules_.agreement->record(epoch);
  if (!record) return record;
  const Result<std::vector<AuditTask>> tasks = registry_.tasks_of_epoch(epoch);
  if (!tasks) return fail(tasks.error());
  record->audits.clear();
  for (const AuditTask& task : *tasks) {
    if (task.answer) record->audits.push_back(*task.answer);
  }
  Result<std::vector<NoisePair>> noise = registry_.noise(epoch);
  if (!noise) return fail(noise.error());
  record->noise = std::move(*noise);
  return record;
}

Result<bool> EpochDriver::correlate_noise(std::uint64_t epoch) {
  const Result<EpochRecord> record = measured_record(epoch);
  if (!record) return fail(record.error());
  const std::set<std::pair<Hash256, Hash256>> known = pairs_of(record->noise);
  for (const std::vector<Hash256>& beacon : beacons_to_correlate(*record)) {
    if (known.contains({beacon[0], beacon[1]})) continue;
    std::vector<Evidence> evidence;
    for (const Hash256& report : beacon) {
      Result<std::variant<Evidence, AuditRecord>> one = evidence_of(report);
      if (!one) return fail(one.error());
      if (!std::holds_alternative<Evidence>(*one)) {
        return fail(Errc::unavailable, "the evidence of report " + to_hex(report) + " is gone");
      }
      evidence.push_back(std::get<Evidence>(std::move(*one)));
    }
    const std::optional<std::vector<NoisePair>> pairs = meter_.correlate(evidence);
    if (!pairs) return false;
    if (Result<void> kept = registry_.add_noise(epoch, *pairs); !kept) return fail(kept.error());
    for (const NoisePair& pair : *pairs) {
      if (pair.correlation_ppm <= policy_.correlation_ppm) continue;
      log_.warn("epoch {}: reports {} and {} have one noise, correlated by {} ppm", epoch,
                to_hex(pair.one), to_hex(pair.other), pair.correlation_ppm);
    }
  }
  return true;
}

}  // namespace earshot::verifier
