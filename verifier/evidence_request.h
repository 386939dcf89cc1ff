// What is asked of the process that measures samples, and its answer, as bytes: it has nothing but
// two pipes (sandbox.h). Samples come from strangers, so that this is where they are first parsed.
//
//   u8 1 | report body | u32 length | snippet            -> audit 69 (docs/VERDICTS.md)
//   u8 2 | u8 n | n x (report body | u32 length | snippet) -> u32 correlation_ppm for each pair:
//          (0, 1), (0, 2), ... (1, 2), ...
#pragma once
#include <span>
#include <vector>

#include "verifier/record.h"

namespace earshot::verifier {

// A snippet that hashes to its report's root.
struct Evidence {
  Hash256 id{};  // Of the report.
  WitnessReport report;
  Bytes bytes;
};

Bytes audit_request(const Evidence& evidence);
// At most 255, all of one beacon.
Bytes noise_request(std::span<const Evidence> evidence);

// Errc::bad_data for what is no request. Takes as long as demodulating each snippet, and 0.1 s for
// each pair. Any thread.
Result<Bytes> answer_request(ByteView request);

// The measured figures, of `report`.
Result<AuditRecord> read_audit_answer(const Hash256& report, ByteView answer);
Result<std::vector<NoisePair>> read_noise_answer(std::span<const Evidence> evidence,
                                                 ByteView answer);

}  // namespace earshot::verifier
