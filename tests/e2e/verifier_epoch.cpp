// What five hotspots send a verifier in one short epoch, as JSON of hex: for tests that post it.
//
//   verifier-epoch policy                    the policy of such epochs, TOML
//   verifier-epoch messages EPOCH BLOCK      {"onboardings": [...], "batches": [...], "evidence":
//   [...]};
//                                            BLOCK: hash of the entropy's block, or - before it is
//                                            known (onboardings only)
//
// The verifier runs under [simulation] with entropy_seed = 32 bytes of 07.
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/merkle.h"
#include "rewards/policy.h"
#include "tests/doubles/record_builder.h"

namespace {

using namespace earshot;            // NOLINT: a program, not a header
using namespace earshot::verifier;  // NOLINT
using nlohmann::json;

constexpr std::size_t kHotspots = 5;
constexpr std::size_t kSnippetBytes = 9000;  // Three chunks; no beacon is in them.

rewards::Policy policy() {
  rewards::Policy policy = RecordBuilder::short_policy();
  policy.grace_seconds = 2 * 3600;
  policy.audit_answer_seconds = 1800;
  policy.audit_share_ppm = 1'000'000;
  return policy;
}

json batch_of(RecordBuilder& builder, std::size_t hotspot, const std::vector<Message>& messages) {
  const SignedHeader header = builder.sign(hotspot, messages)[0].header;
  const Batch batch{header_id(builder.head().network, header.header), messages};
  json ids = json::array();
  for (const Message& message : messages) {
    ids.push_back(to_hex(message_id(builder.head().network, message)));
  }
  return {{"header", to_hex(encode(header))}, {"body", to_hex(encode(batch))}, {"ids", ids}};
}

// The entropy that a verifier makes of its configured seed and the block.
void know_entropy(RecordBuilder& builder, std::uint64_t epoch, const Hash256& block) {
  ByteArray<32> configured{};
  configured.fill(7);
  Writer number;
  number.put(epoch);
  const Hash256 seed =
      sha256({as_bytes("earshot/v1/simulated-entropy"), configured, number.bytes()});
  const EntropyChain chain(seed, builder.policy().epoch_rounds);
  EpochRecord& head = builder.head();
  head.block_hash = block;
  head.first_entropy_round = builder.first_round();
  head.commitments = {chain.commitment()};
  head.links.clear();
  for (std::uint64_t i = 0; i < builder.policy().epoch_rounds; ++i) {
    head.links.push_back({chain.link(i)});
  }
}

json messages_of(std::uint64_t epoch, const std::string& block) {
  RecordBuilder builder(policy());
  builder.head().epoch = epoch;
  json out = {
      {"onboardings", json::array()}, {"batches", json::array()}, {"evidence", json::array()}};
  for (std::size_t i = 0; i < kHotspots; ++i) {
    builder.add_hotspot(3000.0 * static_cast<double>(i), i % 2 == 0 ? 0 : 4000);
    out["onboardings"].push_back(batch_of(builder, i, {builder.hotspot(i).onboarding}));
  }
  const Result<Hash256> hash = array_from_hex<32>(block);
  if (!hash) return out;
  know_entropy(builder, epoch, *hash);
  builder.fill();
  std::map<std::size_t, std::vector<Message>> said;
  for (Draft& draft : builder.drafts()) {
    if (auto* report = std::get_if<WitnessReport>(&draft.message)) {
      Bytes snippet(kSnippetBytes, static_cast<std::uint8_t>(draft.hotspot));
      snippet[0] = report->tag[0];
      report->evidence_bytes = snippet.size();
      report->evidence_root = merkle_root_of_chunks(snippet, kEvidenceChunkBytes);
      json chunks = json::array();
      for (const EvidenceChunk& chunk : cut_evidence(snippet)) {
        chunks.push_back(to_hex(encode(std::span(&chunk, 1))));
      }
      out["evidence"].push_back(
          {{"report", to_hex(message_id(builder.head().network, draft.message))},
           {"chunks", chunks}});
    }
    said[draft.hotspot].push_back(draft.message);
  }
  for (const auto& [hotspot, messages] : said) {
    for (const Message& message : messages) {
      out["batches"].push_back(batch_of(builder, hotspot, {message}));
    }
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && words[0] == "policy") {
    std::cout << rewards::policy_to_toml(policy());
    return 0;
  }
  if (words.size() == 3 && words[0] == "messages") {
    std::cout << messages_of(std::stoull(words[1]), words[2]) << "\n";
    return 0;
  }
  std::cerr << "verifier-epoch policy | messages EPOCH BLOCK\n";
  return 2;
}
