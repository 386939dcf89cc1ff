#include "hotspot/http_transport.h"

#include <charconv>

#include "hotspot/asio.h"

namespace earshot::hotspot {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

// One exchange as a chain of callbacks, driven by an io_context of its own. Asynchronous although
// the caller waits: Beast's time limit binds asynchronous operations only.
class Exchange {
 public:
  Exchange(const Url& url, const HttpRequest& request, std::int64_t timeout_seconds)
      : url_(url), resolver_(context_), stream_(context_) {
    request_.version(11);
    request_.method(request.method == "POST" ? http::verb::post : http::verb::get);
    request_.target(url.prefix + request.path);
    request_.set(http::field::host, url.port == "80" ? url.host : url.host + ":" + url.port);
    request_.set(http::field::user_agent, "earshot-hotspotd");
    request_.set(http::field::connection, "close");
    if (!request.content_type.empty()) {
      request_.set(http::field::content_type, request.content_type);
    }
    request_.body().assign(request.body.begin(), request.body.end());
    request_.prepare_payload();
    parser_.body_limit(kMaxAnswerBytes);
    limit_ = std::chrono::seconds(timeout_seconds);
  }

  Result<HttpResponse> run() {
    resolver_.async_resolve(url_.host, url_.port, [this](auto error, const auto& found) {
      if (!failed(error, "resolve")) connect(found);
    });
    context_.run_for(limit_);
    const std::string where = "http://" + url_.host + ":" + url_.port;
    if (!done_ && step_.empty()) step_ = "answer within " + std::to_string(limit_.count()) + " s";
    if (!done_) return fail(Errc::unavailable, where + ": does not " + step_);
    return answer();
  }

 private:
  bool failed(beast::error_code error, const char* step) {
    if (error) step_ = std::string(step) + ": " + error.message();
    return static_cast<bool>(error);
  }

  void connect(const tcp::resolver::results_type& found) {
    stream_.expires_after(limit_);
    stream_.async_connect(found, [this](auto error, const auto&) {
      if (!failed(error, "connect")) write();
    });
  }

  void write() {
    // An error here may only mean that the verifier has answered early (413): read all the same.
    http::async_write(stream_, request_, [this](auto, std::size_t) { read(); });
  }

  void read() {
    http::async_read(stream_, buffer_, parser_, [this](auto error, std::size_t) {
      if (!failed(error, "answer")) done_ = true;
    });
  }

  Result<HttpResponse> answer() const {
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

  const Url& url_;
  asio::io_context context_{1};
  tcp::resolver resolver_;
  beast::tcp_stream stream_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  beast::flat_buffer buffer_;
  std::chrono::seconds limit_{};
  std::string step_;  // What did not succeed.
  bool done_ = false;
};

}  // namespace

Result<HttpResponse> HttpTransport::exchange(const HttpRequest& request) {
  try {
    return Exchange(url_, request, timeout_seconds_).run();
  } catch (const std::exception& error) {  // Boost, when sockets or threads run out.
    return fail(Errc::unavailable, "http://" + url_.host + ":" + url_.port + ": " + error.what());
  }
}

}  // namespace earshot::hotspot
