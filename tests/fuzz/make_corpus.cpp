// Writes seeds for fuzz targets whose inputs nobody types: valid encodings, made by the code that
// reads them. make-fuzz-corpus DIR (tests/fuzz/corpus); what it writes is committed.
#include <bit>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base64.h"
#include "core/message_json.h"
#include "core/posting.h"
#include "rewards/chain/contract.h"
#include "rewards/chain/rlp.h"
#include "tests/doubles/fake_evidence.h"
#include "tests/doubles/fake_signer.h"
#include "tests/doubles/record_builder.h"
#include "verifier/api.h"
#include "verifier/log/intake_log.h"
#include "verifier/store_codec.h"

namespace {

using namespace earshot;            // NOLINT: a program, not a header
using namespace earshot::verifier;  // NOLINT

constexpr Round kRound = 28'999'000;  // Before the clock of api_fuzz.

class Corpus {
 public:
  explicit Corpus(std::filesystem::path root) : root_(std::move(root)) {}
  void add(const std::string& target, const std::string& name, ByteView bytes) const {
    std::filesystem::create_directories(root_ / target);
    std::ofstream file(root_ / target / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::filesystem::path root_;
};

Bytes with_prefix(std::initializer_list<std::uint8_t> prefix, ByteView bytes) {
  Bytes all(prefix);
  all.insert(all.end(), bytes.begin(), bytes.end());
  return all;
}

std::uint8_t operation(std::string_view method, std::string_view path) {
  const auto operations = Api::operations();
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (operations[i].method == method && operations[i].path == path) {
      return static_cast<std::uint8_t>(i);
    }
  }
  std::abort();
}

void add_requests(const Corpus& corpus) {
  FakeSigner signer(1);
  const SignedBatch onboarding = signer.sign({signer.onboarding(kRound)});
  const SignedBatch reports = signer.sign({signer.witness(kRound, 1), signer.silence(kRound)});
  const std::uint8_t headers = operation("POST", "/v1/headers");
  const std::uint8_t bodies = operation("POST", "/v1/bodies");
  for (const auto& [name, batch] : {std::pair{"onboarding", &onboarding}, {"reports", &reports}}) {
    corpus.add("api_fuzz", std::string("header-") + name,
               with_prefix({0, headers, 0}, batch->header_bytes()));
    corpus.add("api_fuzz", std::string("body-") + name,
               with_prefix({0, bodies, 0}, batch->body_bytes()));
  }
  Bytes both;
  add_posted(both, PostedType::header, reports.header_bytes());
  add_posted(both, PostedType::batch, onboarding.body_bytes());
  corpus.add("posting_fuzz", "both", both);
  const std::uint8_t messages = operation("POST", "/v1/messages");
  corpus.add("api_fuzz", "messages", with_prefix({0, messages, 0}, both));
  const std::string items =
      nlohmann::json::array({to_json(onboarding.header), to_json(reports.batch)}).dump();
  corpus.add("api_fuzz", "messages-json", with_prefix({0, messages, 1}, as_bytes(items)));
  const std::string json = to_json(reports.batch).dump();
  corpus.add("api_fuzz", "body-json", with_prefix({0, bodies, 1}, as_bytes(json)));
  corpus.add("api_fuzz", "epoch",
             with_prefix({1, operation("GET", "/v1/epochs/{epoch}"), 2, 1}, as_bytes("7")));
  const auto any = static_cast<std::uint8_t>(Api::operations().size());
  corpus.add("api_fuzz", "tile", with_prefix({1, any, 2}, as_bytes("/tile/0/x001/234.p/5")));
}

void add_stored(const Corpus& corpus) {
  FakeSigner signer(1);
  const SignedBatch batch = signer.sign({signer.witness(kRound, 1)});
  const Hash256 id = batch.batch.header;
  corpus.add("store_codec_fuzz", "header",
             with_prefix({0}, encode_stored(StoredHeader{id, batch.header, 5})));
  const StoredMessage message{.id = {},
                              .message = batch.batch.messages[0],
                              .header = id,
                              .index = 1,
                              .path = {id, id},
                              .received = 6};
  corpus.add("store_codec_fuzz", "message", with_prefix({1}, encode_stored(message)));
  corpus.add("store_codec_fuzz", "equivocation",
             with_prefix({2}, encode_stored(Equivocation{id, id, batch.header_bytes()})));
  const LogEntry entry{LogKind::message, 7, id};
  corpus.add("store_codec_fuzz", "entry", with_prefix({3}, encode(entry)));
  LogFrontier frontier;
  for (int i = 0; i < 5; ++i) frontier.append(entry);
  corpus.add("store_codec_fuzz", "frontier", with_prefix({4}, frontier.encode()));
}

void add_proofs(const Corpus& corpus) {
  std::vector<Hash256> leaves;
  for (std::uint8_t i = 0; i < 11; ++i) leaves.push_back(merkle_leaf(Bytes{i}));
  Bytes path = {0, 3, 0};
  for (const Hash256& node : merkle_proof(leaves, 3))
    path.insert(path.end(), node.begin(), node.end());
  corpus.add("proof_fuzz", "path", path);
  corpus.add("proof_fuzz", "vrf", Bytes{1, 40, 0, 0});
  corpus.add("proof_fuzz", "signatures", Bytes{2, 10, 0, 1});
}

void add_words(const Corpus& corpus) {
  for (const char* word :
       {"868.1M", "4/5", "0x34", "2026-11-22T08:00:00.5Z", "12345678901234567890",
        "http://127.0.0.1:8080/earshot", "auto", "0x52908400098527886E0F7030069857D2E4169EE7"}) {
    std::string name = word;
    for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    corpus.add("words_fuzz", name, as_bytes(word));
  }
  corpus.add("words_fuzz", "base64", as_bytes(to_base64(Bytes{1, 2, 3, 4})));
}

// An epoch of three hotspots, and the one after it; what the first comes to.
void add_records(const Corpus& corpus) {
  RecordBuilder builder;
  builder.policy().audit_share_ppm = 1'000'000;
  corpus.add("record_fuzz", "empty", encode(builder.build()));
  builder.add_hotspot(0, 0);
  builder.add_hotspot(5'000, 0);
  builder.add_hotspot(0, 7'000);
  builder.fill();
  const EpochRecord record = builder.build();
  const EpochOutcome outcome = judge_epoch(record, builder.policy()).value();
  corpus.add("record_fuzz", "town", encode(record));
  EpochRecord of_several = record;
  of_several.verifiers = {{1}, {2}, {3}};
  corpus.add("record_fuzz", "town-of-several-verifiers", encode(of_several));
  corpus.add("seal_fuzz", "town", encode(outcome.seal));
  builder.follow(outcome);
  builder.fill();
  corpus.add("record_fuzz", "town-after-an-epoch", encode(builder.build()));
}

void add_evidence(const Corpus& corpus) {
  const auto heard = [](std::uint8_t id) {
    return fake_evidence(radio::fake_snippet(radio::fake_samples(
                             {.spreading_factor = 7, .snr_db = 6, .noise_seed = id})),
                         id, 7);
  };
  const std::vector<Evidence> two = {heard(1), heard(2)};
  corpus.add("evidence_request_fuzz", "audit", audit_request(two[0]));
  corpus.add("evidence_request_fuzz", "noise", noise_request(two));
}

// An up-chirp of SF7; the target repeats it, so a preamble comes out.
void add_samples(const Corpus& corpus) {
  Writer out;
  out.put(std::uint8_t{40});
  for (int i = 0; i < 256; ++i) {
    const double x = i / 256.0;
    const double phase = 2 * 3.141592653589793 * 64 * (x * x - x);
    out.put(std::bit_cast<std::uint32_t>(static_cast<float>(std::cos(phase))));
    out.put(std::bit_cast<std::uint32_t>(static_cast<float>(std::sin(phase))));
  }
  corpus.add("receiver_fuzz", "chirps", out.bytes());
}

// What another program signs, and what a node passes on of the contract.
void add_chain(const Corpus& corpus) {
  using namespace earshot::rewards::chain;  // NOLINT: as above
  ByteArray<32> secret{};
  secret.back() = 1;
  const AccountKey key = account_key(secret).value();
  const Bytes call = encode_deposit(key.address, 1'000);
  const Transaction transaction{31'337, 7, 1'000'000'000, 3'000'000'000, 60'000, key.address, call};
  corpus.add("rlp_fuzz", "call", sign_transaction(key, transaction).raw);
  Transaction creation = transaction;
  creation.to.reset();
  corpus.add("rlp_fuzz", "creation", sign_transaction(key, creation).raw);
  corpus.add("rlp_fuzz", "list",
             rlp_list(std::vector<Bytes>{rlp_bytes(call), rlp_integer(Uint128{300}), {0x7F}}));
  corpus.add("rlp_fuzz", "number", rlp_integer(Uint128{1} << 100));

  Writer words;
  words.put(ByteView(word_of(key.address)));
  words.put(ByteView(word_of(Uint128{1} << 90)));
  corpus.add("abi_fuzz", "words", words.bytes());
  Writer revert;
  revert.put(ByteView(abi_selector("EpochNotOver(uint64,uint256)")));
  revert.put(ByteView(word_of(Uint128{20'700})));
  revert.put(ByteView(word_of(Uint128{1'788'566'400})));
  corpus.add("abi_fuzz", "revert", revert.bytes());
  // Number of topics, bytes of data, both: two deposits and a withdrawal.
  Writer moves;
  for (const Hash256& kind : {deposited_event(), deposited_event(), withdrawn_event()}) {
    moves.put(std::uint8_t{2});
    moves.put(std::uint8_t{64});
    moves.put(ByteView(kind));
    moves.put(words.bytes());
    moves.put(ByteView(word_of(Uint128{5})));
  }
  corpus.add("abi_fuzz", "moves", moves.bytes());
  Writer signers;
  signers.put(std::uint8_t{2});
  signers.put(std::uint8_t{128});
  signers.put(ByteView(signers_changed_event()));
  for (const Uint128 word : {1, 1, 64, 1}) signers.put(ByteView(word_of(word)));
  signers.put(ByteView(word_of(key.address)));
  corpus.add("abi_fuzz", "signers", signers.bytes());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make-fuzz-corpus DIR\n");
    return 2;
  }
  const Corpus corpus(argv[1]);
  add_requests(corpus);
  add_stored(corpus);
  add_proofs(corpus);
  add_words(corpus);
  add_records(corpus);
  add_evidence(corpus);
  add_samples(corpus);
  add_chain(corpus);
  return 0;
}
