#include "verifier/api.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/merkle.h"
#include "core/message_json.h"
#include "tests/doubles/memory_service.h"
#include "verifier/log/checkpoint.h"
#include "verifier/log/tile.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

constexpr Round kRound = 29'000'000;
constexpr UnixNanos kLate = round_opening(kRound) + 3 * 3600 * kNanosPerSecond;

class ApiTest : public testing::Test {
 protected:
  using Mover = MemoryService::How::Mover;
  explicit ApiTest(Mover mover = Mover::moves)
      : service_({.now = kLate,
                  .max_body_bytes = 64 * 1024,
                  .max_snippet_bytes = 8U << 20,
                  .mover = mover}) {}

  HttpResponse post(const std::string& target, const std::string& body,
                    const std::string& type = "application/octet-stream") {
    return api_.handle_request(
        {.method = "POST", .target = target, .content_type = type, .body = body});
  }
  HttpResponse post(const std::string& target, const Bytes& body) {
    return post(target, std::string(body.begin(), body.end()));
  }
  HttpResponse get(const std::string& target) {
    return api_.handle_request({.method = "GET", .target = target, .content_type = {}, .body = {}});
  }
  void onboard() {
    const SignedBatch batch = signer_.sign({signer_.onboarding(kRound)});
    ASSERT_EQ(post("/v1/headers", batch.header_bytes()).status, 202);
    ASSERT_EQ(post("/v1/bodies", batch.body_bytes()).status, 202);
  }
  std::string key() const { return to_hex(signer_.key.public_key); }

  MemoryService service_;
  const rewards::Policy& policy_ = service_.policy;
  VirtualClock& clock_ = service_.clock;
  MemoryStore& store_ = service_.store;
  RegistryStore* const registry_ = service_.registry.get();
  Ingest& ingest_ = service_.ingest;
  EvidenceDesk& evidence_ = service_.evidence;
  const NoteSigner& log_signer_ = service_.signer;
  Api& api_ = service_.api;
  FakeSigner signer_{1};
};

class ApiOfSystemClockTest : public ApiTest {
 protected:
  ApiOfSystemClockTest() : ApiTest(Mover::none) {}
};

TEST_F(ApiTest, TheIntakeLogIsServedAsSignedTiles) {
  onboard();
  const HttpResponse head = get("/checkpoint");
  EXPECT_EQ(head.content_type, "text/plain; charset=utf-8");
  const Result<Checkpoint> checkpoint = open_checkpoint(*parse_note(head.body), log_signer_.key);
  ASSERT_TRUE(checkpoint) << checkpoint.error().detail;
  ASSERT_EQ(checkpoint->head.size, 2U);  // A header and a message.
  const Result<std::vector<Bytes>> entries =
      parse_bundle(as_bytes(get("/tile/entries/000.p/2").body));
  ASSERT_TRUE(entries);
  std::vector<Hash256> leaves;
  for (const Bytes& entry : *entries) leaves.push_back(merkle_leaf(entry));
  EXPECT_EQ(merkle_root(leaves), checkpoint->head.root);
  const HttpResponse hashes = get("/tile/0/000.p/2");
  EXPECT_GT(hashes.max_age_seconds, 0);
  EXPECT_EQ(hashes.body.substr(0, 32), std::string(leaves[0].begin(), leaves[0].end()));
  for (const char* absent :
       {"/tile/0/000", "/tile/0/000.p/3", "/tile/0/001.p/1", "/tile/1/000.p/1", "/tile/entries/000",
        "/tile/0/x000/000.p/1", "/tile/63/000.p/1", "/tile", "/tile/"}) {
    EXPECT_EQ(get(absent).status, 404) << absent;
  }
  EXPECT_EQ(Json::parse(get("/healthz").body)["log_key"], log_signer_.key.to_string());
}

