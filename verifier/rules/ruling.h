// What a rule says about one message. Rules are pure: the same inputs give the same ruling on every
// machine; each names the inputs and the threshold it used.
#pragma once
#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/fixed.h"
#include "verifier/verdict.h"

namespace earshot::verifier {

struct Ruling {
  Decision decision = Decision::accepted;
  std::string reason = "ok";
  std::string rule;  // File under verifier/rules/ that decided, without its ending.
  std::vector<Finding> findings;

  bool accepted() const { return decision == Decision::accepted; }
  bool operator==(const Ruling&) const = default;
};

inline Ruling accept(std::string_view rule, std::vector<Finding> findings = {}) {
  return {Decision::accepted, "ok", std::string(rule), std::move(findings)};
}
inline Ruling refuse(std::string_view rule, std::string_view reason,
                     std::vector<Finding> findings = {}, Decision decision = Decision::rejected) {
  return {decision, std::string(reason), std::string(rule), std::move(findings)};
}

// A wide result as a finding: values that 64 bits do not hold are shown as the nearest that they
// do.
constexpr std::int64_t to_finding(Int128 value) {
  constexpr Int128 kMax = INT64_MAX;
  constexpr Int128 kMin = INT64_MIN;
  if (value > kMax) return INT64_MAX;
  return value < kMin ? INT64_MIN : static_cast<std::int64_t>(value);
}
constexpr Int128 magnitude(Int128 value) { return value < 0 ? -value : value; }

}  // namespace earshot::verifier
