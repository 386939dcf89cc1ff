#include "verifier/quorum/peer.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/doubles/fresh_certificate.h"
#include "verifier/http_server.h"
#include "verifier/quorum/https_get.h"

namespace earshot::verifier {
namespace {

constexpr std::chrono::seconds kPatience{20};

// A server of ours that speaks TLS with a certificate for localhost.
class PeerTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string name = testing::TempDir() + "peer-test-" + std::to_string(::getpid());
    certificate_ = name + ".pem";
    key_ = name + ".key";
    write_fresh_certificate(certificate_, key_);
    HttpConfig config;
    config.port = 0;
    config.tls_certificate = certificate_;
    config.tls_key = key_;
    server_ = *HttpServer::listen(config, log_);
    thread_ = std::thread([this] {
      server_->run([](const HttpRequest& request, const HttpReply& reply) {
        const bool is_there = request.target == "/base/there";
        reply({.status = is_there ? 200 : 404, .body = is_there ? std::string(300'000, 'x') : ""});
      });
    });
  }
  void TearDown() override {
    server_->stop();
    thread_.join();
    std::filesystem::remove(certificate_);
    std::filesystem::remove(key_);
  }
  std::string at(const std::string& begins) {
    return begins + ":" + std::to_string(server_->port()) + "/base/";
  }
  Result<std::optional<std::string>> ask(const std::string& url, const std::string& ca_file,
                                         const std::string& path = "/there") {
    return (*peer_at(url, *TlsTrust::from(ca_file)))->get(path, kPatience);
  }

  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
  std::string certificate_;
  std::string key_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

TEST_F(PeerTest, IsReachedOverHttpsWhenItsCertificateIsVouchedFor) {
  const auto body = ask(at("https://localhost"), certificate_);
  ASSERT_TRUE(body) << body.error().detail;
  EXPECT_EQ(*body, std::string(300'000, 'x'));
  EXPECT_EQ(ask(at("https://localhost"), certificate_, "/other").value(), std::nullopt);
}

TEST_F(PeerTest, IsNotBelievedOtherwise) {
  const auto unknown = ask(at("https://localhost"), "");
  EXPECT_EQ(unknown.error().code, Errc::unavailable);
  EXPECT_NE(unknown.error().detail.find("certificate verify failed"), std::string::npos)
      << unknown.error().detail;
  EXPECT_EQ(ask(at("https://127.0.0.1"), certificate_).error().code, Errc::unavailable);
  EXPECT_EQ(ask(at("http://localhost"), certificate_).error().code, Errc::unavailable);
}

TEST(Peers, ACaFileHasToHoldCertificates) {
  const std::string path = testing::TempDir() + "no-ca-" + std::to_string(::getpid());
  EXPECT_EQ(TlsTrust::from(path).error().code, Errc::configuration);
  std::ofstream(path) << "hello\n";
  EXPECT_EQ(TlsTrust::from(path).error().code, Errc::configuration);
  std::filesystem::remove(path);
}

TEST(Peers, LocalHostsAreLoopbackPrivateAndLinkLocal) {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1",
                           "172.31.255.255", "192.168.7.7", "169.254.1.1"}) {
    EXPECT_TRUE(is_local_host(host)) << host;
  }
  for (const char* host :
       {"", "example.org", "192.0.2.7", "172.15.0.1", "172.32.0.1", "11.0.0.1", "10.0.0",
        "10.0.0.1.example.org", "10.0.0.256", "127.0.0.1 ", "10..0.1", "192.169.0.1"}) {
    EXPECT_FALSE(is_local_host(host)) << host;
  }
}

TEST(Peers, PlainHttpNeedsALocalHostOrPermission) {
  EXPECT_TRUE(check_peer_url("http://127.0.0.1:8480", false));
  EXPECT_TRUE(check_peer_url("https://example.org", false));
  EXPECT_TRUE(check_peer_url("http://example.org", true));
  EXPECT_EQ(check_peer_url("http://example.org:8480", false).error().detail,
            "\"http://example.org:8480\" is plain HTTP to a host that is neither this one nor on a "
            "private network: https:// is allowed, or plain_http = true");
  EXPECT_EQ(check_peer_url("ftp://example.org", true).error().code, Errc::usage);
  EXPECT_EQ(check_peer_url("https://:1", true).error().code, Errc::usage);
  EXPECT_EQ(parse_https_endpoint("https://example.org/a")->port, "443");
  EXPECT_EQ(parse_https_endpoint("https://example.org:80/a")->port, "80");
}

}  // namespace
}  // namespace earshot::verifier
