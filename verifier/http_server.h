// The service's sockets: HTTP/1.1 with keep-alive, plain or over TLS 1.3, limits and deadlines on
// everything that a peer decides, and an orderly end. What a request means is the handler's
// business.
//
// Each thread has an io_context, a listening socket (SO_REUSEPORT: the kernel spreads connections)
// and sessions of its own: they share nothing but counters.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/result.h"
#include "verifier/config.h"
#include "verifier/http.h"

namespace spdlog {
class logger;
}

namespace earshot::verifier {

// Of a server's life; any thread.
struct HttpCounters {
  std::atomic<std::uint64_t> connections{0};  // Open now.
  std::atomic<std::uint64_t> accepted_connections{0};
  std::atomic<std::uint64_t> refused_connections{0};  // More than max_connections.
  std::atomic<std::uint64_t> failed_handshakes{0};
  std::atomic<std::uint64_t> refused_requests{0};    // Too long, or no HTTP; never handled.
  std::atomic<std::uint64_t> timed_out_requests{0};  // Did not come or leave in time.
  std::atomic<std::uint64_t> refused_answers{0};     // Too much was being read by others.
};

class HttpServer {
 public:
  // Takes the port and reads the certificate. Errc::unavailable when the port is busy,
  // Errc::permission when the system refuses, Errc::configuration when the address is none or
  // certificate and key cannot be used. `log` is borrowed. From now on SIGTERM and SIGINT wait for
  // run().
  static Result<std::unique_ptr<HttpServer>> listen(const HttpConfig& config, spdlog::logger& log);
  ~HttpServer();

  std::uint16_t port() const;
  std::string url() const;  // "http://127.0.0.1:8480"
  const HttpCounters& counters() const;
  std::uint64_t body_bytes() const;  // Of requests, in memory now.
  bool is_draining() const;          // Any thread.

  // Serves with config.io_threads threads, this one among them, until SIGTERM, SIGINT or stop().
  // Then accepts nothing more, lets requests in progress end (drain_seconds), and returns.
  // Called every second while every thread goes round, by one of them: `beat`; at the end's
  // beginning: `on_drain`. By each thread, after it has handled all that had come: `after_burst`.
  struct Hooks {
    std::function<void()> beat = {};
    std::function<void()> on_drain = {};
    std::function<void()> after_burst = {};
  };
  void run(HttpHandler handler, Hooks hooks);
  void run(HttpHandler handler) { run(std::move(handler), Hooks{}); }
  void stop();  // Any thread.

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::verifier
