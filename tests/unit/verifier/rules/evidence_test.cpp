#include "verifier/rules/evidence.h"

#include <gtest/gtest.h>

namespace earshot::verifier {
namespace {

class Evidence : public testing::Test {
 protected:
  Evidence() {
    report_.tag = audit_.tag = {1, 2, 3};
    report_.receive_ps = audit_.receive_ps = 20'000'000'000'000;
    report_.rssi_cdbm = audit_.rssi_cdbm = -10'000;
    report_.snr_cdb = audit_.snr_cdb = 500;
    report_.carrier_offset_dhz = audit_.carrier_offset_dhz = -777;
    audit_.outcome = AuditOutcome::measured;
  }
  std::string reason() const { return judge_evidence(report_, audit_, policy_).reason; }

  rewards::Policy policy_;
  WitnessReport report_;
  AuditRecord audit_;
};

TEST_F(Evidence, AcceptsWhatWasMeasuredAgain) {
  const Ruling ruling = judge_evidence(report_, audit_, policy_);
  EXPECT_EQ(ruling.reason, "ok");
  EXPECT_EQ(ruling.rule, "evidence");
  EXPECT_EQ(ruling.findings.size(), 12U);
}

TEST_F(Evidence, RefusesWhatNeverCame) {
  audit_.outcome = AuditOutcome::unanswered;
  EXPECT_EQ(reason(), "evidence_unanswered");
}

TEST_F(Evidence, RefusesOtherBytesThanWereSigned) {
  audit_.outcome = AuditOutcome::root_mismatch;
  EXPECT_EQ(reason(), "evidence_root_mismatch");
}

TEST_F(Evidence, RefusesASnippetWithoutABeacon) {
  audit_.outcome = AuditOutcome::no_beacon;
  EXPECT_EQ(reason(), "evidence_no_beacon");
}

TEST_F(Evidence, RefusesAnotherTag) {
  audit_.tag[0] ^= 1;
  EXPECT_EQ(reason(), "evidence_other_tag");
}

TEST_F(Evidence, DrawsTheLineAtThePowerTolerance) {
  audit_.rssi_cdbm += policy_.audit_power_tolerance_cdb;
  EXPECT_EQ(reason(), "ok");
  audit_.rssi_cdbm += 1;
  EXPECT_EQ(reason(), "evidence_power_mismatch");
  audit_.rssi_cdbm = INT32_MAX;
  EXPECT_EQ(reason(), "evidence_power_mismatch");
}

TEST_F(Evidence, DrawsTheLineAtTheSnrTolerance) {
  audit_.snr_cdb -= policy_.audit_snr_tolerance_cdb;
  EXPECT_EQ(reason(), "ok");
  audit_.snr_cdb -= 1;
  EXPECT_EQ(reason(), "evidence_snr_mismatch");
}

TEST_F(Evidence, DrawsTheLineAtTheOffsetTolerance) {
  audit_.carrier_offset_dhz += policy_.audit_offset_tolerance_dhz;
  EXPECT_EQ(reason(), "ok");
  audit_.carrier_offset_dhz += 1;
  EXPECT_EQ(reason(), "evidence_offset_mismatch");
}

TEST_F(Evidence, DrawsTheLineAtTheTimeTolerance) {
  audit_.receive_ps -= static_cast<std::int64_t>(policy_.audit_time_tolerance_ps);
  EXPECT_EQ(reason(), "ok");
  audit_.receive_ps -= 1;
  EXPECT_EQ(reason(), "evidence_time_mismatch");
  audit_.receive_ps = INT64_MIN;
  EXPECT_EQ(reason(), "evidence_time_mismatch");
}

}  // namespace
}  // namespace earshot::verifier
