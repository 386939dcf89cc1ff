// openapi.json and the handlers say the same: every path, method and status that a handler answers
// is described, every one that is described is answered here, and each answer is what its schema
// says.
#include "verifier/openapi.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <set>

#include "core/merkle.h"
#include "core/message_json.h"
#include "core/posting.h"
#include "tests/doubles/fake_signer.h"
#include "tests/doubles/json_schema.h"
#include "tests/doubles/memory_store.h"
#include "verifier/api.h"
#include "verifier/quorum/quorum_desk.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr Round kRound = 29'000'000;
constexpr UnixNanos kLate = round_opening(kRound) + 3 * 3600 * kNanosPerSecond;
constexpr const char* kBinary = "application/octet-stream";
// Of an epoch with one verdict and one hotspot, so far as explanations look at it.
constexpr const char* kSummary = R"({"verdicts": [{
  "id": "1111111111111111111111111111111111111111111111111111111111111111", "type": "witness",
  "hotspot": "2222222222222222222222222222222222222222222222222222222222222222", "round": 7,
  "verdict": "accepted", "reason": "ok",
  "detail": {"rule": "pairwise", "paid_witnesses": 5, "units_e4": 7600, "scale_e4": 5000}}],
 "hotspots": [{
  "hotspot": "2222222222222222222222222222222222222222222222222222222222222222",
  "owner": "0x3333333333333333333333333333333333333333", "amount": "12"}],
 "tiers": {"2222222222222222222222222222222222222222222222222222222222222222":
  {"tier": "located", "detail": {"heard_owners": 4}}}})";
constexpr const char* kJson = "application/json";

// A whole service but for the sockets, and a note of what it answered.
class OpenApiTest : public testing::Test {
 protected:
  OpenApiTest() {
    HttpConfig http;
    http.port = 0;
    server_ = *HttpServer::listen(http, log_);
    std::vector<std::string> names(Api::operations().size(), "route");
    metrics_ = std::make_unique<Metrics>(names);
    service_ = std::make_unique<ServiceParts>(ServiceParts{.queue = queue_,
                                                           .pool = pool_,
                                                           .metrics = *metrics_,
                                                           .server = *server_,
                                                           .store_directory = directory_,
                                                           .reserve_bytes = 0});
    api_ = std::make_unique<Api>(parts(true));
  }
  ~OpenApiTest() override {
    registry_.reset();
    quorum_store_.reset();
    fs::remove_all(directory_);
  }

