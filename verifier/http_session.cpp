#include "verifier/http_session.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <cctype>

#include "verifier/api.h"

namespace earshot::verifier {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::int64_t kOverloadRetrySeconds = 1;
constexpr std::chrono::seconds kLinger{2};  // Chosen: for a refused body to stop coming.
constexpr std::size_t kSinkBytes = 16'384;

std::string text_of(beast::string_view view) { return {view.data(), view.size()}; }

// "Application/JSON; charset=utf-8" -> "application/json"
std::string media_type(beast::string_view field) {
  std::string type = text_of(field.substr(0, field.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return std::tolower(c); });
  return type;
}

// The answer to bytes that are no acceptable request; nothing when there is nobody to answer.
std::optional<HttpResponse> response_to(beast::error_code error, const HttpConfig& config) {
  if (error == http::error::body_limit) {
    return error_response(
        413, "at most " + std::to_string(config.max_body_bytes) + " bytes of body are taken");
  }
  if (error == http::error::header_limit) {
    return error_response(431, "at most " + std::to_string(config.max_header_bytes) +
                                   " bytes of header fields are taken");
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() != http::make_error_code(http::error::bad_method).category()) {
    return std::nullopt;
  }
  return error_response(400, "not an HTTP request: " + error.message());
}

}  // namespace

bool SessionRoster::enter(HttpSession* session, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  if (sessions_.size() >= limit) return false;
  sessions_.insert(session);
  return true;
}

void SessionRoster::leave(HttpSession* session) {
  std::function<void()> then;
  {
    const std::lock_guard lock(mutex_);
    sessions_.erase(session);
    if (is_draining_ && sessions_.empty()) then = std::move(then_);
  }
  if (then) then();
}

void SessionRoster::drain() {
  const std::lock_guard lock(mutex_);
  is_draining_ = true;
  // A session leaves under the same lock, in its destructor: those here are alive.
  for (HttpSession* session : sessions_) session->drain();
}

bool SessionRoster::is_draining() const {
  const std::lock_guard lock(mutex_);
  return is_draining_;
}

void SessionRoster::when_empty(std::function<void()> then) {
  {
    const std::lock_guard lock(mutex_);
    if (!sessions_.empty()) {
      then_ = std::move(then);
      return;
    }
  }
  then();
}

void SessionRoster::forget() {
  const std::lock_guard lock(mutex_);
  then_ = nullptr;
}

HttpSession::HttpSession(asio::ip::tcp::socket socket, const HttpConfig& config,
                         const HttpHandler& handler, SessionRoster& roster, spdlog::logger& log)
    : stream_(std::move(socket)),
      config_(config),
      handler_(handler),
      roster_(roster),
      log_(log),
      is_counted_(roster.enter(this, config.max_connections)) {}

HttpSession::~HttpSession() {
  if (is_counted_) roster_.leave(this);
}

void HttpSession::start() {
  asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->begin(); });
}

void HttpSession::begin() {
  if (roster_.is_draining()) {
    close();
  } else if (is_counted_) {
    read_header();
  } else {
    write(error_response(503, "too many connections", kOverloadRetrySeconds), false, false);
  }
}

void HttpSession::drain() {
  // weak: the roster may see a session whose last reference is just going.
  asio::post(stream_.get_executor(), [weak = weak_from_this()] {
    const std::shared_ptr<HttpSession> self = weak.lock();
    if (self != nullptr && self->parser_ && !self->parser_->got_some()) self->close();
  });
}

void HttpSession::read_header() {
  parser_.emplace();
  parser_->body_limit(config_.max_body_bytes);
  parser_->header_limit(config_.max_header_bytes);
  stream_.expires_after(std::chrono::seconds(config_.idle_timeout_seconds));
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                            error ? self->on_read(error) : self->read_body();
                          });
}

void HttpSession::read_body() {
  stream_.expires_after(std::chrono::seconds(config_.request_timeout_seconds));
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](beast::error_code error, std::size_t) { self->on_read(error); });
}

void HttpSession::on_read(beast::error_code error) {
  if (!error) {
    answer();
  } else if (const std::optional<HttpResponse> response = response_to(error, config_)) {
    log_.debug("request refused with {}: {}", response->status, error.message());
    write(*response, false, false);
  } else {
    close();
  }
}

void HttpSession::answer() {
  http::request<http::string_body> message = parser_->release();
  const bool keep_alive = message.keep_alive();
  const HttpRequest request{.method = text_of(message.method_string()),
                            .target = text_of(message.target()),
                            .content_type = media_type(message[http::field::content_type]),
                            .body = std::move(message.body())};
  HttpResponse response;
  try {
    response = handler_(request);
  } catch (const std::exception& failure) {
    log_.error("{} {}: {}", request.method, request.target, failure.what());
    response = error_response(500, "the request failed inside");
  }
  log_.debug("{} {} {}", request.method, request.target, response.status);
  write(response, keep_alive, request.method == "HEAD");
}

void HttpSession::write(const HttpResponse& response, bool keep_alive, bool is_head) {
  answer_.emplace(static_cast<http::status>(response.status), 11);
  answer_->set(http::field::server, "earshot-verifierd");
  answer_->set(http::field::content_type, response.content_type);
  answer_->set(http::field::cache_control,
               response.max_age_seconds > 0
                   ? "public, max-age=" + std::to_string(response.max_age_seconds)
                   : "no-store");
  if (response.retry_after_seconds) {
    answer_->set(http::field::retry_after, std::to_string(*response.retry_after_seconds));
  }
  if (!response.allow.empty()) answer_->set(http::field::allow, response.allow);
  answer_->keep_alive(keep_alive && !roster_.is_draining());
  answer_->content_length(response.body.size());
  if (!is_head) answer_->body() = response.body;
  stream_.expires_after(std::chrono::seconds(config_.request_timeout_seconds));
  http::async_write(stream_, *answer_,
                    [self = shared_from_this(), keep_alive](beast::error_code error, std::size_t) {
                      if (error) return self->close();
                      keep_alive && !self->roster_.is_draining() ? self->read_header()
                                                                 : self->linger();
                    });
}

// Reads on until the peer has seen the answer and closes: closing with unread bytes would reset
// the connection and could take the answer with it.
void HttpSession::linger() {
  beast::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  parser_.reset();
  if (sink_.empty()) {
    sink_.resize(kSinkBytes);
    stream_.expires_after(kLinger);
  }
  stream_.async_read_some(asio::buffer(sink_),
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                            error ? self->close() : self->linger();
                          });
}

void HttpSession::close() {
  beast::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
}

}  // namespace earshot::verifier
