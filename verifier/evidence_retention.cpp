#include "verifier/evidence_retention.h"

#include <spdlog/logger.h>

#include <algorithm>

#include "verifier/epoch_calendar.h"

namespace earshot::verifier {

void EvidenceRetention::tick(UnixNanos now) {
  if (looked_ && now >= *looked_ && now - *looked_ < rules_.pause) return;
  looked_ = now;
  const std::string subject = "deleting snippets";
  const Result<void> done = forget_due(now);
  done ? complaints_.works(subject) : complaints_.failed(subject, done.error().detail);
}

Result<std::optional<std::uint64_t>> EvidenceRetention::last_due(UnixNanos now) {
  const Result<std::optional<std::uint64_t>> sealed = registry_.last_sealed();
  if (!sealed || !*sealed) return sealed;
  if (rules_.matured) {
    const Result<std::optional<std::uint64_t>> matured = rules_.matured();
    if (!matured || !*matured) return matured;
    return std::optional(std::min(**sealed, **matured));
  }
  const Result<std::vector<Outage>> outages = registry_.outages();
  if (!outages) return fail(outages.error());
  std::uint64_t epoch = **sealed;
  while (seal_time(policy_, epoch, *outages) + rules_.keep > now) {
    if (epoch == 0) return std::optional<std::uint64_t>{};
    --epoch;
  }
  return std::optional(epoch);
}

Result<void> EvidenceRetention::forget_due(UnixNanos now) {
  const Result<std::optional<std::uint64_t>> first = registry_.first_epoch();
  if (!first) return fail(first.error());
  const Result<std::optional<std::uint64_t>> forgotten = registry_.evidence_forgotten();
  if (!forgotten) return fail(forgotten.error());
  const Result<std::optional<std::uint64_t>> due = last_due(now);
  if (!due) return fail(due.error());
  if (!*first || !*due) return {};
  std::size_t reports = 0;
  for (std::uint64_t epoch = *forgotten ? **forgotten + 1 : **first; epoch <= **due; ++epoch) {
    const Result<std::vector<AuditTask>> tasks = registry_.tasks_of_epoch(epoch);
    if (!tasks) return fail(tasks.error());
    WriteSet writes;
    for (const AuditTask& task : *tasks) writes.forgotten_reports.push_back(task.report);
    if (!tasks->empty()) {
      if (Result<void> gone = store_.commit(writes); !gone) return gone;
      log_.info("epoch {}: the snippets of {} audits are deleted", epoch, tasks->size());
    }
    if (Result<void> noted = registry_.set_evidence_forgotten(epoch); !noted) return noted;
    reports += tasks->size();
  }
  return reports > 0 ? store_.give_back_evidence() : Result<void>();
}

}  // namespace earshot::verifier