  Api::Parts parts(bool is_virtual) {
    Api::Parts parts{.network = kTestNetwork,
                     .policy = policy_,
                     .clock = clock_,
                     .store = store_,
                     .registry = *registry_,
                     .ingest = ingest_,
                     .evidence = evidence_,
                     .log_signer = log_signer_,
                     .channels = nullptr,
                     .max_body_bytes = 64 * 1024,
                     .quorum = &quorum_desk_,
                     .move_clock = {},
                     .service = service_.get()};
    if (is_virtual) {
      parts.move_clock = [this](UnixNanos time) -> Result<void> {
        if (clock_breaks_) return fail(Errc::unavailable, "the disk is full");
        clock_.advance_to(time);
        return {};
      };
    }
    return parts;
  }
  static std::string fresh_directory() {
    const std::string directory = testing::TempDir() + "openapi-test-" + std::to_string(::getpid());
    fs::remove_all(directory);
    fs::create_directories(directory);
    return directory;
  }
  // Everything that asks this database fails from now on.
  void break_tables(const std::string& file) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((directory_ + file).c_str(), &database), SQLITE_OK);
    std::vector<std::string> tables;
    sqlite3_exec(
        database, "SELECT name FROM sqlite_master WHERE type = 'table'",
        [](void* to, int, char** row, char**) {
          static_cast<std::vector<std::string>*>(to)->emplace_back(row[0]);
          return 0;
        },
        &tables, nullptr);
    for (const std::string& table : tables) {
      sqlite3_exec(database, ("DROP TABLE \"" + table + "\"").c_str(), nullptr, nullptr, nullptr);
    }
    sqlite3_close(database);
  }

  // Asks, and checks the answer against what openapi.json says about `path`.
  HttpResponse ask(Api& api, const std::string& method, const std::string& path,
                   const std::string& target, const std::string& body, const std::string& type) {
    std::promise<HttpResponse> answered;
    api.handle({.method = method, .target = target, .content_type = type, .body = body},
               [&](HttpResponse response) { answered.set_value(std::move(response)); });
    HttpResponse response = answered.get_future().get();
    std::string verb = method;
    std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::string what = verb + " " + path + " " + std::to_string(response.status);
    seen_.insert(what);
    check(what, document_.at("paths").at(path).at(verb).at("responses"), response);
    return response;
  }
  void check(const std::string& what, const Json& responses, const HttpResponse& response) {
    const std::string status = std::to_string(response.status);
    ASSERT_TRUE(responses.contains(status)) << what << " is not described: " << response.body;
    const Json* described = &responses[status];
    if (described->contains("$ref")) described = &schema_.resolve((*described)["$ref"]);
    const std::string media = response.content_type.substr(0, response.content_type.find(';'));
    ASSERT_TRUE(described->at("content").contains(media)) << what << " as " << media;
    const bool may_retry = described->contains("headers");
    EXPECT_EQ(response.retry_after_seconds.has_value(), may_retry) << what;
    if (media.find("json") == std::string::npos) return;
    const Json body = Json::parse(response.body);
    EXPECT_EQ(schema_.fault_of((*described)["content"][media]["schema"], body), "") << what;
  }
  HttpResponse post(const std::string& path, const Bytes& body) {
    return ask(*api_, "POST", path, path, std::string(body.begin(), body.end()), kBinary);
  }
  HttpResponse post_text(const std::string& path, const std::string& body,
                         const std::string& type = kJson) {
    return ask(*api_, "POST", path, path, body, type);
  }
  HttpResponse evidence(const std::string& report, const std::string& body) {
    return ask(*api_, "POST", "/v1/evidence/{report}", "/v1/evidence/" + report, body, kBinary);
  }
  HttpResponse get(const std::string& path, const std::string& target) {
    return ask(*api_, "GET", path, target, "", "");
  }

  void post_headers_and_bodies();
  void post_messages();
  void post_what_is_put_away();
  void post_evidence();
  void move_clocks();
  void read_everything();
  void read_logs();
  void read_quorum();
  void fail_everywhere();

  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
  const Json document_ = Json::parse(openapi_json());
  const JsonSchema schema_{document_};
  std::set<std::string> seen_;  // "post /v1/headers 202"

  const std::string directory_ = fresh_directory();
  rewards::Policy policy_;
  VirtualClock clock_{kLate};
  bool clock_breaks_ = false;
  MemoryStore store_;
  std::unique_ptr<RegistryStore> registry_ =
      *RegistryStore::open(directory_ + "/registry", kTestNetwork);
  RequestLimiter limiter_{{.key_requests_per_second = 1, .key_burst = 100}};
  Ingest ingest_{kTestNetwork, store_, &limiter_};
  EvidenceDesk evidence_{store_, *registry_, 8U << 20};
  NoteSigner log_signer_ = *make_note_signer("localhost/test", {});
  Quorum quorum_{.network = kTestNetwork, .members = {{"", log_signer_.key, {}}}, .threshold = 1};
  std::unique_ptr<QuorumStore> quorum_store_ =
      *QuorumStore::open(directory_ + "/quorum", kTestNetwork);
  QuorumDesk quorum_desk_{{quorum_, *quorum_store_, store_, log_signer_}};
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<Metrics> metrics_;
  BlockingPool pool_{1, 8};
  IntakeQueue queue_{ingest_, {.max_requests = 64, .threads = 1}, nullptr};
  std::unique_ptr<ServiceParts> service_;
  std::unique_ptr<Api> api_;
  FakeSigner signer_{1};
};

