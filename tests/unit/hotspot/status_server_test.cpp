#include "hotspot/status_server.h"

#include <gtest/gtest.h>

#include "hotspot/http_transport.h"

namespace earshot::hotspot {
namespace {

TEST(StatusServer, ServesItsPagesAndNothingElse) {
  const auto server =
      StatusServer::listen("127.0.0.1:0", [](const std::string& path) -> std::optional<StatusPage> {
        if (path != "/status") return std::nullopt;
        return StatusPage{"application/json", "{}"};
      });
  ASSERT_TRUE(server) << server.error().detail;
  HttpTransport client(*parse_url("http://" + (*server)->address()), 60);
  const Result<HttpResponse> page = client.exchange({"GET", "/status", "", {}});
  ASSERT_TRUE(page) << page.error().detail;
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->body, "{}");
  EXPECT_EQ(client.exchange({"GET", "/other", "", {}})->status, 404);
  EXPECT_EQ(client.exchange({"POST", "/status", "", {}})->status, 404);
}

TEST(StatusServer, SaysWhyItDoesNotListen) {
  const auto nothing = [](const std::string&) { return std::nullopt; };
  EXPECT_EQ(StatusServer::listen("localhost:1", nothing).error().code, Errc::configuration);
  EXPECT_EQ(StatusServer::listen("127.0.0.1", nothing).error().code, Errc::configuration);
  const auto first = StatusServer::listen("127.0.0.1:0", nothing);
  ASSERT_TRUE(first);
  EXPECT_EQ(StatusServer::listen((*first)->address(), nothing).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace earshot::hotspot