TEST_F(ApiTest, TheNetworkLogAndTheWitnessAreServed) {
  const std::string folder = testing::TempDir() + "api-logs-" + std::to_string(::getpid());
  std::filesystem::remove_all(folder);
  const auto log = *LogDirectory::open(folder + "/network");
  ASSERT_TRUE(log->append(std::vector<Bytes>{{1}, {2, 3}}));
  const CosignedLog network({.signer = *make_note_signer("localhost/test/network", {}),
                             .head = [&log] { return log->head(); },
                             .hashes = log->hashes(),
                             .witnesses = {}});
  const NoteSigner cosigner = *make_note_signer("w", {}, NoteKeyType::cosignature_v1);
  const auto witness = *WitnessDesk::open(
      folder + "/witness", CheckpointWitness(cosigner, {{network.key().name, network.key()}}));
  Api api({.network = kTestNetwork,
           .policy = policy_,
           .clock = clock_,
           .store = store_,
           .registry = *registry_,
           .ingest = ingest_,
           .evidence = evidence_,
           .log_signer = log_signer_,
           .network_checkpoints = &network,
           .network_log = log.get(),
           .witness = witness.get(),
           .move_clock = {}});
  const auto ask = [&api](const std::string& method, const std::string& target,
                          const std::string& body = "") {
    return api.handle_request(
        {.method = method, .target = target, .content_type = {}, .body = body});
  };
  const HttpResponse head = ask("GET", "/network/checkpoint");
  EXPECT_EQ(head.max_age_seconds, 0);
  EXPECT_EQ(open_checkpoint(*parse_note(head.body), network.key())->head, log->head());
  const HttpResponse tile = ask("GET", "/network/tile/entries/000.p/2");
  EXPECT_EQ(tile.body, std::string("\0\1\1\0\2\2\3", 7));
  EXPECT_GT(tile.max_age_seconds, 0);
  EXPECT_EQ(ask("GET", "/network/tile/0/000.p/2").body.size(), 64U);
  EXPECT_EQ(ask("GET", "/network/tile/0/000.p/3").status, 404);
  EXPECT_EQ(ask("GET", "/network/tile/../edge").status, 404);
  const std::string asked = to_string(AddCheckpoint{0, {}, *parse_note(head.body)});
  const HttpResponse cosigned = ask("POST", "/witness/add-checkpoint", asked);
  ASSERT_EQ(cosigned.status, 200) << cosigned.body;
  EXPECT_TRUE(verify_note(*parse_note(head.body + cosigned.body), cosigner.key));
  const HttpResponse stale = ask("POST", "/witness/add-checkpoint", asked);
  EXPECT_EQ(stale.status, 409);
  EXPECT_EQ(stale.content_type, "text/x.tlog.size");
  EXPECT_EQ(stale.body, "2\n");
  const std::string hash = to_hex(sha256(as_bytes(network.key().name)));
  EXPECT_EQ(ask("GET", "/witness/" + hash + "/checkpoint").body, head.body + cosigned.body);
  const Json health = Json::parse(ask("GET", "/healthz").body);
  EXPECT_EQ(health["network_log_key"], network.key().to_string());
  EXPECT_EQ(health["witness_key"], cosigner.key.to_string());
  for (const char* absent : {"/network/checkpoint", "/network/tile/0/000.p/1"}) {
    EXPECT_EQ(get(absent).status, 404) << absent;  // Of a service that has none.
  }
  std::filesystem::remove_all(folder);
}

TEST_F(ApiTest, AcceptedIs202AndHeldIs200) {
  onboard();
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  EXPECT_EQ(post("/v1/headers", batch.header_bytes()).status, 202);
  EXPECT_EQ(post("/v1/headers", batch.header_bytes()).status, 200);
  const HttpResponse first = post("/v1/bodies", batch.body_bytes());
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(Json::parse(first.body), Json({{"accepted", 1}, {"held", 0}}));
  const HttpResponse second = post("/v1/bodies", batch.body_bytes());
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(Json::parse(second.body), Json({{"accepted", 0}, {"held", 1}}));
}

TEST_F(ApiTest, TakesJsonAsWellAsBinary) {
  const SignedBatch batch = signer_.sign({signer_.onboarding(kRound)});
  const std::string header = Json::array({to_json(batch.header)}).dump();
  EXPECT_EQ(post("/v1/headers", header, "application/json").status, 202);
  EXPECT_EQ(post("/v1/headers", batch.header_bytes()).status, 200);
  EXPECT_EQ(post("/v1/bodies", to_json(batch.batch).dump(), "application/json").status, 202);
  EXPECT_EQ(post("/v1/bodies", batch.body_bytes()).status, 200);
}