void OpenApiTest::post_headers_and_bodies() {
  const SignedBatch onboarding = signer_.sign({signer_.onboarding(kRound)});
  EXPECT_EQ(post("/v1/bodies", onboarding.body_bytes()).status, 404);
  EXPECT_EQ(post("/v1/headers", onboarding.header_bytes()).status, 202);
  const std::string headers = Json::array({to_json(onboarding.header)}).dump();
  const std::string batch = to_json(onboarding.batch).dump();
  EXPECT_EQ(post_text("/v1/headers", headers).status, 200);
  EXPECT_EQ(post_text("/v1/bodies", batch).status, 202);
  EXPECT_EQ(post("/v1/bodies", onboarding.body_bytes()).status, 200);
  // What people may post is what the description says.
  const Json& paths = document_["paths"];
  const auto fault = [&](const char* path, const std::string& text) {
    const Json& content = paths[path]["post"]["requestBody"]["content"];
    return schema_.fault_of(content[kJson]["schema"], Json::parse(text));
  };
  EXPECT_EQ(fault("/v1/headers", headers), "");
  EXPECT_EQ(fault("/v1/bodies", batch), "");

  const SignedBatch first = signer_.sign({signer_.witness(kRound, 1, -9000)});
  const SignedBatch second = signer_.sign({signer_.witness(kRound, 1, -9001)});
  EXPECT_EQ(post("/v1/headers", first.header_bytes()).status, 202);
  EXPECT_EQ(post("/v1/headers", second.header_bytes()).status, 202);
  EXPECT_EQ(post("/v1/bodies", first.body_bytes()).status, 202);
  EXPECT_EQ(post("/v1/bodies", second.body_bytes()).status, 409);
  const SignedBatch fork = signer_.sign_as(2, {signer_.silence(kRound)});
  EXPECT_EQ(post("/v1/headers", fork.header_bytes()).status, 409);
  const SignedBatch early = signer_.sign({signer_.witness(round_at(kLate), 1)});
  EXPECT_EQ(post("/v1/headers", early.header_bytes()).status, 202);
  EXPECT_EQ(post("/v1/bodies", early.body_bytes()).status, 429);

  FakeSigner stranger(2);
  SignedBatch forged = stranger.sign({stranger.silence(kRound)});
  EXPECT_EQ(post("/v1/headers", forged.header_bytes()).status, 202);
  EXPECT_EQ(post("/v1/bodies", forged.body_bytes()).status, 401);
  forged.header.signature[0] ^= 1;
  EXPECT_EQ(post("/v1/headers", forged.header_bytes()).status, 401);
  for (const char* path : {"/v1/headers", "/v1/bodies"}) {
    EXPECT_EQ(post_text(path, "{nonsense").status, 400);
    EXPECT_EQ(post_text(path, std::string(64 * 1024 + 1, 'x')).status, 413);
  }
  FakeSigner hasty(3);
  const SignedBatch often = hasty.sign({hasty.silence(kRound)});
  int status = 202;
  for (int i = 0; i < 200 && status < 400; ++i) {
    status = post("/v1/headers", often.header_bytes()).status;
  }
  EXPECT_EQ(status, 429) << "more at once than its burst";
}

// One request with the header of one batch and the body of another.
Bytes posting(const SignedBatch& committed, const SignedBatch& revealed) {
  Bytes request;
  add_posted(request, PostedType::header, committed.header_bytes());
  add_posted(request, PostedType::batch, revealed.body_bytes());
  return request;
}

