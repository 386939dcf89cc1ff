// The verifier's handlers on stores in memory, for what sends them requests.
#pragma once
#include <memory>

#include "tests/doubles/fake_signer.h"
#include "tests/doubles/memory_store.h"
#include "verifier/api.h"

namespace earshot::verifier {

struct MemoryService {
  struct How {
    rewards::Policy policy = {};
    UnixNanos now = round_opening(29'000'000);
    std::size_t max_body_bytes = 1U << 20;
    bool moves_clock = false;  // With the resource that does.
  };

  explicit MemoryService(How how)
      : policy(std::move(how.policy)),
        clock(how.now),
        api({.network = kTestNetwork,
             .policy = policy,
             .clock = clock,
             .store = store,
             .registry = *registry,
             .ingest = ingest,
             .evidence = evidence,
             .log_signer = signer,
             .max_body_bytes = how.max_body_bytes,
             .move_clock = how.moves_clock ? [](UnixNanos) { return Result<void>{}; }
                                           : std::function<Result<void>(UnixNanos)>{}}) {}

  // Whether the answer is one that a client may get: no failure inside.
  bool answers_soundly(const HttpRequest& request) {
    const int status = api.handle_request(request).status;
    return status >= 200 && status <= 503 && status != 500;
  }

  rewards::Policy policy;
  VirtualClock clock;
  MemoryStore store;
  std::unique_ptr<RegistryStore> registry = *RegistryStore::open(":memory:", kTestNetwork);
  Ingest ingest{kTestNetwork, store};
  EvidenceDesk evidence{store, *registry, 1U << 16};
  NoteSigner signer = *make_note_signer("localhost/test", {});
  Api api;
};

}  // namespace earshot::verifier