TEST_F(ApiTest, MalformedIs400WithOneLine) {
  for (const std::string target : {"/v1/headers", "/v1/bodies"}) {
    for (const std::string type : {"application/octet-stream", "application/json", "text/plain"}) {
      const HttpResponse response = post(target, "{nonsense", type);
      EXPECT_EQ(response.status, 400) << target << " " << type;
      const std::string error = Json::parse(response.body).at("error");
      EXPECT_FALSE(error.empty());
      EXPECT_EQ(error.find('\n'), std::string::npos);
    }
  }
}

TEST_F(ApiTest, BadSignatureIs401) {
  SignedBatch batch = signer_.sign({signer_.silence(kRound)});
  batch.header.signature[0] ^= 1;
  EXPECT_EQ(post("/v1/headers", batch.header_bytes()).status, 401);
}

TEST_F(ApiTest, UnregisteredIs401) {
  const SignedBatch batch = signer_.sign({signer_.silence(kRound)});
  ASSERT_EQ(post("/v1/headers", batch.header_bytes()).status, 202);
  EXPECT_EQ(post("/v1/bodies", batch.body_bytes()).status, 401);
}

TEST_F(ApiTest, BodyWithoutHeaderIs404) {
  const SignedBatch batch = signer_.sign({signer_.silence(kRound)});
  EXPECT_EQ(post("/v1/bodies", batch.body_bytes()).status, 404);
}

TEST_F(ApiTest, EquivocationIs409) {
  onboard();
  const SignedBatch first = signer_.sign({signer_.witness(kRound, 1, -9000)});
  const SignedBatch second = signer_.sign({signer_.witness(kRound, 1, -9001)});
  ASSERT_EQ(post("/v1/headers", first.header_bytes()).status, 202);
  ASSERT_EQ(post("/v1/headers", second.header_bytes()).status, 202);
  ASSERT_EQ(post("/v1/bodies", first.body_bytes()).status, 202);
  const HttpResponse response = post("/v1/bodies", second.body_bytes());
  EXPECT_EQ(response.status, 409);
  EXPECT_NE(Json::parse(response.body).at("error").get<std::string>().find("contradicts"),
            std::string::npos);
  const SignedBatch fork = signer_.sign_as(2, {signer_.silence(kRound)});
  EXPECT_EQ(post("/v1/headers", fork.header_bytes()).status, 409);
}

TEST_F(ApiTest, TooLargeIs413) {
  EXPECT_EQ(post("/v1/bodies", std::string(64 * 1024 + 1, 'x')).status, 413);
}

TEST_F(ApiTest, TooEarlyIs429WithRetryAfter) {
  onboard();
  const Round now = round_at(kLate);
  const SignedBatch batch = signer_.sign({signer_.witness(now, 1)});
  ASSERT_EQ(post("/v1/headers", batch.header_bytes()).status, 202);
  const HttpResponse response = post("/v1/bodies", batch.body_bytes());
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.retry_after_seconds, 60 + kHeaderDeadlineSeconds);
}

TEST_F(ApiTest, FailingStoreIs503WithRetryAfter) {
  onboard();
  const SignedBatch batch = signer_.sign({signer_.silence(kRound)});
  store_.fails_to_write = true;
  EXPECT_EQ(post("/v1/headers", batch.header_bytes()).status, 503);
  store_.fails_to_read = true;
  const HttpResponse response = post("/v1/bodies", batch.body_bytes());
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.retry_after_seconds.has_value());
  EXPECT_EQ(get("/v1/hotspots/" + key()).status, 503);
}

TEST_F(ApiTest, WrongMethodIs405AndUnknownPathIs404) {
  const HttpResponse response = get("/v1/headers");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.allow, "POST");
  for (const char* target : {"", "/", "/v2", "//", "/v1/headers/x", "v1/headers", "/v1/rounds/"}) {
    EXPECT_GE(get(target).status, 400) << target;
  }
  EXPECT_EQ(get("/nothing").status, 404);
}

TEST_F(ApiTest, HealthSaysTheLogsHead) {
  onboard();
  const HttpResponse response = get("/healthz");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Json::parse(response.body).at("log_size"), 2);
}