void OpenApiTest::post_messages() {
  const std::string path = "/v1/messages";
  FakeSigner signer(4);
  const SignedBatch onboarding = signer.sign({signer.onboarding(kRound)});
  ASSERT_EQ(post("/v1/headers", onboarding.header_bytes()).status, 202);
  const SignedBatch heard = signer.sign({signer.witness(kRound, 7)});
  EXPECT_EQ(post(path, posting(heard, onboarding)).status, 202);
  EXPECT_EQ(post(path, posting(heard, onboarding)).status, 200);
  const std::string text = Json::array({to_json(heard.header), to_json(onboarding.batch)}).dump();
  EXPECT_EQ(post_text(path, text).status, 200);
  const Json& content = document_["paths"][path]["post"]["requestBody"]["content"];
  EXPECT_EQ(schema_.fault_of(content[kJson]["schema"], Json::parse(text)), "");

  const SignedBatch unheard = signer.sign({signer.witness(kRound, 8)});
  EXPECT_EQ(post(path, posting(heard, unheard)).status, 404);
  EXPECT_EQ(post(path, posting(signer.sign_as(2, {signer.silence(kRound)}), heard)).status, 409);
  const SignedBatch early = signer.sign({signer.witness(round_at(kLate), 1)});
  EXPECT_EQ(post("/v1/headers", early.header_bytes()).status, 202);
  EXPECT_EQ(post(path, posting(heard, early)).status, 429);
  SignedBatch forged = signer.sign({signer.silence(kRound - 1)});
  forged.header.signature[0] ^= 1;
  EXPECT_EQ(post(path, posting(forged, heard)).status, 401);
  EXPECT_EQ(post_text(path, "{nonsense").status, 400);
  EXPECT_EQ(post_text(path, std::string(64 * 1024 + 1, 'x')).status, 413);
  store_.fails_to_write = true;
  const SignedBatch lost = signer.sign({signer.silence(kRound - 2)});
  EXPECT_EQ(post(path, posting(lost, heard)).status, 503);
  store_.fails_to_write = false;
}

void OpenApiTest::post_what_is_put_away() {
  FakeSigner signer(5);
  const SignedBatch onboarding = signer.sign({signer.onboarding(kRound)});
  const SignedBatch heard = signer.sign({signer.witness(kRound, 9)});
  ASSERT_EQ(post("/v1/messages", posting(heard, onboarding)).status, 404)
      << "its header comes next";
  ASSERT_EQ(post("/v1/messages", posting(onboarding, onboarding)).status, 404);
  ASSERT_EQ(post("/v1/messages", posting(onboarding, onboarding)).status, 202);
  ingest_.keep_from(kRound + 1);
  EXPECT_EQ(post("/v1/messages", posting(onboarding, heard)).status, 410);
  EXPECT_EQ(post("/v1/bodies", heard.body_bytes()).status, 410);
}

void OpenApiTest::post_evidence() {
  Bytes snippet(kEvidenceChunkBytes + 100, 7);
  WitnessReport report = signer_.witness(kRound, 9);
  report.evidence_root = merkle_root_of_chunks(snippet, kEvidenceChunkBytes);
  report.evidence_bytes = snippet.size();
  const SignedBatch batch = signer_.sign({report});
  ASSERT_EQ(post("/v1/headers", batch.header_bytes()).status, 202);
  ASSERT_EQ(post("/v1/bodies", batch.body_bytes()).status, 202);
  const Hash256 id = message_id(kTestNetwork, Message(report));
  const std::string name = to_hex(id);
  EXPECT_EQ(evidence(name, "x").status, 404);
  const AuditTask task{.report = id,
                       .epoch = 1,
                       .hotspot = signer_.key.public_key,
                       .deadline = kLate + 60 * kNanosPerSecond,
                       .answer = {}};
  WriteSet writes;
  writes.indexed = {{id, report}};
  ASSERT_TRUE(store_.commit(writes));
  ASSERT_TRUE(registry_->add_draw(1, {kRound, Entropy{3}}, {task}));
  const std::vector<EvidenceChunk> cut = cut_evidence(snippet);
  const Bytes chunks = encode(std::span(cut));
  const std::string body(chunks.begin(), chunks.end());
  EXPECT_EQ(evidence("zz", body).status, 400);
  EXPECT_EQ(evidence(name, "x").status, 400);
  EXPECT_EQ(evidence(name, std::string(64 * 1024 + 1, 'x')).status, 413);
  store_.fails_to_write = true;
  EXPECT_EQ(evidence(name, body).status, 503);
  store_.fails_to_write = false;
  EXPECT_EQ(evidence(name, body).status, 202);
  EXPECT_EQ(evidence(name, body).status, 200);
  clock_.advance_to(task.deadline + 1);
  EXPECT_EQ(evidence(name, body).status, 409);
}

