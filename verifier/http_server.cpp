#include "verifier/http_server.h"

#include <spdlog/logger.h>

#include <csignal>
#include <thread>
#include <vector>

#include "verifier/http_session.h"

namespace earshot::verifier {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Tcp = asio::ip::tcp;

constexpr std::chrono::milliseconds kAcceptPause{100};  // After a failed accept: no descriptors.

Error error_of(const HttpConfig& config, const beast::error_code& error) {
  const std::string where = config.address + ":" + std::to_string(config.port);
  if (error == asio::error::address_in_use) {
    return {Errc::unavailable, where + " is in use by another process"};
  }
  if (error == asio::error::access_denied) {
    return {Errc::permission, where + ": the system refuses: " + error.message()};
  }
  return {Errc::unavailable, where + ": " + error.message()};
}

}  // namespace

struct HttpServer::Impl {
  Impl(HttpConfig settings, spdlog::logger& logger)
      : config(std::move(settings)),
        log(logger),
        io(static_cast<int>(config.io_threads)),
        acceptor(asio::make_strand(io)),
        signals(io),
        timer(io) {}

  Result<void> listen();
  void accept();
  void on_accept(beast::error_code error, Tcp::socket socket);
  void begin_drain(const std::string& why);

  HttpConfig config;
  spdlog::logger& log;
  // Before the context: sessions that were cut off end with it, and sign out.
  SessionRoster roster;
  HttpHandler handler;
  asio::io_context io;
  Tcp::acceptor acceptor;
  asio::signal_set signals;
  asio::steady_timer timer;
};

Result<void> HttpServer::Impl::listen() {
  beast::error_code error;
  const asio::ip::address address = asio::ip::make_address(config.address, error);
  if (error) {
    return fail(Errc::configuration, "http.address: found \"" + config.address +
                                         "\", allowed is a numeric address, for example 0.0.0.0");
  }
  const Tcp::endpoint endpoint(address, config.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(error_of(config, error));
  return {};
}

void HttpServer::Impl::accept() {
  acceptor.async_accept(asio::make_strand(io), [this](beast::error_code error, Tcp::socket socket) {
    on_accept(error, std::move(socket));
  });
}

void HttpServer::Impl::on_accept(beast::error_code error, Tcp::socket socket) {
  if (!acceptor.is_open()) return;
  if (error) {
    log.warn("a connection could not be accepted: {}", error.message());
    timer.expires_after(kAcceptPause);
    timer.async_wait(asio::bind_executor(acceptor.get_executor(), [this](beast::error_code) {
      if (acceptor.is_open()) accept();
    }));
    return;
  }
  std::make_shared<HttpSession>(std::move(socket), config, handler, roster, log)->start();
  accept();
}

// Runs on the acceptor's strand.
void HttpServer::Impl::begin_drain(const std::string& why) {
  if (!acceptor.is_open()) return;
  log.info("stopping: {}", why);
  beast::error_code ignored;
  acceptor.close(ignored);
  signals.cancel(ignored);
  timer.expires_after(std::chrono::seconds(config.drain_seconds));
  timer.async_wait(asio::bind_executor(acceptor.get_executor(), [this](beast::error_code error) {
    if (error == asio::error::operation_aborted) return;
    log.warn("requests in progress did not end in {} s and are cut off", config.drain_seconds);
    io.stop();
  }));
  roster.drain();
  // The timer is the last work there is: without it run() returns.
  roster.when_empty([this] { asio::post(acceptor.get_executor(), [this] { timer.cancel(); }); });
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const HttpConfig& config,
                                                       spdlog::logger& log) {
  auto impl = std::make_unique<Impl>(config, log);
  if (Result<void> listening = impl->listen(); !listening) return fail(listening.error());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const {
  beast::error_code ignored;
  return impl_->acceptor.local_endpoint(ignored).port();
}

std::string HttpServer::url() const {
  const bool is_v6 = impl_->config.address.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + impl_->config.address + "]" : impl_->config.address;
  return "http://" + host + ":" + std::to_string(port());
}

void HttpServer::run(HttpHandler handler) {
  Impl& impl = *impl_;
  impl.handler = std::move(handler);
  beast::error_code error;
  impl.signals.add(SIGTERM, error);
  if (!error) impl.signals.add(SIGINT, error);
  if (error) impl.log.warn("signals cannot be waited for: {}", error.message());
  impl.signals.async_wait(asio::bind_executor(
      impl.acceptor.get_executor(), [&impl](beast::error_code failure, int signal) {
        if (!failure) impl.begin_drain(signal == SIGTERM ? "SIGTERM" : "SIGINT");
      }));
  asio::dispatch(impl.acceptor.get_executor(), [&impl] { impl.accept(); });
  std::vector<std::thread> threads;
  for (std::uint32_t i = 1; i < impl.config.io_threads; ++i) {
    threads.emplace_back([&impl] { impl.io.run(); });
  }
  impl.io.run();
  for (std::thread& thread : threads) thread.join();
  // Sessions that were cut off end with the context, when there is nothing to call any more.
  impl.roster.forget();
}

void HttpServer::stop() {
  asio::post(impl_->acceptor.get_executor(), [impl = impl_.get()] { impl->begin_drain("stop"); });
}

}  // namespace earshot::verifier
