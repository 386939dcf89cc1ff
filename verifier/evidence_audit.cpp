#include "verifier/evidence_audit.h"

#include "radio/evidence/snippet.h"

namespace earshot::verifier {

std::variant<Evidence, AuditRecord> collect_evidence(const Hash256& report_id,
                                                     const WitnessReport& report,
                                                     std::span<const EvidenceChunk> chunks,
                                                     bool saw_mismatch) {
  AuditRecord without{
      .report = report_id,
      .outcome = saw_mismatch ? AuditOutcome::root_mismatch : AuditOutcome::unanswered};
  if (chunks.empty() || chunks.size() != chunk_count(report)) return without;
  Result<Bytes> bytes = join_evidence(chunks, report.evidence_root, report.evidence_bytes);
  if (bytes) return Evidence{report_id, report, std::move(*bytes)};
  without.outcome = AuditOutcome::root_mismatch;
  return without;
}

AuditRecord measure_evidence(const Hash256& report_id, const WitnessReport& report, Bytes bytes) {
  AuditRecord audit{.report = report_id, .outcome = AuditOutcome::no_beacon};
  const Result<std::optional<radio::Remeasured>> measured = radio::remeasure(
      radio::snippet_of(report, std::move(bytes)), report.spreading_factor, report.bandwidth_hz);
  if (!measured || !*measured) return audit;
  const radio::Figures& figures = (*measured)->figures;
  audit.outcome = AuditOutcome::measured;
  audit.tag = (*measured)->tag;
  audit.receive_ps = (figures.anchor - instant_of_round(report.round)).count();
  audit.rssi_cdbm = figures.rssi_cdbm;
  audit.snr_cdb = figures.snr_cdb;
  audit.carrier_offset_dhz = figures.carrier_offset_dhz;
  return audit;
}

AuditRecord audit_evidence(const Hash256& report_id, const WitnessReport& report,
                           std::span<const EvidenceChunk> chunks, bool saw_mismatch) {
  std::variant<Evidence, AuditRecord> came =
      collect_evidence(report_id, report, chunks, saw_mismatch);
  if (const auto* without = std::get_if<AuditRecord>(&came)) return *without;
  return measure_evidence(report_id, report, std::move(std::get<Evidence>(came).bytes));
}

}  // namespace earshot::verifier