void OpenApiTest::move_clocks() {
  const std::string now = R"({"unix_ns":")" + std::to_string(clock_.now()) + "\"}";
  EXPECT_EQ(post_text("/v1/simulation/clock", now).status, 200);
  EXPECT_EQ(post_text("/v1/simulation/clock", "[]").status, 400);
  EXPECT_EQ(post_text("/v1/simulation/clock", std::string(64 * 1024 + 1, 'x')).status, 413);
  clock_breaks_ = true;
  EXPECT_EQ(post_text("/v1/simulation/clock", now).status, 503);
  Api real(parts(false));
  EXPECT_EQ(ask(real, "POST", "/v1/simulation/clock", "/v1/simulation/clock", now, kJson).status,
            404);
}

void OpenApiTest::read_everything() {
  const std::string key = to_hex(signer_.key.public_key);
  EXPECT_EQ(get("/healthz", "/healthz").status, 200);
  EXPECT_EQ(get("/readyz", "/readyz").status, 200);
  EXPECT_NE(get("/metrics", "/metrics").body.find("\nearshot_log_entries "), std::string::npos);
  EXPECT_EQ(get("/openapi.json", "/openapi.json").status, 200);
  EXPECT_EQ(get("/checkpoint", "/checkpoint").status, 200);
  EXPECT_EQ(get("/tile/{tile}", "/tile/0/000.p/2").status, 200);
  EXPECT_EQ(get("/tile/{tile}", "/tile/0/000").status, 404);
  for (const char* round : {"current", "nine", "99999999", "1"}) {
    get("/v1/rounds/{round}", std::string("/v1/rounds/") + round);
  }
  const std::string nobody(64, '9');
  for (const std::string& hotspot : {key, nobody, std::string("xyz")}) {
    get("/v1/hotspots/{key}", "/v1/hotspots/" + hotspot);
    get("/v1/hotspots/{key}/tasks", "/v1/hotspots/" + hotspot + "/tasks");
  }
  EXPECT_EQ(get("/v1/coverage.geojson", "/v1/coverage.geojson").status, 200);
  const std::uint64_t now = round_at(clock_.now()) / policy_.epoch_rounds;
  ASSERT_TRUE(registry_->set_first_epoch(now));
  rewards::Artifact artifact;
  artifact.epoch = 5;
  artifact.accounts = {{EvmAddress{1}, 7}, {EvmAddress{2}, 9}};
  artifact.cumulative_total = 16;
  ASSERT_TRUE(registry_->add_sealed({.epoch = 5,
                                     .record = {1, 2},
                                     .seal = {3},
                                     .artifact = rewards::encode(artifact),
                                     .policy_toml = "name = \"p\"\n",
                                     .summary_json = kSummary,
                                     .coverage_geojson = "{}",
                                     .standings = {},
                                     .log = {}}));
  for (const std::string& epoch :
       {std::to_string(now), std::to_string(now + 1), std::string("x")}) {
    get("/v1/epochs/{epoch}", "/v1/epochs/" + epoch);
  }
  const std::string account = "0x01" + std::string(38, '0');
  for (const std::string epoch : {"5", "6", "x"}) {
    for (const std::string file : {"record", "seal", "artifact", "policy", "other"}) {
      get("/v1/epochs/{epoch}/{file}", "/v1/epochs/" + epoch + "/" + file);
    }
    get("/v1/epochs/{epoch}/payouts/{address}", "/v1/epochs/" + epoch + "/payouts/" + account);
    for (const std::string& id : {std::string(64, '1'), std::string(64, '2'), nobody, account}) {
      get("/v1/epochs/{epoch}/explain/{id}", "/v1/epochs/" + epoch + "/explain/" + id);
    }
  }
  const std::string why =
      get("/v1/epochs/{epoch}/explain/{id}", "/v1/epochs/5/explain/" + std::string(64, '1')).body;
  EXPECT_NE(why.find("Counts 0.7600 units, because 5 witnesses of this beacon count, times 0.5000"),
            std::string::npos)
      << why;
}

