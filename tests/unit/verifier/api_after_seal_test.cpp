// What came when its epoch was sealed already has a verdict too, and it can be asked for.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/doubles/fake_signer.h"
#include "tests/doubles/memory_service.h"
#include "tests/doubles/record_builder.h"
#include "verifier/epoch_calendar.h"
#include "verifier/publication.h"

namespace earshot::verifier {
namespace {

class AfterSealTest : public testing::Test {
 protected:
  AfterSealTest() {
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
    builder_.fill();
    record_ = builder_.build();
    const EpochOutcome outcome = *judge_epoch(record_, builder_.policy());
    EXPECT_TRUE(service_.registry->add_sealed(publish(record_, builder_.policy(), outcome)));
  }
  Hash256 keep(UnixNanos received) {
    const Message message = signer_.witness(builder_.first_round(), 1);
    const Hash256 id = message_id(record_.network, message);
    WriteSet writes;
    writes.messages.push_back(
        {.id = id, .message = message, .header = {}, .path = {}, .received = received});
    writes.statements.emplace_back(statement_bytes(message), id);
    EXPECT_TRUE(service_.store.commit(writes));
    return id;
  }
  HttpResponse get(const std::string& path) {
    return service_.api.handle_request(
        {.method = "GET",
         .target = "/v1/epochs/" + std::to_string(record_.epoch) + path,
         .content_type = {},
         .body = {}});
  }

  RecordBuilder builder_;
  EpochRecord record_;
  MemoryService service_{
      {.policy = builder_.policy(),
       .now = seal_time(builder_.policy(), builder_.head().epoch) + 7 * kNanosPerSecond}};
  FakeSigner signer_{9};
};

TEST_F(AfterSealTest, IsListedAndExplained) {
  const Hash256 id = keep(service_.clock.now());
  EXPECT_NE(get("").body.find(to_hex(id)), std::string::npos);
  const HttpResponse why = get("/explain/" + to_hex(id));
  ASSERT_EQ(why.status, 200) << why.body;
  const nlohmann::json body = nlohmann::json::parse(why.body);
  EXPECT_EQ(body.at("reason"), "after_seal");
  EXPECT_EQ(body.at("verdict"), "late");
  EXPECT_FALSE(body.at("meaning").get<std::string>().empty());
}

TEST_F(AfterSealTest, WhatIsThereNowhereIsStill404) {
  keep(service_.clock.now());
  EXPECT_EQ(get("/explain/" + std::string(64, '7')).status, 404);
}

}  // namespace
}  // namespace earshot::verifier
