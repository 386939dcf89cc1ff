// What a test of several verifiers needs beside them: hotspots that speak, and a verifier's keys in
// bad hands.
//
//   quorum-world policy                  the policy of the test, TOML
//   quorum-world onboard EPOCH           batches, JSON: [{"header": hex, "body": hex}, ...]
//   quorum-world speak EPOCH SEQUENCE    the same of all that hotspots say in an epoch; its entropy
//                                        on standard input: {"block": hex, "links": [[hex]],
//                                        "threshold": M}
//   quorum-world equivocate KEY NAME     a closing on standard input, {"note": text, "content":
//                                        hex, "members": N}; another one, of another root and
//                                        without its last message, signed by the same log
//   quorum-world other-root KEY          an epoch's signature on standard input; another one, on
//                                        another root
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "rewards/policy.h"
#include "tests/doubles/record_builder.h"
#include "verifier/quorum/contents.h"
#include "verifier/quorum/epoch_signature.h"
#include "verifier/quorum/statement.h"

namespace {

using namespace earshot;            // NOLINT: a program, not a header
using namespace earshot::verifier;  // NOLINT
using Json = nlohmann::json;

constexpr std::size_t kHotspots = 5;

rewards::Policy short_policy() {
  rewards::Policy policy = RecordBuilder::short_policy();  // Epochs of 12 rounds.
  policy.grace_seconds = 2 * 3600;
  policy.audit_answer_seconds = 1800;
  return policy;
}

RecordBuilder world(std::uint64_t epoch) {
  RecordBuilder builder(short_policy());
  builder.head().epoch = epoch;
  for (std::size_t i = 0; i < kHotspots; ++i) {
    builder.add_hotspot(3000.0 * static_cast<double>(i), i % 2 == 0 ? 0 : 4000);
  }
  return builder;
}

Json batch_of(RecordBuilder& builder, std::size_t hotspot, const std::vector<Message>& messages) {
  const SignedHeader header = builder.sign(hotspot, messages)[0].header;
  const Batch batch{header_id(builder.head().network, header.header), messages};
  return {{"header", to_hex(encode(header))}, {"body", to_hex(encode(batch))}};
}

Json onboard(std::uint64_t epoch) {
  RecordBuilder builder = world(epoch);
  Json batches = Json::array();
  for (std::size_t i = 0; i < kHotspots; ++i) {
    batches.push_back(batch_of(builder, i, {builder.hotspot(i).onboarding}));
  }
  return batches;
}

Json speak(std::uint64_t epoch, std::uint64_t sequence, const Json& entropy) {
  RecordBuilder builder = world(epoch);
  EpochRecord& head = builder.head();
  head.block_hash = *array_from_hex<32>(entropy.at("block").get<std::string>());
  head.first_entropy_round = builder.first_round();
  head.minimum_links = entropy.at("threshold").get<std::uint32_t>();
  head.links.clear();
  for (const Json& row : entropy.at("links")) {
    std::vector<Hash256>& links = head.links.emplace_back();
    for (const Json& link : row) links.push_back(*array_from_hex<32>(link.get<std::string>()));
  }
  builder.fill();
  Json batches = Json::array();
  for (std::size_t i = 0; i < kHotspots; ++i) {
    std::vector<Message> messages;
    for (const Draft& draft : builder.drafts()) {
      if (draft.hotspot == i) messages.push_back(draft.message);
    }
    builder.hotspot(i).sequence = sequence - 1;
    batches.push_back(batch_of(builder, i, messages));
  }
  return batches;
}

Json equivocate(const std::string& key_file, const std::string& name, const Json& closing) {
  const NoteSigner signer = *make_note_signer(name, read_key_file(key_file)->seed);
  Statement statement = *parse_statement(parse_note(closing.at("note").get<std::string>())->text);
  const Bytes content = *from_hex(closing.at("content").get<std::string>());
  IntakeList list = *decode_intake_list(content, closing.at("members").get<std::size_t>());
  list.messages.pop_back();
  const Bytes other = encode(list);
  statement.content = sha256(other);
  statement.checkpoint.head.root[0] ^= 1;
  return {{"note", to_string(sign_statement(statement, signer))}, {"content", to_hex(other)}};
}

Json other_root(const std::string& key_file, const Json& signed_epoch) {
  const EpochSignature honest = *epoch_signature_from_json(signed_epoch);
  rewards::chain::Epoch epoch = honest.epoch;
  epoch.rewards_root[0] ^= 1;
  rewards::chain::AccountSigner signer(*rewards::chain::read_account_key(key_file));
  return to_json(*sign_epoch_for(honest.domain, epoch, signer));
}

Json read_input() {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  return Json::parse(text);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto is = [&](const char* command, std::size_t count) {
    return words.size() == count && words[0] == command;
  };
  if (is("policy", 1)) {
    std::cout << rewards::policy_to_toml(short_policy());
  } else if (is("onboard", 2)) {
    std::cout << onboard(std::stoull(words[1]));
  } else if (is("speak", 3)) {
    std::cout << speak(std::stoull(words[1]), std::stoull(words[2]), read_input());
  } else if (is("equivocate", 3)) {
    std::cout << equivocate(words[1], words[2], read_input());
  } else if (is("other-root", 2)) {
    std::cout << other_root(words[1], read_input());
  } else {
    std::cerr << "quorum-world policy | onboard EPOCH | speak EPOCH SEQUENCE | equivocate KEY NAME "
                 "| other-root KEY\n";
    return 2;
  }
  return 0;
}