// The network log and the witness.
void OpenApiTest::read_logs() {
  const auto log = *LogDirectory::open(directory_ + "/network");
  ASSERT_TRUE(log->append(std::vector<Bytes>{{1}, {2}}));
  const NoteSigner signer = *make_note_signer("localhost/test/network", {});
  const CosignedLog network({.signer = signer,
                             .head = [&log] { return log->head(); },
                             .hashes = log->hashes(),
                             .witnesses = {}});
  const NoteSigner cosigner = *make_note_signer("w", {}, NoteKeyType::cosignature_v1);
  const CosignedLog unseen({.signer = signer,
                            .head = [&log] { return log->head(); },
                            .hashes = log->hashes(),
                            .witnesses = {{cosigner.key, "http://nowhere"}},
                            .least = 1});
  const auto witness = *WitnessDesk::open(
      directory_ + "/witness", CheckpointWitness(cosigner, {{signer.key.name, signer.key}}));
  Api::Parts with = parts(true);
  with.network_log = log.get();
  with.network_checkpoints = &network;
  with.witness = witness.get();
  Api api(with);
  with.network_checkpoints = &unseen;
  Api waiting(with);
  const auto at = [this](Api& asked, const std::string& path, const std::string& target) {
    return ask(asked, "GET", path, target, "", "").status;
  };
  EXPECT_EQ(at(api, "/healthz", "/healthz"), 200);
  EXPECT_EQ(at(api, "/network/checkpoint", "/network/checkpoint"), 200);
  EXPECT_EQ(at(waiting, "/network/checkpoint", "/network/checkpoint"), 503);
  EXPECT_EQ(at(*api_, "/network/checkpoint", "/network/checkpoint"), 404);
  EXPECT_EQ(at(api, "/network/tile/{tile}", "/network/tile/0/000.p/2"), 200);
  EXPECT_EQ(at(api, "/network/tile/{tile}", "/network/tile/0/000.p/3"), 404);
  const auto add = [this, &api](const std::string& body) {
    const std::string path = "/witness/add-checkpoint";
    return ask(api, "POST", path, path, body, "text/plain").status;
  };
  const Note note = *network.published();
  const std::string fresh = to_string(AddCheckpoint{0, {}, note});
  Note forged = note;
  forged.signatures[0].bytes[5] ^= 1;
  Note strange = note;
  strange.text[0] = 'L';
  EXPECT_EQ(add("nonsense"), 400);
  EXPECT_EQ(add(std::string(64 * 1024 + 1, 'x')), 413);
  EXPECT_EQ(add(to_string(AddCheckpoint{0, {}, forged})), 403);
  EXPECT_EQ(add(to_string(AddCheckpoint{0, {}, strange})), 404);
  EXPECT_EQ(add(to_string(AddCheckpoint{0, {Hash256{}}, note})), 422);
  EXPECT_EQ(add(fresh), 200);
  EXPECT_EQ(add(fresh), 409);
  const std::string hash = to_hex(sha256(as_bytes(signer.key.name)));
  const std::string path = "/witness/{origin}/checkpoint";
  EXPECT_EQ(at(api, path, "/witness/" + hash + "/checkpoint"), 200);
  EXPECT_EQ(at(api, path, "/witness/" + std::string(64, '0') + "/checkpoint"), 404);
  fs::resize_file(directory_ + "/witness/" + hash, 3);
  EXPECT_EQ(add(fresh), 503);
}

void OpenApiTest::read_quorum() {
  const Hash256 content = sha256({});
  ASSERT_TRUE(quorum_store_->keep_content({}));
  for (const std::string& what :
       {std::string("verifiers"), "contents/" + to_hex(content), std::string("links/7")}) {
    EXPECT_EQ(get("/v1/quorum/{what}", "/v1/quorum/" + what).status, 200) << what;
  }
  EXPECT_EQ(get("/v1/quorum/{what}", "/v1/quorum/contents/xy").status, 400);
  EXPECT_EQ(get("/v1/quorum/{what}", "/v1/quorum/statements/7/feast").status, 404);
}

