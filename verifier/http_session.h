// One connection, plain or TLS: read a request, hand it on, write the answer, again, until either
// side has enough. All of it runs on the thread of its io_context; only the reply may come from
// another one.
// Included by http_server.cpp and http_session.cpp only.
#pragma once
#include <memory>
#include <unordered_map>

#include "verifier/asio.h"
#include "verifier/http_parser.h"
#include "verifier/http_server.h"

namespace earshot::verifier {

class HttpSession;

// What the sessions of one io_context share. Outlives them.
struct SessionHost {
  const HttpConfig& config;
  const HttpHandler& handler;
  BodyBudget& budget;
  BodyBudget& answers;  // Of large answers on their way to slow readers.
  HttpCounters& counters;
  spdlog::logger& log;
  TcpSocket::executor_type executor;
  boost::asio::ssl::context* tls = nullptr;  // Null: plain.
  bool is_draining = false;
  std::function<void()> when_empty = {};  // Called when draining and the last session ends.
  std::unordered_map<HttpSession*, std::shared_ptr<HttpSession>> sessions = {};  // That are open.
};

class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static void start(TcpSocket socket, SessionHost& host);
  virtual ~HttpSession() = default;
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  // Ends it when its deadline has passed.
  void sweep(Time now);
  void drain();  // Ends now when idle, otherwise after the answer.

 protected:
  HttpSession(SessionHost& host, std::uint64_t open_connections);

  void begin();
  void on_read(boost::beast::error_code error, std::size_t count);
  void on_written(boost::beast::error_code error);
  void allow(std::uint32_t seconds);  // From now to the deadline.

  virtual void async_read(boost::asio::mutable_buffer into) = 0;
  virtual void async_write(std::array<boost::asio::const_buffer, 2> from) = 0;
  virtual void handshake() = 0;
  virtual void shut_down() = 0;  // Says that nothing more comes; then reads on.
  virtual TcpSocket& socket() = 0;

  enum class Phase : std::uint8_t { idle, reading, handling, writing, lingering, closed };
  SessionHost& host_;

 private:
  bool is_crowded() const;
  void read();
  void process();
  void handle();
  void answer(HttpResponse response, bool is_last);
  void write_head(const HttpResponse& response, bool is_last);
  void linger();
  void close();
  void give_back_answer();

  const bool is_one_too_many_;
  Phase phase_ = Phase::idle;
  Time deadline_ = Time::max();
  HttpParser parser_;
  std::string input_;  // Bytes [begin_, end_) are read and not yet parsed.
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string head_;  // Of the answer being written.
  std::string body_;
  std::uint64_t answer_bytes_ = 0;  // Taken of host_.answers.
  bool is_head_request_ = false;
  bool closes_after_ = false;
};

}  // namespace earshot::verifier
