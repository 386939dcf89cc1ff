#include "verifier/evidence_audit.h"

#include "core/merkle.h"
#include "radio/evidence/snippet.h"
#include "tests/unit/radio/evidence/scene.h"

namespace earshot::verifier {
namespace {

constexpr Hash256 kId = {7};

// A report of a beacon that was heard, and the snippet behind it.
struct Evidence {
  WitnessReport report;
  Bytes bytes;

  void commit() {
    report.evidence_root = merkle_root_of_chunks(bytes, kEvidenceChunkBytes);
    report.evidence_bytes = bytes.size();
  }
  AuditRecord audit() const { return audit_evidence(kId, report, cut_evidence(bytes), false); }
};

Evidence heard() {
  radio::Scene scene;
  scene.render();
  const Result<radio::Snippet> snippet =
      radio::cut_snippet(radio::stored(scene.window()), scene.frame(), scene.calibration());
  const auto measured = radio::remeasure(*snippet, scene.params.spreading_factor, 125'000);
  Evidence evidence;
  evidence.report.round = static_cast<Round>((**measured).figures.anchor.seconds / kRoundSeconds);
  WitnessReport& report = evidence.report;
  const Instant opening = instant_of_round(report.round);
  report.tag = (**measured).tag;
  report.receive_ps = ((**measured).figures.anchor - opening).count();
  report.rssi_cdbm = (**measured).figures.rssi_cdbm;
  report.snr_cdb = (**measured).figures.snr_cdb;
  report.carrier_offset_dhz = (**measured).figures.carrier_offset_dhz;
  report.spreading_factor = static_cast<std::uint8_t>(scene.params.spreading_factor);
  report.bandwidth_hz = 125'000;
  report.frequency_hz = snippet->centre_hz;
  report.evidence_rate_hz = snippet->rate_hz;
  report.evidence_centre_hz = snippet->centre_hz;
  report.evidence_first_ps = (snippet->first - opening).count();
  report.full_scale_cdbm = snippet->full_scale_cdbm;
  evidence.bytes = snippet->bytes;
  evidence.commit();
  return evidence;
}

TEST(EvidenceAudit, MeasuresExactlyWhatAnHonestWitnessSigned) {
  const Evidence evidence = heard();
  const AuditRecord audit = evidence.audit();
  EXPECT_EQ(audit.report, kId);
  EXPECT_EQ(audit.outcome, AuditOutcome::measured);
  EXPECT_EQ(audit.tag, evidence.report.tag);
  EXPECT_EQ(audit.receive_ps, evidence.report.receive_ps);
  EXPECT_EQ(audit.rssi_cdbm, evidence.report.rssi_cdbm);
  EXPECT_EQ(audit.snr_cdb, evidence.report.snr_cdb);
  EXPECT_EQ(audit.carrier_offset_dhz, evidence.report.carrier_offset_dhz);
}

TEST(EvidenceAudit, OtherBytesThanTheSignedOnesAreARootMismatch) {
  Evidence evidence = heard();
  evidence.bytes[1000] ^= 1;
  EXPECT_EQ(evidence.audit().outcome, AuditOutcome::root_mismatch);
}

TEST(EvidenceAudit, BytesWithoutABeaconAreNoBeacon) {
  Evidence evidence = heard();
  std::fill(evidence.bytes.begin(), evidence.bytes.end(), std::uint8_t{1});
  evidence.commit();
  EXPECT_EQ(evidence.audit().outcome, AuditOutcome::no_beacon);
}

TEST(EvidenceAudit, FiguresThatNoSnippetHasAreNoBeacon) {
  Evidence evidence = heard();
  evidence.report.evidence_rate_hz = 1;
  EXPECT_EQ(evidence.audit().outcome, AuditOutcome::no_beacon);
  evidence.report.evidence_rate_hz = 250'000;
  evidence.report.spreading_factor = 200;
  EXPECT_EQ(evidence.audit().outcome, AuditOutcome::no_beacon);
}

TEST(EvidenceAudit, APartIsNoAnswer) {
  const Evidence evidence = heard();
  std::vector<EvidenceChunk> chunks = cut_evidence(evidence.bytes);
  chunks.pop_back();
  EXPECT_EQ(audit_evidence(kId, evidence.report, chunks, false).outcome, AuditOutcome::unanswered);
  EXPECT_EQ(audit_evidence(kId, evidence.report, chunks, true).outcome,
            AuditOutcome::root_mismatch);
  EXPECT_EQ(audit_evidence(kId, evidence.report, {}, false).outcome, AuditOutcome::unanswered);
}

}  // namespace
}  // namespace earshot::verifier