void OpenApiTest::fail_everywhere() {
  store_.fails_to_read = true;
  const SignedBatch batch = FakeSigner(7).sign_as(1, {FakeSigner(7).silence(kRound)});
  EXPECT_EQ(post("/v1/headers", batch.header_bytes()).status, 503);
  EXPECT_EQ(post("/v1/bodies", batch.body_bytes()).status, 503);
  store_.fails_to_read = false;
  break_tables("/registry");
  break_tables("/quorum");
  get("/v1/quorum/{what}", "/v1/quorum/evidence");
  get("/readyz", "/readyz");
  get("/metrics", "/metrics");
  get("/v1/rounds/{round}", "/v1/rounds/7");
  get("/v1/coverage.geojson", "/v1/coverage.geojson");
  const std::string key = to_hex(signer_.key.public_key);
  get("/v1/hotspots/{key}", "/v1/hotspots/" + key);
  get("/v1/hotspots/{key}/tasks", "/v1/hotspots/" + key + "/tasks");
  get("/v1/epochs/{epoch}", "/v1/epochs/5");
  get("/v1/epochs/{epoch}/{file}", "/v1/epochs/5/seal");
  const std::string account = "0x01" + std::string(38, '0');
  get("/v1/epochs/{epoch}/payouts/{address}", "/v1/epochs/5/payouts/" + account);
  get("/v1/epochs/{epoch}/explain/{id}", "/v1/epochs/5/explain/" + key);
  // The pool has a thread and room for nothing: one task holds the thread, one fills the room.
  BlockingPool full(1, 1);
  std::promise<void> open;
  const std::shared_future<void> gate = open.get_future().share();
  std::promise<void> begun;
  BlockingPool::Task holds = [&begun, gate] {
    begun.set_value();
    gate.wait();
  };
  BlockingPool::Task fills = [] {};
  ASSERT_TRUE(full.submit(holds));
  begun.get_future().wait();
  ASSERT_TRUE(full.submit(fills));
  const ServiceParts busy{.queue = queue_,
                          .pool = full,
                          .metrics = *metrics_,
                          .server = *server_,
                          .store_directory = directory_,
                          .reserve_bytes = 0};
  Api::Parts with = parts(true);
  with.service = &busy;
  Api api(std::move(with));
  EXPECT_EQ(ask(api, "GET", "/checkpoint", "/checkpoint", "", "").status, 503);
  EXPECT_EQ(ask(api, "GET", "/tile/{tile}", "/tile/0/000.p/2", "", "").status, 503);
  EXPECT_EQ(ask(api, "GET", "/network/tile/{tile}", "/network/tile/0/000", "", "").status, 503);
  EXPECT_EQ(ask(api, "GET", "/witness/{origin}/checkpoint", "/witness/0/checkpoint", "", "").status,
            503);
  open.set_value();
}

TEST_F(OpenApiTest, SaysWhatTheHandlersSay) {
  post_headers_and_bodies();
  post_messages();
  post_evidence();
  read_everything();
  read_logs();
  read_quorum();
  post_what_is_put_away();
  move_clocks();
  fail_everywhere();
  std::set<std::string> described;
  for (const auto& [path, methods] : document_["paths"].items()) {
    // What they answer depends on a chain: tests/integration/channel_desk_test.cpp.
    if (path.starts_with("/v1/channel")) continue;
    for (const auto& [method, operation] : methods.items()) {
      for (const auto& [status, response] : operation["responses"].items()) {
        described.insert(std::string(method).append(" ").append(path).append(" ").append(status));
      }
    }
  }
  EXPECT_EQ(seen_, described);
}

TEST_F(OpenApiTest, NamesEveryOperationAndNoOther) {
  std::set<std::string> handled;
  for (const Api::Operation& operation : Api::operations()) {
    std::string path(operation.path);
    if (const std::size_t dots = path.find("..."); dots != std::string::npos) path.erase(dots, 3);
    handled.insert(std::string(operation.method) + " " + path);
  }
  std::set<std::string> described;
  std::set<std::string> ids;
  for (const auto& [path, methods] : document_["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::string verb = method;
      std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return std::toupper(c); });
      described.insert(verb + " " + path);
      EXPECT_TRUE(ids.insert(operation.at("operationId")).second) << operation["operationId"];
    }
  }
  EXPECT_EQ(handled, described);
  EXPECT_EQ(document_["openapi"], "3.1.0");
}

}  // namespace
}  // namespace earshot::verifier
