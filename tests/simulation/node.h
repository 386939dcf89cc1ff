// The verifier as main.cpp wires it, on a simulated disk: real stores' users, real handlers, real
// driver. It lives from one start to the next stop.
#pragma once
#include <spdlog/logger.h>

#include <memory>

#include "tests/simulation/journal_store.h"
#include "verifier/api.h"
#include "verifier/epoch_driver.h"
#include "verifier/evidence_retention.h"
#include "verifier/message_retention.h"

namespace earshot::simulation {

inline constexpr NetworkId kNetwork = 31337;
inline constexpr const char* kRegistryFile = "registry";
inline constexpr UnixNanos kCommitAhead = 600 * kNanosPerSecond;
inline constexpr UnixNanos kKeepSnippets = 1200 * kNanosPerSecond;

// Blocks of a chain that never reorganises. One hash for every height, so that what hotspots sign
// is the same in every run and is signed once.
class Blocks final : public verifier::BlockSource {
 public:
  bool is_dead = false;
  Result<std::uint64_t> head_number() override {
    if (is_dead) return fail(Errc::unavailable, "simulated node");
    return std::uint64_t{10};
  }
  Result<std::optional<Hash256>> finalized_hash(std::uint64_t /*number*/) override {
    if (is_dead) return fail(Errc::unavailable, "simulated node");
    return std::optional<Hash256>{Hash256{0xB1}};
  }
};

class Node {
 public:
  struct Around {  // All borrowed.
    const rewards::Policy& policy;
    Disk& disk;
    Blocks& blocks;
    const Clock& clock;
    spdlog::logger& log;
    UnixNanos keep_messages = 0;
    bool ignores_outages = false;  // A fault, for testing the tests.
  };
  // Nothing when what is on the disk cannot be opened; `problem` says why.
  static std::unique_ptr<Node> start(const Around& around, JournalStore::Flaw flaw,
                                     std::string* problem);

  verifier::HttpResponse handle(const verifier::HttpRequest& request) {
    return api_.handle_request(request);
  }
  // What the tickers do: once now.
  void tick();
  void tidy();
  // What the ticker does in between, where nothing is due.
  void beat() { driver_.beat(clock_.now()); }

  // For requests that share a write, as the service's queue brings them.
  verifier::Ingest& ingest() { return ingest_; }
  JournalStore& store() { return *store_; }
  verifier::RegistryStore& registry() { return *registry_; }

 private:
  Node(const Around& around, std::unique_ptr<JournalStore> store,
       std::unique_ptr<verifier::RegistryStore> registry);

  const Clock& clock_;
  std::unique_ptr<JournalStore> store_;
  std::unique_ptr<verifier::RegistryStore> registry_;
  verifier::EntropySource entropy_;
  verifier::Ingest ingest_;
  verifier::EpochDriver driver_;
  verifier::EvidenceDesk evidence_;
  verifier::EvidenceRetention retention_;
  verifier::MessageRetention message_retention_;
  verifier::NoteSigner signer_;
  verifier::Api api_;
};

}  // namespace earshot::simulation
