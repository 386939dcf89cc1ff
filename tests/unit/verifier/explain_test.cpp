#include "verifier/explain.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

namespace earshot::verifier {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(std::string(EARSHOT_SOURCE_DIR) + "/" + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(Reasons, HaveOneLineEach) {
  std::set<std::string_view> codes;
  for (const ReasonInfo& reason : reasons()) {
    EXPECT_TRUE(codes.insert(reason.code).second) << reason.code;
    EXPECT_FALSE(reason.meaning.empty());
    EXPECT_EQ(find_reason(reason.code), &reason);
  }
  EXPECT_EQ(find_reason("no_such_reason"), nullptr);
}

TEST(Reasons, StandInTheDocumentAsTheyStandHere) {
  const std::string document = read("docs/VERDICTS.md");
  for (const ReasonInfo& reason : reasons()) {
    const std::string row = "| `" + std::string(reason.code) + "` | " + std::string(reason.rule) +
                            " | " + std::string(reason.inputs) + " | " +
                            std::string(reason.threshold) + " |";
    EXPECT_NE(document.find(row), std::string::npos) << row;
  }
}

// None is listed that no rule gives; that none is given without being listed is the property
// test's.
TEST(Reasons, AreGivenBySomeRule) {
  std::string sources;
  for (const char* file :
       {"rules/form.cpp", "rules/registry.cpp", "rules/slot.cpp", "rules/pairwise.cpp",
        "rules/evidence.cpp", "rules/noise.cpp", "judge_messages.cpp", "rules/helium/check.cpp",
        "rules/helium/selection.cpp", "publication.cpp"}) {
    sources += read("verifier/" + std::string(file));
  }
  for (const ReasonInfo& reason : reasons()) {
    const bool is_given = sources.find('"' + std::string(reason.code) + '"') != std::string::npos;
    EXPECT_TRUE(is_given || reason.code == "ok") << reason.code;
  }
}

TEST(ShowFinding, WritesTheUnitThatTheNameEndsIn) {
  EXPECT_EQ(show_finding({"rssi_cdbm", -9731}), "-97.31 dBm");
  EXPECT_EQ(show_finding({"snr_cdb", 5}), "0.05 dB");
  EXPECT_EQ(show_finding({"offset_dhz", -1}), "-0.1 Hz");
  EXPECT_EQ(show_finding({"frequency_hz", 868100000}), "868100000 Hz");
  EXPECT_EQ(show_finding({"distance_mm", 5000001}), "5000.001 m");
  EXPECT_EQ(show_finding({"flight_ps", INT64_MIN}), "-9223372036854.775808 us");
  EXPECT_EQ(show_finding({"timing", 1}), "1");
  EXPECT_EQ(show_finding({"opening_ns", -1}), "1969-12-31T23:59:59.999999999Z");
}

TEST(Explain, NamesRuleInputsAndThreshold) {
  const Verdict verdict{.type = MessageType::witness_report,
                        .round = 28'000'000,
                        .decision = Decision::rejected,
                        .reason = "rssi_above_free_space",
                        .rule = "pairwise",
                        .findings = {{"rssi_cdbm", -5000}, {"free_space_bound_cdbm", -7050}}};
  const std::string text = explain(verdict);
  for (const char* part :
       {"rejected: rssi_above_free_space", "verifier/rules/pairwise", "-50.00 dBm", "-70.50 dBm",
        "stronger than free space allows", "2023-03-28T", "policy margin"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(Explain, SaysWhatATierRestsOn) {
  const rewards::Standing standing{.hotspot = {1}, .owner = {2}, .tier = rewards::Tier::plausible};
  const std::vector<Finding> findings = {{"heard_owners", 3}, {"timed_owners", 1}};
  const std::string text = explain(standing, findings);
  EXPECT_NE(text.find("plausible"), std::string::npos);
  EXPECT_NE(text.find("heard_owners"), std::string::npos);
}

}  // namespace
}  // namespace earshot::verifier
