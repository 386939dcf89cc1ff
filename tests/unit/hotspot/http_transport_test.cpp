#include "hotspot/http_transport.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace earshot::hotspot {
namespace {

// Accepts one connection, reads what comes until the body is whole, answers with fixed bytes.
class OneShotServer {
 public:
  explicit OneShotServer(std::string answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  OneShotServer(const OneShotServer&) = delete;
  OneShotServer& operator=(const OneShotServer&) = delete;
  ~OneShotServer() {
    thread_.join();
    ::close(listener_);
  }
  Url url() const { return {"127.0.0.1", port_, "/at"}; }
  std::string request() {
    if (thread_.joinable()) thread_.join(), thread_ = std::thread([] {});
    return request_;
  }

 private:
  void serve() {
    const int client = ::accept(listener_, nullptr, nullptr);
    char buffer[4096];
    while (request_.find("payload") == std::string::npos &&
           !(request_.starts_with("GET") && request_.ends_with("\r\n\r\n"))) {
      const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      request_.append(buffer, static_cast<std::size_t>(count));
    }
    if (answer_ != "silence") {
      ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    } else {
      char one = 0;  // Until the other side gives up.
      static_cast<void>(::recv(client, &one, 1, 0));
    }
    ::close(client);
  }

  std::string answer_, request_, port_;
  int listener_ = -1;
  std::thread thread_;
};

HttpRequest post() {
  const std::string text = "payload";
  return {"POST", "/v1/headers", "application/octet-stream", {text.begin(), text.end()}};
}

TEST(HttpTransport, PostsAndReadsStatusBodyAndRetryAfter) {
  OneShotServer server(
      "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 17\r\nContent-Length: "
      "5\r\n\r\nlater");
  const Result<HttpResponse> response = HttpTransport(server.url(), 5).exchange(post());
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 429);
  EXPECT_EQ(response->retry_after_seconds, 17);
  EXPECT_EQ(response->body, "later");
  const std::string request = server.request();
  EXPECT_TRUE(request.starts_with("POST /at/v1/headers HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("Content-Length: 7\r\n"), std::string::npos);
  EXPECT_NE(request.find("Content-Type: application/octet-stream\r\n"), std::string::npos);
}

TEST(HttpTransport, GetsWithoutABody) {
  OneShotServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  const Result<HttpResponse> response =
      HttpTransport(server.url(), 5).exchange({"GET", "/v1/rounds/current", "", {}});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 200);
  EXPECT_FALSE(response->retry_after_seconds);
}

TEST(HttpTransport, IsUnavailableWhenNobodyListens) {
  const Result<HttpResponse> response = HttpTransport({"127.0.0.1", "1", ""}, 5).exchange(post());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::unavailable);
  EXPECT_NE(response.error().detail.find("http://127.0.0.1:1"), std::string::npos);
}

TEST(HttpTransport, GivesUpOnAServerThatIsSilent) {
  OneShotServer server("silence");
  const Result<HttpResponse> response = HttpTransport(server.url(), 1).exchange(post());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::unavailable);
}

TEST(HttpTransport, IsUnavailableWhenTheAnswerIsCutOffOrNoHttpOrTooLong) {
  const std::string long_answer = "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n";
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
        std::string("SSH-2.0\r\n"), std::string(), long_answer}) {
    OneShotServer server(answer);
    const Result<HttpResponse> response = HttpTransport(server.url(), 5).exchange(post());
    ASSERT_FALSE(response) << answer;
    EXPECT_EQ(response.error().code, Errc::unavailable);
  }
}

}  // namespace
}  // namespace earshot::hotspot
