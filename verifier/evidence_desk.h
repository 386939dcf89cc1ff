// Takes the evidence that audits ask for. Anybody may bring a chunk: its Merkle path says whether
// it is the report's. A chunk that is not is refused, and that one came is remembered: the audit of
// a report whose snippet never comes whole then says root_mismatch instead of unanswered.
//
// Any thread.
#pragma once
#include <mutex>
#include <string>

#include "verifier/registry_store.h"
#include "verifier/store.h"

namespace earshot::verifier {

enum class EvidenceStatus : std::uint8_t {
  accepted,   // New chunks, on disk.
  held,       // All were held.
  malformed,  // Not chunks of this report.
  not_asked,  // No such report, or no audit asks for it.
  closed,     // The audit's deadline has passed or it is decided.
  store_failed,
};

struct EvidenceReceipt {
  EvidenceStatus status = EvidenceStatus::held;
  std::size_t accepted = 0;
  std::size_t held = 0;
  std::string detail = {};
};

class EvidenceDesk {
 public:
  EvidenceDesk(MessageStore& store, RegistryStore& registry, std::uint64_t max_snippet_bytes)
      : store_(store), registry_(registry), max_snippet_bytes_(max_snippet_bytes) {}

  // `body`: encoded chunks (core/messages.h).
  EvidenceReceipt take(const Hash256& report, ByteView body, UnixNanos now);

 private:
  EvidenceReceipt keep(const Hash256& report, const WitnessReport& claim,
                       const std::vector<EvidenceChunk>& chunks, UnixNanos now);

  MessageStore& store_;
  RegistryStore& registry_;
  std::uint64_t max_snippet_bytes_;
  std::mutex mutex_;  // One upload at a time: they are rare, and decide what is new.
};

}  // namespace earshot::verifier
