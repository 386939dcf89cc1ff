#include "hotspot/http_transport.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "hotspot/config.h"
#include "verifier/config.h"

namespace earshot::hotspot {
namespace {

// Serves one connection after the other: reads a request, sends the next of the connection's fixed
// answers, and closes after the last. Not a word of an answer "silence" comes.
class ScriptedServer {
 public:
  using Answers = std::vector<std::string>;

  explicit ScriptedServer(std::vector<Answers> connections) : script_(std::move(connections)) {
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
  explicit ScriptedServer(const std::string& answer)
      : ScriptedServer(std::vector<Answers>{{answer}}) {}
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    end();
    ::close(listener_);
  }
  Url url() const { return {"127.0.0.1", port_, "/at"}; }
  // What came, whole requests, once no more can come.
  const std::vector<std::string>& requests() {
    end();
    return requests_;
  }
  std::size_t connections() {
    end();
    return connections_;
  }

 private:
  void end() {
    ::shutdown(listener_, SHUT_RDWR);  // Ends a wait for another connection.
    if (thread_.joinable()) thread_.join();
  }
  void serve() {
    for (const Answers& answers : script_) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      ++connections_;
      for (const std::string& answer : answers) {
        if (!read_request(client)) break;
        if (answer == "silence") {
          char one = 0;  // Until the other side gives up.
          static_cast<void>(::recv(client, &one, 1, 0));
        } else {
          ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
        }
      }
      ::close(client);
    }
  }
  bool read_request(int client) {
    std::string request;
    while (request.find("payload") == std::string::npos &&
           !(request.starts_with("GET") && request.ends_with("\r\n\r\n"))) {
      char buffer[4096];
      const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
      if (count <= 0) return false;
      request.append(buffer, static_cast<std::size_t>(count));
    }
    requests_.push_back(request);
    return true;
  }

  std::vector<Answers> script_;
  std::vector<std::string> requests_;
  std::size_t connections_ = 0;
  std::string port_;
  int listener_ = -1;
  std::thread thread_;
};

const std::string kFine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

HttpRequest post() {
  const std::string text = "payload";
  return {"POST", "/v1/headers", "application/octet-stream", {text.begin(), text.end()}};
}

TEST(HttpTransport, PostsAndReadsStatusBodyAndRetryAfter) {
  ScriptedServer server(
      "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 17\r\nContent-Length: "
      "5\r\n\r\nlater");
  const Result<HttpResponse> response = HttpTransport(server.url(), 5).exchange(post());
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 429);
  EXPECT_EQ(response->retry_after_seconds, 17);
  EXPECT_EQ(response->body, "later");
  const std::string request = server.requests().at(0);
  EXPECT_TRUE(request.starts_with("POST /at/v1/headers HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("Content-Length: 7\r\n"), std::string::npos);
  EXPECT_NE(request.find("Content-Type: application/octet-stream\r\n"), std::string::npos);
}

TEST(HttpTransport, GetsWithoutABody) {
  ScriptedServer server(kFine);
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
  ScriptedServer server("silence");
  const Result<HttpResponse> response = HttpTransport(server.url(), 1).exchange(post());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::unavailable);
}

TEST(HttpTransport, IsUnavailableWhenTheAnswerIsCutOffOrNoHttpOrTooLong) {
  const std::string long_answer = "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n";
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
        std::string("SSH-2.0\r\n"), std::string(), long_answer}) {
    ScriptedServer server(answer);
    const Result<HttpResponse> response = HttpTransport(server.url(), 5).exchange(post());
    ASSERT_FALSE(response) << answer;
    EXPECT_EQ(response.error().code, Errc::unavailable);
  }
}

// How many of `count` requests were answered.
std::size_t answered(HttpTransport& transport, std::size_t count) {
  std::size_t answers = 0;
  for (std::size_t i = 0; i < count; ++i) answers += transport.exchange(post()) ? 1 : 0;
  return answers;
}

TEST(HttpTransport, AHundredRequestsTakeOneConnection) {
  ScriptedServer server(std::vector(2, ScriptedServer::Answers(100, kFine)));
  HttpTransport transport(server.url(), 60);
  EXPECT_EQ(answered(transport, 100), 100U);
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpTransport, GoesOnOverANewConnectionWhereTheServerClosedOne) {
  ScriptedServer server(std::vector(3, ScriptedServer::Answers(3, kFine)));
  HttpTransport transport(server.url(), 60);
  EXPECT_EQ(answered(transport, 9), 9U);
  EXPECT_EQ(server.requests().size(), 9U);
  EXPECT_EQ(server.connections(), 3U);
}

TEST(HttpTransport, RepeatsWhatWasNotAnsweredOnAKeptConnectionOnceOnly) {
  ScriptedServer server({{kFine, ""}, {""}, {kFine}});
  HttpTransport transport(server.url(), 60);
  EXPECT_TRUE(transport.exchange(post()));
  EXPECT_FALSE(transport.exchange(post()));  // Kept, then new, and no answer on either.
  EXPECT_TRUE(transport.exchange(post()));
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST(HttpTransport, RepeatsNothingOnceAnAnswerHasBegunOrTimeIsUp) {
  for (const std::string& answer : {std::string("HTTP/1.1 2"), std::string("silence")}) {
    ScriptedServer server({{kFine, answer}, {kFine}});
    HttpTransport transport(server.url(), answer == "silence" ? 1 : 60);
    EXPECT_TRUE(transport.exchange(post()));
    EXPECT_FALSE(transport.exchange(post())) << answer;
    EXPECT_EQ(server.requests().size(), 2U) << answer;
  }
}

TEST(HttpTransport, KeepsNoConnectionThatTheServerWillClose) {
  const std::string last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  // Were the first connection used again, its second answer would come.
  ScriptedServer server({{last, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"}, {kFine}});
  HttpTransport transport(server.url(), 60);
  EXPECT_EQ(transport.exchange(post())->status, 200);
  EXPECT_EQ(transport.exchange(post())->status, 200);
  EXPECT_EQ(server.connections(), 2U);
}

TEST(HttpTransport, DropsAConnectionThatWasIdleForTooLong) {
  ScriptedServer server({{kFine, kFine}, {kFine, kFine}, {kFine}});
  HttpTransport transport(server.url(), 60, std::chrono::milliseconds(0));
  EXPECT_EQ(answered(transport, 3), 3U);
  EXPECT_EQ(server.connections(), 3U);
  // Longer than a minute's pause between polls, shorter than a verifier waits.
  EXPECT_GT(kConnectionKept, std::chrono::seconds(Config{}.audit_poll_seconds));
  EXPECT_LT(kConnectionKept, std::chrono::seconds(verifier::HttpConfig{}.idle_timeout_seconds));
}

}  // namespace
}  // namespace earshot::hotspot
