// Answers audits: asks the verifier which reports' evidence it wants, and sends the snippets.
#pragma once
#include <functional>
#include <set>

#include "core/clock.h"
#include "hotspot/delivery.h"
#include "hotspot/evidence_store.h"
#include "hotspot/transport.h"

namespace earshot::hotspot {

struct Tasks {
  std::vector<Hash256> reports;
  std::optional<Round> round;  // The verifier's at that moment, where it says so.
};
// {"round": R, "evidence": [{"report": hex, "deadline": ...}, ...]}; Errc::bad_data otherwise.
Result<Tasks> parse_tasks(const std::string& body);
// Chunks of `snippet` in posts below the verifier's limit of 1 MiB, at least one.
std::vector<Bytes> evidence_posts(ByteView snippet);

class EvidenceResponder {
 public:
  // Borrowed, both outlive the responder. `before_answering` may be empty (simulation seam).
  EvidenceResponder(const PublicKey& hotspot, const EvidenceStore& store,
                    std::function<void(const Hash256&, Bytes&)> before_answering)
      : hotspot_(hotspot), store_(store), before_answering_(std::move(before_answering)) {}

  // One poll. A snippet the ring no longer holds, and an answer the verifier refuses, are reported
  // once and not tried again; everything else is tried at the next poll.
  Delivery answer(Transport& transport);
  // What the verifier's clock said at the last poll that it answered.
  std::optional<Round> verifier_round() const { return verifier_round_; }

 private:
  // False when the verifier does not answer: the poll ends.
  bool answer_one(Transport& transport, const Hash256& report, Delivery& delivery);

  PublicKey hotspot_;
  const EvidenceStore& store_;
  std::function<void(const Hash256&, Bytes&)> before_answering_;
  std::set<Hash256> settled_;
  std::optional<Round> verifier_round_;
};

}  // namespace earshot::hotspot
