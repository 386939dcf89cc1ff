// The evidence audit: from the samples that a witness uploaded to a record of integers. The only
// part of the verifier that sees samples; rules compare the integers (rules/evidence.h).
#pragma once
#include <span>
#include <variant>

#include "core/messages.h"
#include "verifier/evidence_request.h"
#include "verifier/record.h"

namespace earshot::verifier {

// What came: either the whole snippet, or the outcome that there is without one. `chunks` fit the
// report's root or were never kept; `saw_mismatch`: others came that did not. Hashes, nothing else.
std::variant<Evidence, AuditRecord> collect_evidence(const Hash256& report_id,
                                                     const WitnessReport& report,
                                                     std::span<const EvidenceChunk> chunks,
                                                     bool saw_mismatch);

// `bytes` hash to the report's root. Pure; any thread. Takes as long as demodulating one frame.
AuditRecord measure_evidence(const Hash256& report_id, const WitnessReport& report, Bytes bytes);

// How much the noise of every two of these snippets of one beacon correlates, in millionths: pairs
// (0, 1), (0, 2), ... (1, 2), ...; 0 where one of them holds no beacon. Pure; any thread. As long
// as demodulating each, and 0.1 s for each pair.
std::vector<std::uint32_t> correlate_evidence(std::span<const Evidence> evidence);

// The first two, one after the other.
AuditRecord audit_evidence(const Hash256& report_id, const WitnessReport& report,
                           std::span<const EvidenceChunk> chunks, bool saw_mismatch);

// How many chunks the report's snippet has.
inline std::uint64_t chunk_count(const WitnessReport& report) {
  return report.evidence_bytes / kEvidenceChunkBytes +
         (report.evidence_bytes % kEvidenceChunkBytes != 0 ? 1 : 0);
}

}  // namespace earshot::verifier
