// The verifier's handlers on stores in memory, for targets that send it requests.
#pragma once
#include <memory>

#include "tests/doubles/memory_store.h"
#include "verifier/api.h"

namespace earshot::verifier {

struct MemoryService {
  // `moves_clock`: with the resource that does.
  MemoryService(std::size_t max_body_bytes, bool moves_clock)
      : api({.network = 31337,
             .policy = policy,
             .clock = clock,
             .store = store,
             .registry = *registry,
             .ingest = ingest,
             .evidence = evidence,
             .log_signer = signer,
             .max_body_bytes = max_body_bytes,
             .move_clock = moves_clock ? [](UnixNanos) { return Result<void>{}; }
                                       : std::function<Result<void>(UnixNanos)>{}}) {}

  // Whether the answer is one that a client may get: no failure inside.
  bool answers_soundly(const HttpRequest& request) {
    const int status = api.handle_request(request).status;
    return status >= 200 && status <= 503 && status != 500;
  }

  rewards::Policy policy;
  VirtualClock clock{round_opening(29'000'000)};
  MemoryStore store;
  std::unique_ptr<RegistryStore> registry = *RegistryStore::open(":memory:", 31337);
  Ingest ingest{31337, store};
  EvidenceDesk evidence{store, *registry, 1U << 16};
  NoteSigner signer = *make_note_signer("localhost/fuzz", {});
  Api api;
};

}  // namespace earshot::verifier