TEST_F(ApiTest, RoundsShowEntropyOnceItIsReleased) {
  const Round now = round_at(kLate);
  Json current = Json::parse(get("/v1/rounds/current").body);
  EXPECT_EQ(current.at("round"), now);
  EXPECT_TRUE(current.at("entropy").is_null());
  EXPECT_EQ(current.at("network"), "31337");
  EXPECT_EQ(current.at("window_first_round"), now / 360 * 360);
  EXPECT_EQ(current.at("policy_hash"), to_hex(rewards::policy_hash(policy_)));
  ASSERT_TRUE(registry_->release({{now, Hash256{1}, Entropy{2}}}));
  EXPECT_EQ(Json::parse(get("/v1/rounds/current").body).at("entropy"), to_hex(Entropy{2}));
  EXPECT_EQ(get("/v1/rounds/" + std::to_string(now - 1)).status, 200);
  EXPECT_EQ(get("/v1/rounds/" + std::to_string(now + 1)).status, 404);
  EXPECT_EQ(get("/v1/rounds/nine").status, 400);
  EXPECT_EQ(get("/v1/rounds/-1").status, 400);
}

TEST_F(ApiOfSystemClockTest, ACacheMayKeepARoundUntilTheNext) {
  ASSERT_TRUE(registry_->release({{round_at(kLate), Hash256{1}, Entropy{2}}}));
  EXPECT_EQ(get("/v1/rounds/current").max_age_seconds, 60);
}

TEST_F(ApiOfSystemClockTest, HasNoClockToSet) {
  EXPECT_EQ(post("/v1/simulation/clock", R"({"unix_ns":"5"})", "application/json").status, 404);
}

TEST_F(ApiTest, VirtualClockMovesForwardOnly) {
  const std::string later = std::to_string(kLate + 1);
  const HttpResponse moved =
      post("/v1/simulation/clock", R"({"unix_ns":")" + later + "\"}", "application/json");
  EXPECT_EQ(moved.status, 200);
  EXPECT_EQ(clock_.now(), kLate + 1);
  EXPECT_EQ(post("/v1/simulation/clock", R"({"unix_ns":"1"})").status, 400);
  EXPECT_EQ(post("/v1/simulation/clock", R"({"unix_ns":5})").status, 400);
  EXPECT_EQ(post("/v1/simulation/clock", R"({"unix_ns":"-5"})").status, 400);
  EXPECT_EQ(post("/v1/simulation/clock", R"({"unix_ns":"9223372036854775807"})").status, 400);
  EXPECT_EQ(post("/v1/simulation/clock", "[]").status, 400);
}

TEST_F(ApiTest, HotspotShowsItsNewestOnboarding) {
  EXPECT_EQ(get("/v1/hotspots/" + key()).status, 404);
  EXPECT_EQ(get("/v1/hotspots/xyz").status, 400);
  onboard();
  const Json body = Json::parse(get("/v1/hotspots/" + key()).body);
  EXPECT_EQ(body.at("hotspot"), key());
  EXPECT_EQ(body.at("onboarding").at("sequence"), "1");
  EXPECT_TRUE(body.at("tier").is_null());
}

TEST_F(ApiTest, TasksAreThoseThatAreOpen) {
  EXPECT_EQ(get("/v1/hotspots/" + key() + "/tasks").status, 404);
  onboard();
  EXPECT_EQ(Json::parse(get("/v1/hotspots/" + key() + "/tasks").body),
            (Json{{"round", round_at(clock_.now())}, {"evidence", Json::array()}}));
  const AuditTask task{.report = Hash256{7},
                       .epoch = 1,
                       .hotspot = signer_.key.public_key,
                       .deadline = kLate + 60 * kNanosPerSecond,
                       .answer = {}};
  ASSERT_TRUE(registry_->add_draw(1, {kRound, Entropy{3}}, {task}));
  const Json tasks = Json::parse(get("/v1/hotspots/" + key() + "/tasks").body);
  ASSERT_EQ(tasks.at("evidence").size(), 1U);
  EXPECT_EQ(tasks["evidence"][0]["report"], to_hex(Hash256{7}));
  clock_.advance_to(task.deadline + 1);
  EXPECT_TRUE(Json::parse(get("/v1/hotspots/" + key() + "/tasks").body).at("evidence").empty());
}

