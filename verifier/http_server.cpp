#include "verifier/http_server.h"

#include <openssl/ssl.h>
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
using Time = std::chrono::steady_clock::time_point;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr std::chrono::milliseconds kAcceptPause{100};  // After a failed accept: no descriptors.
constexpr std::chrono::milliseconds kSweepPause{250};   // How late a deadline may be noticed.
constexpr std::chrono::seconds kBeatPause{1};
constexpr std::chrono::seconds kStuck{5};  // A thread that has not gone round for so long.

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

std::uint32_t thread_count(const HttpConfig& config) {
  return config.io_threads > 0 ? config.io_threads
                               : std::max(1U, std::thread::hardware_concurrency());
}

// One thread's share of the server; everything on that thread but the constructor, `listen` and
// `last_round`.
class Worker {
 public:
  Worker(const HttpConfig& config, const HttpHandler& handler, BodyBudget& budget,
         BodyBudget& answers, HttpCounters& counters, spdlog::logger& log, asio::ssl::context* tls)
      : host_{.config = config,
              .handler = handler,
              .budget = budget,
              .answers = answers,
              .counters = counters,
              .log = log,
              .executor = io_.get_executor(),
              .tls = tls},
        acceptor_(io_.get_executor()),
        sweeper_(io_.get_executor()),
        pause_(io_.get_executor()) {}

  beast::error_code listen(const Tcp::endpoint& endpoint, bool shares_port);
  Tcp::endpoint endpoint() const {
    beast::error_code ignored;
    return acceptor_.local_endpoint(ignored);
  }
  void close_listener() {
    beast::error_code ignored;
    acceptor_.close(ignored);
  }
  void run(const std::function<void()>& after_burst) {
    accept();
    sweep();
    while (io_.run_one() > 0) {
      io_.poll();
      if (after_burst) after_burst();
    }
  }
  void begin_drain(std::function<void()> when_done);  // On this thread, as the last thing.
  void cut_off() { io_.stop(); }
  asio::io_context& io() { return io_; }
  Time last_round() const { return Time(Time::duration(last_round_.load())); }
  void note_round() { last_round_ = std::chrono::steady_clock::now().time_since_epoch().count(); }

 private:
  void accept();
  void on_accept(beast::error_code error, TcpSocket socket);
  void sweep();

  asio::io_context io_{1};
  SessionHost host_;
  TcpAcceptor acceptor_;
  Timer sweeper_;
  Timer pause_;
  std::atomic<Time::rep> last_round_{0};
};

beast::error_code Worker::listen(const Tcp::endpoint& endpoint, bool shares_port) {
  beast::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && shares_port) acceptor_.set_option(ReusePort(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

void Worker::accept() {
  acceptor_.async_accept(io_.get_executor(), [this](beast::error_code error, TcpSocket socket) {
    on_accept(error, std::move(socket));
  });
}

void Worker::on_accept(beast::error_code error, TcpSocket socket) {
  if (!acceptor_.is_open()) return;
  if (error) {
    host_.log.warn("a connection could not be accepted: {}", error.message());
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](beast::error_code) {
      if (acceptor_.is_open()) accept();
    });
    return;
  }
  beast::error_code ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  HttpSession::start(std::move(socket), host_);
  accept();
}

void Worker::sweep() {
  note_round();
  const Time now = std::chrono::steady_clock::now();
  std::vector<HttpSession*> open;  // A sweep may end sessions, and so change the list.
  open.reserve(host_.sessions.size());
  for (const auto& [session, kept] : host_.sessions) open.push_back(session);
  for (HttpSession* session : open) session->sweep(now);
  if (host_.is_draining && host_.sessions.empty()) return;
  sweeper_.expires_after(kSweepPause);
  sweeper_.async_wait([this](beast::error_code error) {
    if (!error) sweep();
  });
}

void Worker::begin_drain(std::function<void()> when_done) {
  host_.is_draining = true;
  close_listener();
  pause_.cancel();
  std::vector<HttpSession*> open;
  for (const auto& [session, kept] : host_.sessions) open.push_back(session);
  for (HttpSession* session : open) session->drain();
  // The sweeper is the last work there is: without it the thread ends.
  host_.when_empty = [this, then = std::move(when_done)] {
    sweeper_.cancel();
    then();
  };
  if (host_.sessions.empty()) host_.when_empty();
}

}  // namespace

struct HttpServer::Impl {
  Impl(HttpConfig settings, spdlog::logger& logger)
      : config(std::move(settings)),
        log(logger),
        budget(config.max_buffered_bytes),
        answers(config.max_buffered_bytes) {}

  Result<void> read_certificate();
  Result<void> listen();
  void watch_signals();
  void beat();
  void begin_drain(const std::string& why);
  void on_drained();

  HttpConfig config;
  spdlog::logger& log;
  BodyBudget budget;
  BodyBudget answers;
  HttpCounters counters;
  HttpHandler handler;
  Hooks hooks;
  std::optional<asio::ssl::context> tls;
  std::vector<std::unique_ptr<Worker>> workers;
  std::uint16_t port = 0;
  std::size_t drained_workers = 0;
  std::optional<asio::signal_set> signals;  // These are the first worker's.
  std::optional<Timer> timer;
  std::optional<Timer> beater;
  std::atomic<bool> is_draining{false};
};

