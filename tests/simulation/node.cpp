#include "tests/simulation/node.h"

#include "verifier/log/note.h"

namespace earshot::simulation {
namespace {

using namespace earshot::verifier;  // NOLINT: the service's own words

constexpr std::uint64_t kMaxSnippetBytes = 1U << 16;

}  // namespace

std::unique_ptr<Node> Node::start(const Around& around, JournalStore::Flaw flaw,
                                  std::string* problem) {
  Result<std::unique_ptr<RegistryStore>> registry = RegistryStore::open(kRegistryFile, kNetwork);
  if (!registry) {
    *problem = registry.error().detail;
    return nullptr;
  }
  std::unique_ptr<Node> node(
      new Node(around, JournalStore::open(around.disk, flaw), std::move(*registry)));
  if (Result<void> resumed = node->driver_.resume(around.ignores_outages ? 0 : around.clock.now());
      !resumed) {
    *problem = resumed.error().detail;
    return nullptr;
  }
  return node;
}

Node::Node(const Around& around, std::unique_ptr<JournalStore> store,
           std::unique_ptr<RegistryStore> registry)
    : clock_(around.clock),
      store_(std::move(store)),
      registry_(std::move(registry)),
      entropy_(*registry_, around.blocks, around.policy,
               {kCommitAhead,
                [](std::uint64_t epoch) {
                  return ByteArray<32>{static_cast<std::uint8_t>(epoch), 0x5E};
                }}),
      ingest_(kNetwork, *store_),
      driver_(around.policy,
              {.network = kNetwork, .commit_ahead = kCommitAhead, .ingest = &ingest_}, *store_,
              *registry_, entropy_, around.log),
      evidence_(*store_, *registry_, kMaxSnippetBytes),
      retention_(around.policy, {.keep = kKeepSnippets, .matured = {}, .pause = 0}, *store_,
                 *registry_, around.log),
      message_retention_(
          {around.policy, *store_, *registry_, ingest_, around.log},
          {.keep = around.keep_messages, .pause = 0, .published = {}, .forget_agreement = {}}),
      signer_(*make_note_signer("localhost/vopr", {})),
      api_({.network = kNetwork,
            .policy = around.policy,
            .clock = around.clock,
            .store = *store_,
            .registry = *registry_,
            .ingest = ingest_,
            .evidence = evidence_,
            .log_signer = signer_,
            .max_body_bytes = 1U << 20,
            .move_clock = {},
            .service = nullptr}) {}

void Node::tick() {
  const UnixNanos now = clock_.now();
  driver_.tick(now - kLinkDeadlineSeconds * kNanosPerSecond, now);
}

void Node::tidy() {
  retention_.tick(clock_.now());
  message_retention_.tick(clock_.now());
}

}  // namespace earshot::simulation