TEST_F(ApiTest, EpochsThatAreNotSealedHaveNoFiles) {
  const std::uint64_t epoch = round_at(clock_.now()) / policy_.epoch_rounds;
  const std::string path = "/v1/epochs/" + std::to_string(epoch);
  EXPECT_EQ(get(path).status, 404) << "before the first epoch";
  ASSERT_TRUE(registry_->set_first_epoch(epoch));
  EXPECT_EQ(Json::parse(get(path).body).at("status"), "open");
  EXPECT_EQ(get(path + "/record").status, 404);
  EXPECT_EQ(get(path + "/payouts/0x" + std::string(40, '1')).status, 404);
  EXPECT_EQ(get("/v1/epochs/" + std::to_string(epoch + 1)).status, 404);
  clock_.advance_to(round_opening((epoch + 1) * policy_.epoch_rounds));
  EXPECT_EQ(Json::parse(get(path).body).at("status"), "grace");
  EXPECT_EQ(get("/v1/epochs/x").status, 400);
}

TEST_F(ApiTest, SealedEpochsServeTheirFiles) {
  rewards::Artifact artifact;
  artifact.epoch = 5;
  artifact.accounts = {{EvmAddress{1}, 7}, {EvmAddress{2}, 9}};
  artifact.cumulative_total = 16;
  const SealedEpoch sealed{.epoch = 5,
                           .record = {1, 2},
                           .seal = {3},
                           .artifact = rewards::encode(artifact),
                           .policy_toml = "name = \"p\"\n",
                           .summary_json = R"({"status":"sealed"})",
                           .coverage_geojson = R"({"type":"FeatureCollection"})",
                           .standings = {},
                           .log = {}};
  ASSERT_TRUE(registry_->add_sealed(sealed));
  EXPECT_EQ(get("/v1/epochs/5").body, sealed.summary_json);
  EXPECT_EQ(get("/v1/epochs/5/record").body, std::string("\x01\x02"));
  EXPECT_EQ(get("/v1/epochs/5/seal").body, std::string("\x03"));
  EXPECT_EQ(get("/v1/epochs/5/policy").body, sealed.policy_toml);
  EXPECT_EQ(get("/v1/epochs/5/artifact").body.size(), sealed.artifact.size());
  EXPECT_EQ(get("/v1/epochs/5/other").status, 404);
  EXPECT_EQ(get("/v1/coverage.geojson").body, sealed.coverage_geojson);
  const std::string account = "0x01" + std::string(38, '0');
  const Json payout = Json::parse(get("/v1/epochs/5/payouts/" + account).body);
  EXPECT_EQ(payout.at("account"), account);
  EXPECT_EQ(payout.at("cumulative"), "7");
  EXPECT_EQ(payout.at("proof").size(), 1U);
  EXPECT_EQ(get("/v1/epochs/5/payouts/0x" + std::string(40, '9')).status, 404);
  EXPECT_EQ(get("/v1/epochs/5/payouts/bob").status, 400);
}

TEST_F(ApiTest, CoverageBeforeAnySealShowsWhoHasOnboarded) {
  onboard();
  const HttpResponse response = get("/v1/coverage.geojson");
  EXPECT_EQ(response.content_type, "application/geo+json");
  const Json map = Json::parse(response.body);
  ASSERT_EQ(map.at("features").size(), 1U);
  const Json& point = map["features"][0];
  EXPECT_NEAR(point["geometry"]["coordinates"][0].get<double>(), 8.0, 1e-6);
  EXPECT_NEAR(point["geometry"]["coordinates"][1].get<double>(), 47.01, 1e-6);
  EXPECT_TRUE(point["properties"]["tier"].is_null());
}

TEST_F(ApiTest, EvidenceNobodyAskedForIs404) {
  EXPECT_EQ(post("/v1/evidence/" + to_hex(Hash256{1}), "x").status, 404);
  EXPECT_EQ(post("/v1/evidence/zz", "x").status, 400);
}

}  // namespace
}  // namespace earshot::verifier
