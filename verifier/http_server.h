// The service's sockets: HTTP/1.1 with keep-alive, limits and deadlines before each read, and an
// orderly end. What a request means is the handler's business.
#pragma once
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

// Called by several threads at once.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

class HttpServer {
 public:
  // Takes the port. Errc::unavailable when it is busy, Errc::permission when the system refuses,
  // Errc::configuration when the address is none. `log` is borrowed.
  static Result<std::unique_ptr<HttpServer>> listen(const HttpConfig& config, spdlog::logger& log);
  ~HttpServer();

  std::uint16_t port() const;
  std::string url() const;  // "http://127.0.0.1:8480"

  // Serves with config.io_threads threads, this one among them, until SIGTERM, SIGINT or stop().
  // Then accepts nothing more, lets requests in progress end (drain_seconds), and returns.
  void run(HttpHandler handler);
  void stop();  // Any thread.

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::verifier
