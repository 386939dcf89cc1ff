#include "verifier/http_session.h"

#include <spdlog/logger.h>

#include <cassert>

#include "verifier/api.h"

namespace earshot::verifier {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::int64_t kOverloadRetrySeconds = 1;
constexpr std::uint32_t kLingerSeconds = 2;     // Chosen: for a refused body to stop coming.
constexpr std::size_t kFirstInputBytes = 2048;  // Chosen: a header and a batch of one.
constexpr std::size_t kLargeInputBytes = 64U << 10;
constexpr std::size_t kKeptBytes = 16U << 10;  // Buffers larger than this go with their request.

// What a ReplyBatch of this thread holds back, by the thread of sockets that it is for.
struct HeldReplies {
  Executor executor;
  std::vector<std::function<void()>> tells;
};
thread_local std::vector<HeldReplies>* held_replies = nullptr;

void tell_later(const Executor& executor, std::function<void()> tell) {
  if (held_replies == nullptr) return asio::post(executor, std::move(tell));
  for (HeldReplies& held : *held_replies) {
    if (held.executor == executor) return held.tells.push_back(std::move(tell));
  }
  held_replies->push_back({executor, {}});
  held_replies->back().tells.push_back(std::move(tell));
}

}  // namespace

ReplyBatch::ReplyBatch() {
  assert(held_replies == nullptr);
  held_replies = new std::vector<HeldReplies>();  // NOLINT: thread_local, so no owner of its own
}

ReplyBatch::~ReplyBatch() {
  const std::unique_ptr<std::vector<HeldReplies>> all(std::exchange(held_replies, nullptr));
  for (HeldReplies& held : *all) {
    asio::post(held.executor, [tells = std::move(held.tells)] {
      for (const std::function<void()>& tell : tells) tell();
    });
  }
}

HttpSession::HttpSession(SessionHost& host, std::uint64_t open_connections)
    : host_(host),
      is_one_too_many_(open_connections > host.config.max_connections),
      parser_(host.config, host.budget) {}

void HttpSession::allow(std::uint32_t seconds) {
  deadline_ = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
}

void HttpSession::begin() {
  if (host_.is_draining) return close();
  if (is_one_too_many_) {
    ++host_.counters.refused_connections;
    return answer(error_response(503, "too many connections", kOverloadRetrySeconds), true);
  }
  allow(host_.config.idle_timeout_seconds);
  read();
}

// Connections that stay must not keep others out: when a quarter of the room is left, each goes
// with its answer.
bool HttpSession::is_crowded() const {
  const std::uint32_t most = host_.config.max_connections;
  return host_.counters.connections > most - most / 4;
}

void HttpSession::drain() {
  closes_after_ = true;
  if (phase_ == Phase::idle) close();
}

void HttpSession::sweep(Time now) {
  if (now < deadline_ || phase_ == Phase::closed) return;
  if (phase_ == Phase::reading || phase_ == Phase::writing) ++host_.counters.timed_out_requests;
  close();
}

