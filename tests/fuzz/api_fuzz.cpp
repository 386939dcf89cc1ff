// links: core rewards verifier
// The HTTP handler against any request: first byte the resource, second the content type, the rest
// the body; or, for the last resource, the rest is the target.
#include <array>
#include <cstdlib>
#include <memory>

#include "tests/doubles/memory_store.h"
#include "verifier/api.h"

namespace {

using namespace earshot;            // NOLINT: a fuzz target, not a header
using namespace earshot::verifier;  // NOLINT

constexpr std::array<const char*, 6> kTargets = {
    "/v1/headers",
    "/v1/bodies",
    "/v1/evidence/0707070707070707070707070707070707070707070707070707070707070707",
    "/v1/simulation/clock",
    "/v1/rounds/current",
    nullptr};
constexpr std::array<const char*, 3> kTypes = {"application/octet-stream", "application/json", "x"};

struct Service {
  rewards::Policy policy;
  VirtualClock clock{round_opening(29'000'000)};
  MemoryStore store;
  std::unique_ptr<RegistryStore> registry = *RegistryStore::open(":memory:", 31337);
  Ingest ingest{31337, store};
  EvidenceDesk evidence{store, *registry, 1U << 16};
  NoteSigner signer = *make_note_signer("localhost/fuzz", {});
  Api api{{.network = 31337,
           .policy = policy,
           .clock = clock,
           .store = store,
           .registry = *registry,
           .ingest = ingest,
           .evidence = evidence,
           .log_signer = signer,
           .max_body_bytes = 1U << 16,
           .move_clock = [](UnixNanos) { return Result<void>{}; }}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Service service;
  if (size < 2) return 0;
  const char* target = kTargets[data[0] % kTargets.size()];
  const std::string rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  const HttpRequest request{.method = data[0] >= 128 ? "GET" : "POST",
                            .target = target != nullptr ? target : rest,
                            .content_type = kTypes[data[1] % kTypes.size()],
                            .body = rest};
  const HttpResponse response = service.api.handle_request(request);
  const bool is_known = response.status >= 200 && response.status <= 503 && response.status != 500;
  if (!is_known || response.body.empty()) std::abort();
  return 0;
}
