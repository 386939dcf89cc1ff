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
    std::size_t max_snippet_bytes = 1U << 16;
    // The resource that moves the clock: it is not there, it does, or it only says so.
    enum class Mover : std::uint8_t { none, moves, pretends } mover = Mover::none;
  };

  explicit MemoryService(How how)
      : policy(std::move(how.policy)),
        clock(how.now),
        evidence(store, *registry, how.max_snippet_bytes),
        api({.network = kTestNetwork,
             .policy = policy,
             .clock = clock,
             .store = store,
             .registry = *registry,
             .ingest = ingest,
             .evidence = evidence,
             .log_signer = signer,
             .max_body_bytes = how.max_body_bytes,
             .move_clock = mover_for(how.mover)}) {}

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
  EvidenceDesk evidence;
  NoteSigner signer = *make_note_signer("localhost/test", {});
  Api api;

 private:
  std::function<Result<void>(UnixNanos)> mover_for(How::Mover mover) {
    if (mover == How::Mover::none) return {};
    return [this, mover](UnixNanos time) -> Result<void> {
      if (mover == How::Mover::pretends) return {};
      if (time < clock.now()) return fail(Errc::usage, "backwards");
      clock.advance_to(time);
      return {};
    };
  }
};

}  // namespace earshot::verifier