void HttpSession::read() {
  if (begin_ == end_) begin_ = end_ = 0;
  // Unparsed bytes go to the front; there is always room for one more read.
  if (begin_ > 0) {
    std::copy(input_.begin() + static_cast<std::ptrdiff_t>(begin_),
              input_.begin() + static_cast<std::ptrdiff_t>(end_), input_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (input_.size() - end_ < kFirstInputBytes / 2) {
    input_.resize(std::min(std::max(2 * input_.size(), kFirstInputBytes), end_ + kLargeInputBytes));
  }
  async_read(asio::buffer(input_.data() + end_, input_.size() - end_));
}

void HttpSession::on_read(beast::error_code error, std::size_t count) {
  if (phase_ == Phase::closed) return;
  if (error) return close();
  if (phase_ == Phase::lingering) return linger();
  if (phase_ == Phase::idle) {
    phase_ = Phase::reading;
    allow(host_.config.request_timeout_seconds);
  }
  end_ += count;
  process();
}

void HttpSession::process() {
  std::size_t taken = 0;
  const HttpParser::Progress progress =
      parser_.feed(std::string_view(input_).substr(begin_, end_ - begin_), taken);
  begin_ += taken;
  switch (progress) {
    case HttpParser::Progress::complete:
      return handle();
    case HttpParser::Progress::refused: {
      const HttpResponse refusal = parser_.refusal();
      ++host_.counters.refused_requests;
      host_.log.debug("request refused with {}", refusal.status);
      return answer(refusal, true);
    }
    case HttpParser::Progress::needs_more:
      if (!parser_.wants_to_continue()) return read();
      head_ = "HTTP/1.1 100 Continue\r\n\r\n";
      return async_write({asio::buffer(head_), {}});
  }
}

void HttpSession::handle() {
  phase_ = Phase::handling;
  deadline_ = Time::max();
  HttpRequest request = parser_.take_request();
  is_head_request_ = request.method == "HEAD";
  const bool is_last = !parser_.keeps_alive();
  // Weak, because a reply may be dropped by any thread, and sessions end on their own only.
  const auto reply = [weak = weak_from_this(), executor = host_.executor,
                      is_last](HttpResponse response) {
    auto tell = [weak, is_last, held = std::move(response)]() mutable {
      const std::shared_ptr<HttpSession> self = weak.lock();
      if (self) self->answer(std::move(held), is_last);
    };
    if (executor.running_in_this_thread()) return tell();
    tell_later(executor, std::move(tell));
  };
  try {
    host_.handler(std::move(request), reply);
  } catch (const std::exception& failure) {
    host_.log.error("a request failed inside: {}", failure.what());
    if (phase_ == Phase::handling)
      answer(error_response(500, "the request failed inside"), is_last);
  }
}

void HttpSession::write_head(const HttpResponse& response, bool is_last) {
  const beast::string_view reason =
      http::obsolete_reason(static_cast<http::status>(response.status));
  head_.clear();
  head_ += "HTTP/1.1 ";
  head_ += std::to_string(response.status);
  head_ += ' ';
  head_.append(reason.data(), reason.size());
  head_ += "\r\nServer: earshot-verifierd\r\nContent-Type: ";
  head_ += response.content_type;
  if (response.max_age_seconds > 0) {
    head_ += "\r\nCache-Control: public, max-age=" + std::to_string(response.max_age_seconds);
    if (response.max_age_seconds >= kForeverSeconds) head_ += ", immutable";
  } else {
    head_ += "\r\nCache-Control: no-store";
  }
  if (response.retry_after_seconds) {
    head_ += "\r\nRetry-After: " + std::to_string(*response.retry_after_seconds);
  }
  if (!response.allow.empty()) head_ += "\r\nAllow: " + response.allow;
  if (is_last) {
    head_ += "\r\nConnection: close";
  } else if (parser_.is_version_10()) {
    head_ += "\r\nConnection: keep-alive";
  }
  head_ += "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n\r\n";
}

void HttpSession::answer(HttpResponse response, bool is_last) {
  if (phase_ == Phase::closed) return;
  closes_after_ = closes_after_ || is_last || host_.is_draining || is_crowded();
  phase_ = Phase::writing;
  allow(host_.config.request_timeout_seconds);
  const std::uint64_t size = response.body.size();
  if (size > kKeptBytes && !is_head_request_) {
    if (!host_.answers.take_alone(size)) {
      ++host_.counters.refused_answers;
      return answer(error_response(503, "too much is being read at once", kOverloadRetrySeconds),
                    is_last);
    }
    answer_bytes_ = size;
  }
  write_head(response, closes_after_);
  if (is_head_request_) {
    body_.clear();
  } else if (response.body.size() <= kKeptBytes / 8) {
    head_ += response.body;  // One buffer is one copy less in the kernel's list.
    body_.clear();
  } else {
    body_ = std::move(response.body);
  }
  async_write({asio::buffer(head_), asio::buffer(body_)});
}

void HttpSession::on_written(beast::error_code error) {
  if (phase_ == Phase::closed) return;
  if (error) return close();
  if (phase_ == Phase::reading) return read();  // That was 100 Continue.
  give_back_answer();
  parser_.next_request();
  if (closes_after_) return linger();
  if (body_.capacity() > kKeptBytes) body_ = {};
  if (end_ == begin_ && input_.capacity() > kKeptBytes) input_ = {}, begin_ = end_ = 0;
  is_head_request_ = false;
  if (end_ > begin_) {
    phase_ = Phase::reading;
    allow(host_.config.request_timeout_seconds);
    return process();
  }
  phase_ = Phase::idle;
  allow(host_.config.idle_timeout_seconds);
  read();
}

// Reads on until the peer has seen the answer and closes: closing with unread bytes would reset
// the connection and could take the answer with it.
void HttpSession::linger() {
  if (phase_ != Phase::lingering) {
    phase_ = Phase::lingering;
    allow(kLingerSeconds);
    input_.resize(std::max(input_.size(), kFirstInputBytes));
    return shut_down();
  }
  async_read(asio::buffer(input_));
}

void HttpSession::give_back_answer() { host_.answers.give(std::exchange(answer_bytes_, 0)); }

void HttpSession::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  body_ = {};
  give_back_answer();
  beast::error_code ignored;
  static_cast<void>(socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored));
  static_cast<void>(socket().close(ignored));
  --host_.counters.connections;
  const auto kept = host_.sessions.extract(this);  // Alive until this function ends.
  if (host_.is_draining && host_.sessions.empty() && host_.when_empty) host_.when_empty();
}