Result<void> HttpServer::Impl::read_certificate() {
  if (config.tls_certificate.empty()) return {};
  tls.emplace(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_3_VERSION);
  beast::error_code error;
  tls->use_certificate_chain_file(config.tls_certificate, error);
  if (error) {
    return fail(Errc::configuration, "http.tls_certificate: " + config.tls_certificate +
                                         ": not a certificate chain in PEM: " + error.message());
  }
  tls->use_private_key_file(config.tls_key, asio::ssl::context::pem, error);
  if (!error && SSL_CTX_check_private_key(tls->native_handle()) == 1) return {};
  return fail(Errc::configuration, "http.tls_key: " + config.tls_key +
                                       ": not the certificate's private key in PEM" +
                                       (error ? ": " + error.message() : ""));
}

Result<void> HttpServer::Impl::listen() {
  beast::error_code error;
  const asio::ip::address address = asio::ip::make_address(config.address, error);
  if (error) {
    return fail(Errc::configuration, "http.address: found \"" + config.address +
                                         "\", allowed is a numeric address, for example 0.0.0.0");
  }
  if (Result<void> read = read_certificate(); !read) return read;
  asio::ssl::context* const with = tls ? &*tls : nullptr;
  Tcp::endpoint endpoint(address, config.port);
  // Ports can be shared with another process, too, unless one asks for it alone.
  Worker alone(config, handler, budget, answers, counters, log, with);
  if (error = alone.listen(endpoint, false); error) return fail(error_of(config, error));
  alone.close_listener();
  for (std::uint32_t i = 0; i < thread_count(config); ++i) {
    workers.push_back(
        std::make_unique<Worker>(config, handler, budget, answers, counters, log, with));
    if (error = workers.back()->listen(endpoint, true); error) {
      return fail(error_of(config, error));
    }
    endpoint = workers.back()->endpoint();
  }
  port = endpoint.port();
  asio::io_context& io = workers.front()->io();
  signals.emplace(io);
  timer.emplace(io.get_executor());
  beater.emplace(io.get_executor());
  watch_signals();
  return {};
}

void HttpServer::Impl::watch_signals() {
  beast::error_code error;
  signals->add(SIGTERM, error);
  if (!error) signals->add(SIGINT, error);
  if (error) log.warn("signals cannot be waited for: {}", error.message());
  signals->async_wait([this](beast::error_code failure, int signal) {
    if (!failure) begin_drain(signal == SIGTERM ? "SIGTERM" : "SIGINT");
  });
}

void HttpServer::Impl::beat() {
  const Time now = std::chrono::steady_clock::now();
  const bool all_go_round = std::ranges::all_of(
      workers, [&](const auto& worker) { return now - worker->last_round() < kStuck; });
  if (all_go_round && hooks.beat) hooks.beat();
  beater->expires_after(kBeatPause);
  beater->async_wait([this](beast::error_code error) {
    if (!error && !is_draining) beat();
  });
}

// Runs on the first worker's thread.
void HttpServer::Impl::begin_drain(const std::string& why) {
  if (is_draining.exchange(true)) return;
  log.info("stopping: {}", why);
  if (hooks.on_drain) hooks.on_drain();
  beast::error_code ignored;
  signals->cancel(ignored);
  beater->cancel();
  for (const std::unique_ptr<Worker>& worker : workers) {
    asio::post(worker->io(), [this, one = worker.get()] {
      one->begin_drain([this] { asio::post(workers.front()->io(), [this] { on_drained(); }); });
    });
  }
  timer->expires_after(std::chrono::seconds(config.drain_seconds));
  timer->async_wait([this](beast::error_code error) {
    if (error == asio::error::operation_aborted) return;
    log.warn("requests in progress did not end in {} s and are cut off", config.drain_seconds);
    for (const std::unique_ptr<Worker>& worker : workers) worker->cut_off();
  });
}

// Once for each worker, on the first one's thread.
void HttpServer::Impl::on_drained() {
  if (++drained_workers == workers.size()) timer->cancel();
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const HttpConfig& config,
                                                       spdlog::logger& log) {
  auto impl = std::make_unique<Impl>(config, log);
  if (Result<void> listening = impl->listen(); !listening) return fail(listening.error());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const { return impl_->port; }
const HttpCounters& HttpServer::counters() const { return impl_->counters; }
std::uint64_t HttpServer::body_bytes() const { return impl_->budget.used(); }
bool HttpServer::is_draining() const { return impl_->is_draining; }

std::string HttpServer::url() const {
  const bool is_v6 = impl_->config.address.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + impl_->config.address + "]" : impl_->config.address;
  return (impl_->tls ? "https://" : "http://") + host + ":" + std::to_string(port());
}

void HttpServer::run(HttpHandler handler, Hooks hooks) {
  Impl& impl = *impl_;
  impl.handler = std::move(handler);
  impl.hooks = std::move(hooks);
  for (const std::unique_ptr<Worker>& worker : impl.workers) worker->note_round();
  impl.beat();
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < impl.workers.size(); ++i) {
    threads.emplace_back([&impl, i] { impl.workers[i]->run(impl.hooks.after_burst); });
  }
  impl.workers.front()->run(impl.hooks.after_burst);
  for (std::thread& thread : threads) thread.join();
}

void HttpServer::stop() {
  asio::post(impl_->workers.front()->io(), [impl = impl_.get()] { impl->begin_drain("stop"); });
}

}  // namespace earshot::verifier
