// One connection: read a request, answer it, again, until either side has enough.
// Included by http_server.cpp and http_session.cpp only.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "verifier/asio.h"
#include "verifier/config.h"
#include "verifier/http_server.h"

namespace earshot::verifier {

class HttpSession;

// The sessions there are, and whether they are to end. Any thread.
class SessionRoster {
 public:
  // False when there are `limit` already.
  bool enter(HttpSession* session, std::size_t limit);
  void leave(HttpSession* session);
  // From now on sessions end after the answer they are at; idle ones at once.
  void drain();
  bool is_draining() const;
  // Called once, when draining and nobody is left.
  void when_empty(std::function<void()> then);
  void forget();  // What was to be called then.

 private:
  mutable std::mutex mutex_;
  std::set<HttpSession*> sessions_;
  bool is_draining_ = false;
  std::function<void()> then_;
};

class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  // `config`, `handler`, `roster` and `log` outlive every session.
  HttpSession(boost::asio::ip::tcp::socket socket, const HttpConfig& config,
              const HttpHandler& handler, SessionRoster& roster, spdlog::logger& log);
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  void start();
  void drain();  // Ends now when idle. Any thread.

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using Answer = boost::beast::http::response<boost::beast::http::string_body>;

  void begin();
  void read_header();
  void read_body();
  void on_read(boost::beast::error_code error);
  void answer();
  void write(const HttpResponse& response, bool keep_alive, bool is_head);
  void linger();
  void close();

  boost::beast::tcp_stream stream_;
  const HttpConfig& config_;
  const HttpHandler& handler_;
  SessionRoster& roster_;
  spdlog::logger& log_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<Answer> answer_;
  std::string sink_;  // What arrives after the last answer.
  bool is_counted_ = false;
};

}  // namespace earshot::verifier