namespace {

template <class Stream>
class SessionOn final : public HttpSession {
 public:
  template <class... Arguments>
  SessionOn(SessionHost& host, std::uint64_t open_connections, Arguments&&... arguments)
      : HttpSession(host, open_connections), stream_(std::forward<Arguments>(arguments)...) {}

  void handshake() override {
    if constexpr (kIsTls) {
      allow(host_.config.request_timeout_seconds);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = self()](beast::error_code error) {
                                if (error) return self->fail_handshake();
                                self->begin();
                              });
    } else {
      begin();
    }
  }

 private:
  static constexpr bool kIsTls = !std::is_same_v<Stream, TcpSocket>;
  std::shared_ptr<SessionOn> self() {
    return std::static_pointer_cast<SessionOn>(shared_from_this());
  }
  void fail_handshake() {
    ++host_.counters.failed_handshakes;
    on_read(asio::error::eof, 0);
  }
  void async_read(asio::mutable_buffer into) override {
    stream_.async_read_some(into, [self = self()](beast::error_code error, std::size_t count) {
      self->on_read(error, count);
    });
  }
  void async_write(std::array<asio::const_buffer, 2> from) override {
    if (from[1].size() == 0) {  // As a rule; one buffer is sent a little faster.
      return asio::async_write(
          stream_, from[0],
          [self = self()](beast::error_code error, std::size_t) { self->on_written(error); });
    }
    asio::async_write(stream_, from, [self = self()](beast::error_code error, std::size_t) {
      self->on_written(error);
    });
  }
  void shut_down() override {
    if constexpr (kIsTls) {
      stream_.async_shutdown(
          [self = self()](beast::error_code) { self->on_read(asio::error::eof, 0); });
    } else {
      beast::error_code ignored;
      stream_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
      on_read({}, 0);
    }
  }
  TcpSocket& socket() override {
    if constexpr (kIsTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  Stream stream_;
};

}  // namespace

void HttpSession::start(TcpSocket socket, SessionHost& host) {
  const std::uint64_t open = ++host.counters.connections;
  ++host.counters.accepted_connections;
  std::shared_ptr<HttpSession> session;
  if (host.tls == nullptr) {
    session = std::make_shared<SessionOn<TcpSocket>>(host, open, std::move(socket));
  } else {
    session = std::make_shared<SessionOn<asio::ssl::stream<TcpSocket>>>(
        host, open, std::move(socket), *host.tls);
  }
  host.sessions.emplace(session.get(), session);
  session->handshake();
}

}  // namespace earshot::verifier
