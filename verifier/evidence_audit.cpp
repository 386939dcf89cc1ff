#include "verifier/evidence_audit.h"

#include "radio/evidence/noise.h"
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

std::vector<std::uint32_t> correlate_evidence(std::span<const Evidence> evidence) {
  std::vector<std::optional<radio::Residual>> residuals;
  for (const Evidence& each : evidence) {
    auto residual = radio::residual_of(radio::snippet_of(each.report, each.bytes),
                                       each.report.spreading_factor, each.report.bandwidth_hz);
    residuals.push_back(residual ? std::move(*residual) : std::nullopt);
  }
  std::vector<std::uint32_t> pairs;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    for (std::size_t k = i + 1; k < residuals.size(); ++k) {
      const bool both = residuals[i] && residuals[k];
      pairs.push_back(both ? radio::noise_correlation_ppm(*residuals[i], *residuals[k]) : 0);
    }
  }
  return pairs;
}

AuditRecord audit_evidence(const Hash256& report_id, const WitnessReport& report,
                           std::span<const EvidenceChunk> chunks, bool saw_mismatch) {
  std::variant<Evidence, AuditRecord> came =
      collect_evidence(report_id, report, chunks, saw_mismatch);
  if (const auto* without = std::get_if<AuditRecord>(&came)) return *without;
  return measure_evidence(report_id, report, std::move(std::get<Evidence>(came).bytes));
}

}  // namespace earshot::verifier
