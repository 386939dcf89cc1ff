#include "verifier/http_parser.h"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <optional>

#include "verifier/api.h"
#include "verifier/asio.h"

namespace earshot::verifier {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::int64_t kOverloadRetrySeconds = 1;
constexpr std::uint64_t kReservedBytes = 64U << 10;  // Of a body that was only announced.

std::string text_of(beast::string_view view) { return {view.data(), view.size()}; }

// "Application/JSON; charset=utf-8" -> "application/json"
std::string media_type(beast::string_view field) {
  std::string type = text_of(field.substr(0, field.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return std::tolower(c); });
  return type;
}

// Keeps of a request what handlers see, and allocates for nothing else.
class RequestSink final : public http::basic_parser<true> {
 public:
  explicit RequestSink(BodyBudget& budget) : budget_(budget) {}
  ~RequestSink() override { budget_.give(taken_); }
  RequestSink(const RequestSink&) = delete;
  RequestSink& operator=(const RequestSink&) = delete;

  HttpRequest request;
  bool expects_continue = false;
  bool is_over_budget = false;
  bool is_version_10 = false;

 private:
  using Code = beast::error_code;
  void on_request_impl(http::verb, beast::string_view method, beast::string_view target,
                       int version, Code&) override {
    request.method.assign(method.data(), method.size());
    request.target.assign(target.data(), target.size());
    is_version_10 = version < 11;
  }
  void on_response_impl(int, beast::string_view, int, Code&) override {}
  void on_field_impl(http::field name, beast::string_view, beast::string_view value,
                     Code&) override {
    if (name == http::field::content_type) request.content_type = media_type(value);
    if (name == http::field::expect) {
      expects_continue = beast::iequals(value, beast::string_view("100-continue"));
    }
  }
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) override {
    if (length) request.body.reserve(std::min(*length, kReservedBytes));
  }
  std::size_t on_body_impl(beast::string_view body, Code& error) override {
    return keep(body, error);
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, Code& error) override {
    return keep(body, error);
  }
  void on_finish_impl(Code&) override {}

  std::size_t keep(beast::string_view body, Code& error) {
    if (!budget_.take(body.size())) {
      is_over_budget = true;
      error = http::make_error_code(http::error::buffer_overflow);
      return 0;
    }
    taken_ += body.size();
    request.body.append(body.data(), body.size());
    return body.size();
  }

  BodyBudget& budget_;
  std::uint64_t taken_ = 0;
};

}  // namespace

bool BodyBudget::take(std::uint64_t bytes) {
  if (used_.fetch_add(bytes) + bytes <= limit_) return true;
  used_ -= bytes;
  return false;
}

bool BodyBudget::take_alone(std::uint64_t bytes) {
  std::uint64_t nothing = 0;
  return take(bytes) || used_.compare_exchange_strong(nothing, bytes);
}

struct HttpParser::Impl {
  Impl(const HttpConfig& limits, BodyBudget& all) : config(limits), budget(all) {}
  const HttpConfig& config;
  BodyBudget& budget;
  std::optional<RequestSink> sink;
  beast::error_code error;
};

HttpParser::HttpParser(const HttpConfig& config, BodyBudget& budget)
    : impl_(std::make_unique<Impl>(config, budget)) {
  next_request();
}
HttpParser::~HttpParser() = default;

void HttpParser::next_request() {
  impl_->sink.emplace(impl_->budget);
  impl_->sink->eager(true);
  impl_->sink->header_limit(impl_->config.max_header_bytes);
  impl_->sink->body_limit(impl_->config.max_body_bytes);
  impl_->error = {};
}

HttpParser::Progress HttpParser::feed(std::string_view bytes, std::size_t& taken) {
  RequestSink& sink = *impl_->sink;
  assert(!impl_->error && !sink.is_done());
  taken = 0;
  // Chunked bodies come in several steps, each of which takes something.
  while (taken < bytes.size() && !sink.is_done()) {
    beast::error_code error;
    const std::size_t step =
        sink.put(boost::asio::const_buffer(bytes.data() + taken, bytes.size() - taken), error);
    taken += step;
    if (error == http::error::need_more || (!error && step == 0)) break;
    if (!error) continue;
    impl_->error = error;
    return Progress::refused;
  }
  return sink.is_done() ? Progress::complete : Progress::needs_more;
}

bool HttpParser::wants_to_continue() {
  return impl_->sink->is_header_done() && !impl_->sink->is_done() &&
         std::exchange(impl_->sink->expects_continue, false);
}
HttpRequest HttpParser::take_request() { return std::move(impl_->sink->request); }
bool HttpParser::keeps_alive() const { return impl_->sink->keep_alive(); }
bool HttpParser::is_version_10() const { return impl_->sink->is_version_10; }

HttpResponse HttpParser::refusal() const {
  const HttpConfig& config = impl_->config;
  if (impl_->sink->is_over_budget) {
    return error_response(503, "too much is being sent at once", kOverloadRetrySeconds);
  }
  if (impl_->error == http::error::body_limit) {
    return error_response(
        413, "at most " + std::to_string(config.max_body_bytes) + " bytes of body are taken");
  }
  if (impl_->error == http::error::header_limit) {
    return error_response(431, "at most " + std::to_string(config.max_header_bytes) +
                                   " bytes of header fields are taken");
  }
  return error_response(400, "not an HTTP request: " + impl_->error.message());
}

}  // namespace earshot::verifier
