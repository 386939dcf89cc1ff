#include "hotspot/http_transport.h"

#include <charconv>

#include "hotspot/asio.h"

namespace earshot::hotspot {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Steady = std::chrono::steady_clock;

struct HttpConnection {
  asio::io_context context{1};
  beast::tcp_stream stream{context};
  beast::flat_buffer buffer;
  bool is_open = false;
  Steady::time_point idle_since;
};

namespace {

// One exchange as a chain of callbacks, driven by the connection's io_context. Asynchronous
// although the caller waits: Beast's time limit binds asynchronous operations only.
class Exchange {
 public:
  Exchange(HttpConnection& connection, const Url& url, const HttpRequest& request)
      : connection_(connection), url_(url), resolver_(connection.context) {
    request_.version(11);
    request_.method(request.method == "POST" ? http::verb::post : http::verb::get);
    request_.target(url.prefix + request.path);
    request_.set(http::field::host, url.port == "80" ? url.host : url.host + ":" + url.port);
    request_.set(http::field::user_agent, "earshot-hotspotd");
    if (!request.content_type.empty()) {
      request_.set(http::field::content_type, request.content_type);
    }
    request_.body().assign(request.body.begin(), request.body.end());
    request_.prepare_payload();
    parser_.body_limit(kMaxAnswerBytes);
  }

  Result<HttpResponse> run(Steady::time_point deadline, std::int64_t timeout_seconds) {
    connection_.stream.expires_at(deadline);
    if (connection_.is_open) {
      write();
    } else {
      resolve();
    }
    connection_.context.restart();
    connection_.context.run_until(deadline);
    const std::string where = "http://" + url_.host + ":" + url_.port;
    if (!done_ && step_.empty()) step_ = "answer within " + std::to_string(timeout_seconds) + " s";
    if (!done_) return fail(Errc::unavailable, where + ": does not " + step_);
    return answer();
  }

  // It ended before any byte of an answer came, and not for want of time.
  bool was_cut_off_unheard() const { return was_cut_off_unheard_; }
  // Another request may follow on the connection.
  bool leaves_open() const {
    return done_ && !write_failed_ && parser_.keep_alive() && connection_.buffer.size() == 0;
  }

 private:
  bool failed(beast::error_code error, const char* step) {
    if (error) step_ = std::string(step) + ": " + error.message();
    return static_cast<bool>(error);
  }

  void resolve() {
    resolver_.async_resolve(url_.host, url_.port, [this](auto error, const auto& found) {
      if (!failed(error, "resolve")) connect(found);
    });
  }

  void connect(const tcp::resolver::results_type& found) {
    connection_.stream.async_connect(found, [this](auto error, const auto&) {
      if (failed(error, "connect")) return;
      connection_.is_open = true;
      write();
    });
  }

  void write() {
    // An error here may only mean that the verifier has answered early (413): read all the same.
    http::async_write(connection_.stream, request_, [this](auto error, std::size_t) {
      write_failed_ = static_cast<bool>(error);
      read();
    });
  }

  void read() {
    http::async_read(connection_.stream, connection_.buffer, parser_,
                     [this](auto error, std::size_t) {
                       done_ = !failed(error, "answer");
                       was_cut_off_unheard_ = error && error != beast::error::timeout &&
                                              !parser_.got_some() && connection_.buffer.size() == 0;
                     });
  }

  HttpResponse answer() const {
    const auto& message = parser_.get();
    HttpResponse response;
    response.status = static_cast<int>(message.result_int());
    response.body = message.body();
    const auto header = message.find(http::field::retry_after);
    if (header != message.end()) {
      // Seconds; the other form, a date, counts as absent: our own wait binds then.
      const auto value = header->value();
      std::int64_t seconds = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
      if (error == std::errc() && end == value.data() + value.size() && seconds >= 0) {
        response.retry_after_seconds = std::min<std::int64_t>(seconds, 86400);
      }
    }
    return response;
  }

  HttpConnection& connection_;
  const Url& url_;
  tcp::resolver resolver_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  std::string step_;  // What did not succeed.
  bool done_ = false;
  bool write_failed_ = false;
  bool was_cut_off_unheard_ = false;
};

}  // namespace

HttpTransport::HttpTransport(Url url, std::int64_t timeout_seconds,
                             std::chrono::milliseconds connection_kept)
    : url_(std::move(url)), timeout_seconds_(timeout_seconds), connection_kept_(connection_kept) {}
HttpTransport::~HttpTransport() = default;
HttpTransport::HttpTransport(HttpTransport&&) noexcept = default;
HttpTransport& HttpTransport::operator=(HttpTransport&&) noexcept = default;

Result<HttpResponse> HttpTransport::exchange(const HttpRequest& request) {
  try {
    const Steady::time_point begin = Steady::now();
    const Steady::time_point deadline = begin + std::chrono::seconds(timeout_seconds_);
    if (kept_ && begin - kept_->idle_since >= connection_kept_) kept_.reset();
    while (true) {
      const bool is_reused = kept_ != nullptr;
      std::unique_ptr<HttpConnection> connection =
          is_reused ? std::move(kept_) : std::make_unique<HttpConnection>();
      Exchange one(*connection, url_, request);
      Result<HttpResponse> response = one.run(deadline, timeout_seconds_);
      if (!response && is_reused && one.was_cut_off_unheard()) continue;
      if (one.leaves_open()) {
        connection->idle_since = Steady::now();
        kept_ = std::move(connection);
      }
      return response;
    }
  } catch (const std::exception& error) {  // Boost, when sockets or threads run out.
    return fail(Errc::unavailable, "http://" + url_.host + ":" + url_.port + ": " + error.what());
  }
}

}  // namespace earshot::hotspot
