// What a message got: exactly one verdict for each, published with its reason, nothing dropped.
#pragma once
#include <string>
#include <vector>

#include "core/messages.h"

namespace earshot::verifier {

enum class Decision : std::uint8_t { accepted = 1, rejected = 2, late = 3, void_ = 4 };

// One input of a rule, as integers, for "why?".
struct Finding {
  std::string name;  // "rssi_cdbm", "free_space_bound_cdbm"
  std::int64_t value = 0;
  bool operator==(const Finding&) const = default;
};

struct Verdict {
  Hash256 message{};
  MessageType type = MessageType::witness_report;
  PublicKey hotspot{};
  Round round = 0;
  Decision decision = Decision::accepted;
  std::string reason;  // "ok", or the reason code: one word per cause, listed in docs/VERDICTS.md.
  std::string rule;    // Folder-relative file of the rule that decided: "pairwise", "evidence".
  std::vector<Finding> findings;  // The rule's inputs and its threshold.
  bool operator==(const Verdict&) const = default;
};
Bytes encode(const Verdict& verdict);  // Canonical: a leaf of the network log.
Result<Verdict> decode_verdict(ByteView bytes);
std::string_view decision_name(Decision decision);  // "accepted", "rejected", "late", "void".

}  // namespace earshot::verifier
