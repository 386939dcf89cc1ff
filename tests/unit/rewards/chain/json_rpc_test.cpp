#include "rewards/chain/json_rpc.h"

#include <gtest/gtest.h>

namespace earshot::rewards::chain {
namespace {

using nlohmann::json;

TEST(Endpoint, IsReadFromAUrl) {
  const Result<Endpoint> endpoint = parse_endpoint("http://127.0.0.1:8545/key");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->host, "127.0.0.1");
  EXPECT_EQ(endpoint->port, "8545");
  EXPECT_EQ(endpoint->target, "/key");
  EXPECT_EQ(parse_endpoint("http://node")->port, "80");
  EXPECT_EQ(parse_endpoint("http://node")->target, "/");
}

TEST(Endpoint, OtherUrlsAreRefusedInOneLine) {
  for (const char* url : {"", "node:8545", "https://node", "http://", "http://node:", "http://:1",
                          "http://node:65536", "http://node:12a", "http://[::1]:8545",
                          "http://no de/", "http://node/\r\nX: y"}) {
    const Result<Endpoint> endpoint = parse_endpoint(url);
    ASSERT_FALSE(endpoint) << url;
    EXPECT_EQ(endpoint.error().code, Errc::usage);
  }
}

TEST(RpcReply, CarriesTheResultOrTheRefusal) {
  EXPECT_EQ(parse_rpc_reply(R"({"jsonrpc":"2.0","id":3,"result":"0x1"})", 3)->result, "0x1");
  const Result<RpcReply> refused = parse_rpc_reply(
      R"({"id":3,"error":{"code":3,"message":"execution reverted","data":"0x1234"}})", 3);
  ASSERT_TRUE(refused && refused->refusal);
  EXPECT_EQ(refused->refusal->code, 3);
  EXPECT_EQ(refused->refusal->message, "execution reverted");
  EXPECT_EQ(refused->refusal->data, (Bytes{0x12, 0x34}));
}

TEST(RpcReply, AnythingElseIsBadData) {
  for (const char* body : {"", "x", "[]", "{}", "null", R"({"id":3})", R"({"id":4,"result":1})",
                           R"({"id":"3","result":1})", R"({"result":1})"}) {
    const Result<RpcReply> reply = parse_rpc_reply(body, 3);
    ASSERT_FALSE(reply) << body;
    EXPECT_EQ(reply.error().code, Errc::bad_data);
  }
}

TEST(Quantity, RoundTrips) {
  for (const Uint128 value : {Uint128{0}, Uint128{1}, Uint128{255}, ~Uint128{0}}) {
    EXPECT_EQ(*parse_quantity(json(to_quantity(value))), value);
  }
  EXPECT_EQ(to_quantity(0x1F), "0x1f");
}

TEST(Quantity, OtherFormsAreRefused) {
  for (const json& value : {json("0x"), json("1"), json("0x01"), json("0xg"), json(1), json(),
                            json("0x" + std::string(33, '1'))}) {
    EXPECT_FALSE(parse_quantity(value)) << value;
  }
  EXPECT_FALSE(parse_quantity64(json("0x10000000000000000")));
}

TEST(JsonRpc, DeadNodeIsOneLineThatNamesIt) {
  // Port 1 of this machine: nobody listens there.
  JsonRpc rpc(*parse_endpoint("http://127.0.0.1:1"), std::chrono::seconds(5));
  const Result<json> answer = rpc.call("eth_chainId", json::array());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_EQ(answer.error().detail.find("node at http://127.0.0.1:1 does not answer: "), 0U);
  EXPECT_EQ(answer.error().detail.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace earshot::rewards::chain
