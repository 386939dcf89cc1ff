// Evidence of a fake snippet: a report of it, so far as measuring looks at it.
#pragma once
#include "core/merkle.h"
#include "tests/doubles/fake_snippets.h"
#include "verifier/evidence_request.h"

namespace earshot::verifier {

inline Evidence fake_evidence(const radio::Snippet& snippet, std::uint8_t id,
                              std::uint8_t spreading_factor = 8) {
  Evidence evidence{.id = Hash256{id}, .report = {}, .bytes = snippet.bytes};
  WitnessReport& report = evidence.report;
  report.hotspot = PublicKey{id};
  report.spreading_factor = spreading_factor;
  report.frequency_hz = snippet.centre_hz;
  report.bandwidth_hz = snippet.rate_hz / 2;
  report.evidence_format = snippet.format;
  report.evidence_rate_hz = snippet.rate_hz;
  report.evidence_centre_hz = snippet.centre_hz;
  report.evidence_bytes = snippet.bytes.size();
  report.evidence_root = merkle_root_of_chunks(snippet.bytes, kEvidenceChunkBytes);
  return evidence;
}

}  // namespace earshot::verifier
