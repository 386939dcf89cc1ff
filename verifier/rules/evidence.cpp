#include "verifier/rules/evidence.h"

#include <array>

namespace earshot::verifier {
namespace {

constexpr std::string_view kRule = "evidence";

// A figure that was signed and measured.
struct Figure {
  std::string_view reason;
  std::string name;
  std::int64_t signed_value;
  std::int64_t measured;
  Int128 tolerance;
};

}  // namespace

Ruling judge_evidence(const WitnessReport& report, const AuditRecord& audit,
                      const rewards::Policy& policy) {
  switch (audit.outcome) {
    case AuditOutcome::measured:
      break;
    case AuditOutcome::unanswered:
      return refuse(kRule, "evidence_unanswered");
    case AuditOutcome::root_mismatch:
      return refuse(kRule, "evidence_root_mismatch");
    case AuditOutcome::no_beacon:
      return refuse(kRule, "evidence_no_beacon");
    case AuditOutcome::unmeasurable:
      return refuse(kRule, "evidence_unmeasurable");
    case AuditOutcome::unaudited:
      return accept(kRule);
  }
  if (audit.tag != report.tag) return refuse(kRule, "evidence_other_tag");
  const std::array<Figure, 4> figures = {{
      {"evidence_power_mismatch", "rssi_cdbm", report.rssi_cdbm, audit.rssi_cdbm,
       policy.audit_power_tolerance_cdb},
      {"evidence_snr_mismatch", "snr_cdb", report.snr_cdb, audit.snr_cdb,
       policy.audit_snr_tolerance_cdb},
      {"evidence_offset_mismatch", "carrier_offset_dhz", report.carrier_offset_dhz,
       audit.carrier_offset_dhz, policy.audit_offset_tolerance_dhz},
      {"evidence_time_mismatch", "receive_ps", report.receive_ps, audit.receive_ps,
       policy.audit_time_tolerance_ps},
  }};
  std::vector<Finding> findings;
  for (const Figure& figure : figures) {
    std::vector<Finding> inputs = {{figure.name, figure.signed_value},
                                   {"measured_" + figure.name, figure.measured},
                                   {"tolerance_" + figure.name, to_finding(figure.tolerance)}};
    if (magnitude(Int128{figure.signed_value} - figure.measured) > figure.tolerance) {
      return refuse(kRule, figure.reason, std::move(inputs));
    }
    findings.insert(findings.end(), inputs.begin(), inputs.end());
  }
  return accept(kRule, std::move(findings));
}

}  // namespace earshot::verifier
