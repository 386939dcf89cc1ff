// "Why?": what a verdict rests on, in words. docs/VERDICTS.md shows the same table; a test
// compares.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "rewards/epoch_rewards.h"
#include "verifier/verdict.h"

namespace earshot::verifier {

// One reason code.
struct ReasonInfo {
  std::string_view code;
  std::string_view rule;       // File under verifier/rules/.
  std::string_view inputs;     // What the rule looks at.
  std::string_view threshold;  // What it asks for.
  std::string_view meaning;    // A sentence for the operator of the hotspot.
};
std::span<const ReasonInfo> reasons();  // By rule, in the order the rules ask.
const ReasonInfo* find_reason(std::string_view code);

// Several lines: what it is about, what was decided and why, the rule with its inputs and
// threshold.
std::string explain(const Verdict& verdict);
// Whether and what the message counted, in a sentence; empty for what never pays by itself.
std::string payment_sentence(const Verdict& verdict);
// The same as explain for a hotspot's tier; `findings` as EpochOutcome::places has them.
std::string explain(const rewards::Standing& standing, std::span<const Finding> findings);

// A finding's value as people write it, by the unit its name ends in: "-97.31 dBm", "5000.000 m".
std::string show_finding(const Finding& finding);

}  // namespace earshot::verifier
