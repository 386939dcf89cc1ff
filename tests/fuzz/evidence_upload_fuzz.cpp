// links: core rewards verifier
// An evidence upload for a report that an audit asks for: whatever comes, only chunks that hash to
// the signed root are kept.
#include <cstdlib>
#include <memory>

#include "core/merkle.h"
#include "tests/doubles/memory_store.h"
#include "verifier/evidence_desk.h"

namespace {

using namespace earshot;            // NOLINT: a fuzz target, not a header
using namespace earshot::verifier;  // NOLINT

struct Service {
  Service() {
    WitnessReport report;
    report.round = 5;
    const Bytes snippet = {1, 2, 3, 4, 5};
    report.evidence_root = merkle_root_of_chunks(snippet, kEvidenceChunkBytes);
    report.evidence_bytes = snippet.size();
    id = message_id(31337, report);
    StoredMessage stored;
    stored.id = id;
    stored.message = report;
    WriteSet writes;
    writes.messages = {stored};
    writes.indexed = {{id, report}};
    AuditTask task;
    task.report = id;
    task.deadline = 100;
    if (!store.commit(writes) || !registry->add_draw(0, {}, {task})) std::abort();
  }

  MemoryStore store;
  std::unique_ptr<RegistryStore> registry = *RegistryStore::open(":memory:", 31337);
  EvidenceDesk desk{store, *registry, 1U << 16};
  Hash256 id{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Service service;
  (void)service.desk.take(service.id, ByteView(data, size), 50);
  const std::vector<EvidenceChunk> kept = *service.store.chunks(service.id);
  for (const EvidenceChunk& chunk : kept) {
    if (chunk.index != 0 || chunk.bytes != Bytes{1, 2, 3, 4, 5}) std::abort();
  }
  return 0;
}
