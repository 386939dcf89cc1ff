#include "verifier/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/doubles/fresh_certificate.h"

namespace earshot::verifier {
namespace {

// A connection of a test: plain POSIX, so that nothing of the server's library checks itself.
class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    is_connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool is_connected() const { return is_connected_; }
  void send(const std::string& text) {
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void try_send(const std::string& text) { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  // One whole answer, or what came before the connection ended.
  std::string receive() {
    std::string& text = received_;
    while (true) {
      const std::size_t end = text.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t at = text.find("Content-Length: ");
        const std::size_t length = at < end ? std::stoul(text.substr(at + 16)) : 0;
        const std::size_t whole = end + 4 + (is_head_ ? 0 : length);
        if (text.size() >= whole) {
          const std::string answer = text.substr(0, whole);
          text.erase(0, whole);
          return answer;
        }
      }
      static thread_local std::array<char, 262'144> buffer;  // Few calls for large answers.
      const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
      if (count <= 0) return std::exchange(text, "");
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  std::string ask(const std::string& text) {
    send(text);
    return receive();
  }
  bool is_closed() { return receive().empty(); }
  void expect_no_body() { is_head_ = true; }

 private:
  int fd_;
  bool is_connected_ = false;
  bool is_head_ = false;
  std::string received_;
};

std::string post(const std::string& body, const std::string& fields = "") {
  return "POST /echo HTTP/1.1\r\nHost: x\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}
std::string status_of(const std::string& answer) { return answer.substr(9, 3); }

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override {
    config_.port = 0;
    config_.io_threads = 2;
    config_.max_body_bytes = 4096;
    config_.max_header_bytes = 1024;
    config_.max_connections = 8;
    config_.request_timeout_seconds = 1;
    config_.idle_timeout_seconds = 1;
    config_.drain_seconds = 5;
  }
  void TearDown() override { stop(); }

  void start() {
    Result<std::unique_ptr<HttpServer>> server = HttpServer::listen(config_, log_);
    ASSERT_TRUE(server) << server.error().detail;
    server_ = std::move(*server);
    thread_ = std::thread([this] {
      server_->run(
          [this](const HttpRequest& request, const HttpReply& reply) { reply(handle(request)); });
    });
  }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  HttpResponse handle(const HttpRequest& request) {
    if (request.target == "/fail") throw std::runtime_error("inside");
    if (request.target == "/large") return {.status = 200, .body = std::string(16 << 20, 'x')};
    if (request.target == "/slow") {
      is_in_slow_ = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    return {.status = 200, .body = request.content_type + "|" + request.body};
  }

  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
  HttpConfig config_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
  std::atomic<bool> is_in_slow_{false};
};

TEST_F(HttpServerTest, AnswersManyRequestsOfOneConnection) {
  start();
  Client client(server_->port());
  for (int i = 0; i < 3; ++i) {
    const std::string answer =
        client.ask(post("abc", "Content-Type: Application/JSON; charset=utf-8\r\n"));
    EXPECT_EQ(status_of(answer), "200");
    EXPECT_NE(answer.find("application/json|abc"), std::string::npos) << answer;
  }
}

TEST_F(HttpServerTest, AnswersSeveralThreadsAtOnce) {
  start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      Client client(server_->port());
      for (int i = 0; i < 50; ++i) {
        const std::string body(static_cast<std::size_t>(i) * 10, 'b');
        EXPECT_NE(client.ask(post(body)).find("|" + body), std::string::npos);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(HttpServerTest, ATooLongBodyIs413AndTheAnswerArrives) {
  start();
  Client client(server_->port());
  EXPECT_EQ(status_of(client.ask(post(std::string(100'000, 'x')))), "413");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, TooLongHeaderFieldsAre431) {
  start();
  Client client(server_->port());
  EXPECT_EQ(status_of(client.ask(post("", "X: " + std::string(2000, 'y') + "\r\n"))), "431");
}

TEST_F(HttpServerTest, NonsenseIs400) {
  start();
  Client client(server_->port());
  EXPECT_EQ(status_of(client.ask("\x16\x03\x01 hello\r\n\r\n")), "400");
}

TEST_F(HttpServerTest, AFailureInsideIs500AndTheServerLives) {
  start();
  Client client(server_->port());
  EXPECT_EQ(status_of(client.ask(get("/fail"))), "500");
  EXPECT_EQ(status_of(client.ask(get("/ok"))), "200");
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  start();
  Client client(server_->port());
  client.expect_no_body();
  const std::string answer = client.ask("HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(answer), "200");
  EXPECT_NE(answer.find("Content-Length: 1\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(client.is_closed()) << "after the idle timeout";
}

TEST_F(HttpServerTest, AnUnfinishedRequestIsCutOff) {
  start();
  Client client(server_->port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nonly this");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, OneConnectionTooManyIs503) {
  config_.max_connections = 2;
  start();
  Client first(server_->port());
  Client second(server_->port());
  EXPECT_EQ(status_of(first.ask(get("/a"))), "200");
  EXPECT_EQ(status_of(second.ask(get("/a"))), "200");
  Client third(server_->port());
  const std::string answer = third.receive();
  EXPECT_EQ(status_of(answer), "503");
  EXPECT_NE(answer.find("Retry-After: 1\r\n"), std::string::npos);
}

TEST_F(HttpServerTest, WithAQuarterOfTheRoomLeftConnectionsGoWithTheirAnswer) {
  config_.max_connections = 4;
  config_.idle_timeout_seconds = 60;
  start();
  std::vector<std::unique_ptr<Client>> kept;
  for (int i = 0; i < 3; ++i) {
    kept.push_back(std::make_unique<Client>(server_->port()));
    EXPECT_EQ(kept.back()->ask(get("/a")).find("Connection: close"), std::string::npos);
  }
  for (int i = 0; i < 20; ++i) {  // More than there is room for, one after the other.
    const std::string answer = Client(server_->port()).ask(get("/a"));
    EXPECT_EQ(status_of(answer), "200");
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
    while (server_->counters().connections > 3) std::this_thread::yield();
  }
  for (const auto& client : kept) EXPECT_EQ(status_of(client->ask(get("/a"))), "200");
}

TEST_F(HttpServerTest, StoppingLetsRequestsInProgressEnd) {
  config_.idle_timeout_seconds = 60;
  start();
  Client busy(server_->port());
  Client idle(server_->port());
  EXPECT_EQ(status_of(idle.ask(get("/a"))), "200");
  busy.send(get("/slow"));
  while (!is_in_slow_) std::this_thread::yield();
  const auto begin = std::chrono::steady_clock::now();
  stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
  EXPECT_EQ(status_of(busy.receive()), "200");
  EXPECT_TRUE(idle.is_closed());
  EXPECT_FALSE(Client(server_->port()).is_connected());
}

TEST_F(HttpServerTest, WhoDoesNotEndInTimeIsCutOff) {
  config_.idle_timeout_seconds = 60;
  config_.request_timeout_seconds = 60;
  config_.drain_seconds = 1;
  start();
  Client half(server_->port());
  half.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nonly this");
  Client other(server_->port());
  EXPECT_EQ(status_of(other.ask(get("/a"))), "200") << "the first one is being read by now";
  stop();
  server_.reset();
  EXPECT_TRUE(half.is_closed());
}

TEST_F(HttpServerTest, AnswersRequestsThatComeAtOnceInOrder) {
  start();
  Client client(server_->port());
  client.send(post("one") + post("two") + get("/three"));
  for (const char* body : {"|one", "|two", "|"}) {
    const std::string answer = client.receive();
    EXPECT_TRUE(answer.ends_with(body)) << answer;
  }
}

TEST_F(HttpServerTest, TakesARequestByteByByte) {
  config_.request_timeout_seconds = 60;
  start();
  Client client(server_->port());
  for (const char byte : post("slowly")) client.send(std::string(1, byte));
  EXPECT_TRUE(client.receive().ends_with("|slowly"));
}

TEST_F(HttpServerTest, TakesABodyInChunks) {
  start();
  Client client(server_->port());
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_TRUE(client.ask(head + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").ends_with("|abcde"));
  client.send(head);
  for (int i = 0; i < 3; ++i) client.send("800\r\n" + std::string(0x800, 'x') + "\r\n");
  EXPECT_EQ(status_of(client.receive()), "413");
}

TEST_F(HttpServerTest, TellsAPeerThatWaitsToGoOn) {
  start();
  Client client(server_->port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(status_of(client.receive()), "100");
  EXPECT_TRUE(client.ask("abc").ends_with("|abc"));
}

TEST_F(HttpServerTest, AnOldPeerGetsOneAnswer) {
  start();
  Client client(server_->port());
  const std::string answer = client.ask("GET /x HTTP/1.0\r\n\r\n");
  EXPECT_EQ(status_of(answer), "200");
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(client.is_closed());
}

// Each byte in time for the next, none in time for the whole.
TEST_F(HttpServerTest, ASlowLorisIsCutOffHoweverOftenItSends) {
  start();
  Client loris(server_->port());
  Client honest(server_->port());
  loris.send("POST /echo HTTP/1.1\r\n");
  while (server_->counters().timed_out_requests == 0) {
    EXPECT_EQ(status_of(honest.ask(get("/ok"))), "200");
    loris.try_send("X: y\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(loris.is_closed());
}

TEST_F(HttpServerTest, BodiesBeyondTheBudgetAre503AndTheBudgetComesBack) {
  config_.max_body_bytes = 4096;
  config_.max_buffered_bytes = 12'500;
  config_.request_timeout_seconds = 60;
  start();
  const std::string most(3000, 'x');
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n";
  std::vector<std::unique_ptr<Client>> holders;
  for (int i = 0; i < 3; ++i) {
    holders.push_back(std::make_unique<Client>(server_->port()));
    holders.back()->send(head + most);
  }
  while (server_->body_bytes() < 9000) std::this_thread::yield();
  Client late(server_->port());
  const std::string refused = late.ask(post(std::string(3600, 'x')));
  EXPECT_EQ(status_of(refused), "503");
  EXPECT_NE(refused.find("Retry-After: 1\r\n"), std::string::npos);
  for (auto& holder : holders) EXPECT_EQ(status_of(holder->ask(std::string(1000, 'y'))), "200");
  while (server_->body_bytes() > 0) std::this_thread::yield();
  Client again(server_->port());
  EXPECT_EQ(status_of(again.ask(post(most))), "200");
}

TEST_F(HttpServerTest, LargeAnswersToPeersThatDoNotReadAreBounded) {
  config_.max_buffered_bytes = 40 << 20;
  config_.request_timeout_seconds = 60;
  start();
  std::vector<std::unique_ptr<Client>> readers;
  for (int i = 0; i < 3; ++i) {
    readers.push_back(std::make_unique<Client>(server_->port()));
    readers.back()->send(get("/large"));  // 16 MiB each; the kernel takes some of it.
  }
  while (server_->counters().refused_answers == 0) std::this_thread::yield();
  std::size_t refused = 0;
  for (auto& reader : readers) refused += status_of(reader->receive()) == "503" ? 1 : 0;
  EXPECT_EQ(refused, 1U);
  Client again(server_->port());
  EXPECT_EQ(status_of(again.ask(get("/large"))), "200");
}

TEST_F(HttpServerTest, AReplyMayComeFromAnotherThreadAndAfterThePeerHasGone) {
  std::vector<std::thread> threads;
  std::mutex mutex;
  Result<std::unique_ptr<HttpServer>> server = HttpServer::listen(config_, log_);
  ASSERT_TRUE(server);
  server_ = std::move(*server);
  thread_ = std::thread([&] {
    server_->run([&](const HttpRequest& request, const HttpReply& reply) {
      const std::lock_guard lock(mutex);
      threads.emplace_back([reply, body = request.body] { reply({.status = 200, .body = body}); });
    });
  });
  for (int i = 0; i < 20; ++i) {
    Client stays(server_->port());
    {
      Client(server_->port()).send(post("gone"));
    }
    EXPECT_TRUE(stays.ask(post("here")).ends_with("here"));
  }
  stop();
  for (std::thread& thread : threads) thread.join();
}

TEST_F(HttpServerTest, BeatsWhileItServesAndSaysThatItStops) {
  Result<std::unique_ptr<HttpServer>> server = HttpServer::listen(config_, log_);
  ASSERT_TRUE(server);
  server_ = std::move(*server);
  std::atomic<int> beats{0};
  std::atomic<bool> stops{false};
  thread_ = std::thread([&] {
    server_->run([this](const HttpRequest& r, const HttpReply& reply) { reply(handle(r)); },
                 {.beat = [&] { ++beats; }, .on_drain = [&] { stops = true; }});
  });
  while (beats < 2) std::this_thread::yield();
  EXPECT_FALSE(stops);
  stop();
  EXPECT_TRUE(stops);
  EXPECT_TRUE(server_->is_draining());
}

class HttpsServerTest : public HttpServerTest {
 protected:
  void SetUp() override {
    HttpServerTest::SetUp();
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's client writes to what the server has closed.
    const std::string base = testing::TempDir() + "https-" + std::to_string(getpid());
    config_.tls_certificate = base + ".crt";
    config_.tls_key = base + ".key";
    write_fresh_certificate(config_.tls_certificate, config_.tls_key);
  }
  void TearDown() override {
    HttpServerTest::TearDown();
    std::filesystem::remove(config_.tls_certificate);
    std::filesystem::remove(config_.tls_key);
  }
  // A TLS client that speaks at most `version`; null when the server does not want it.
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::unique_ptr<SSL, FreeSsl> connect(int version) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_max_proto_version(context, version);
    std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(context));
    SSL_CTX_free(context);
    BIO* bio = BIO_new_connect(("127.0.0.1:" + std::to_string(server_->port())).c_str());
    SSL_set_bio(ssl.get(), bio, bio);
    if (SSL_connect(ssl.get()) != 1) return nullptr;
    return ssl;
  }
};

TEST_F(HttpsServerTest, SpeaksTls13AndKeepsTheConnection) {
  start();
  EXPECT_TRUE(server_->url().starts_with("https://"));
  const auto ssl = connect(TLS1_3_VERSION);
  ASSERT_NE(ssl, nullptr);
  EXPECT_STREQ(SSL_get_version(ssl.get()), "TLSv1.3");
  for (const std::string body : {"one", "two"}) {
    const std::string request = post(body);
    ASSERT_EQ(SSL_write(ssl.get(), request.data(), static_cast<int>(request.size())),
              static_cast<int>(request.size()));
    char buffer[4096];
    const int count = SSL_read(ssl.get(), buffer, sizeof buffer);
    ASSERT_GT(count, 0);
    EXPECT_TRUE(std::string(buffer, static_cast<std::size_t>(count)).ends_with("|" + body));
  }
}

TEST_F(HttpsServerTest, RefusesOlderVersionsAndPlainHttp) {
  start();
  EXPECT_EQ(connect(TLS1_2_VERSION), nullptr);
  Client plain(server_->port());
  plain.send(get("/x"));
  plain.receive();  // An alert, perhaps.
  EXPECT_TRUE(plain.is_closed());
  while (server_->counters().failed_handshakes < 2) std::this_thread::yield();
  EXPECT_NE(connect(TLS1_3_VERSION), nullptr);
}

TEST_F(HttpsServerTest, AHandshakeThatDoesNotEndIsCutOff) {
  start();
  Client silent(server_->port());
  EXPECT_TRUE(silent.is_closed());
}

TEST_F(HttpsServerTest, AKeyThatIsNotTheCertificatesIsConfiguration) {
  write_fresh_certificate(config_.tls_certificate + "2", config_.tls_key);
  const auto server = HttpServer::listen(config_, log_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::configuration);
  EXPECT_TRUE(server.error().detail.starts_with("http.tls_key: ")) << server.error().detail;
  config_.tls_certificate = config_.tls_key;
  const auto none = HttpServer::listen(config_, log_);
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().detail.starts_with("http.tls_certificate: ")) << none.error().detail;
}

TEST_F(HttpServerTest, SigtermStops) {
  start();
  Client client(server_->port());
  EXPECT_EQ(status_of(client.ask(get("/a"))), "200");
  raise(SIGTERM);
  thread_.join();
}

TEST_F(HttpServerTest, ABusyPortIsOneLine) {
  start();
  HttpConfig same = config_;
  same.port = server_->port();
  const auto second = HttpServer::listen(same, log_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::unavailable);
  EXPECT_EQ(second.error().detail,
            "127.0.0.1:" + std::to_string(same.port) + " is in use by another process");
}

TEST_F(HttpServerTest, AnAddressThatIsNoneIsConfiguration) {
  config_.address = "localhost";
  const auto server = HttpServer::listen(config_, log_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::configuration);
}

}  // namespace
}  // namespace earshot::verifier
