// The evidence audit: from the samples that a witness uploaded to a record of integers. The only
// part of the verifier that sees samples; rules compare the integers (rules/evidence.h).
#pragma once
#include <span>

#include "core/messages.h"
#include "verifier/record.h"

namespace earshot::verifier {

// `chunks` fit the report's root or were never kept; `saw_mismatch`: others came that did not.
// Pure; any thread. Takes as long as demodulating one frame.
AuditRecord audit_evidence(const Hash256& report_id, const WitnessReport& report,
                           std::span<const EvidenceChunk> chunks, bool saw_mismatch);

// How many chunks the report's snippet has.
inline std::uint64_t chunk_count(const WitnessReport& report) {
  return report.evidence_bytes / kEvidenceChunkBytes +
         (report.evidence_bytes % kEvidenceChunkBytes != 0 ? 1 : 0);
}

}  // namespace earshot::verifier
