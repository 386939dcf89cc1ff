// Rule 4, evidence: does what an audit measured in the raw samples agree with what was signed?
//
// | reason | inputs | threshold | source |
// | evidence_unanswered | audit outcome | chunks came, whole and in time | section 5 |
// | evidence_root_mismatch | chunks, signed root | hash to it | section 5 |
// | evidence_no_beacon | snippet | a frame with a valid CRC | section 5 |
// | evidence_unmeasurable | the process that measures | ends in time | chosen |
// | evidence_other_tag | measured tag | the signed one | section 5 |
// | evidence_power_mismatch | RSSI | policy audit_power_tolerance_cdb | section 5 |
// | evidence_snr_mismatch | SNR | policy audit_snr_tolerance_cdb | section 5 |
// | evidence_offset_mismatch | carrier offset | policy audit_offset_tolerance_dhz | section 5 |
// | evidence_time_mismatch | receive time | policy audit_time_tolerance_ps | section 5 |
//
// With one verifier its measurement counts; with several the lower median of at least M of them
// will be what the record holds, and this rule stays the same. A snippet speaks about its own
// report only: what one witness forged costs neither the beacon nor the other witnesses. What
// snippets say about one another is rules/noise.h.
#pragma once
#include "rewards/policy.h"
#include "verifier/record.h"
#include "verifier/rules/ruling.h"

namespace earshot::verifier {

// Precondition: `audit` is of this report.
Ruling judge_evidence(const WitnessReport& report, const AuditRecord& audit,
                      const rewards::Policy& policy);

}  // namespace earshot::verifier
