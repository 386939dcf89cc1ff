// One HTTP request and its answer over any stream of Beast's, plain or behind TLS; every step
// shares one deadline. Throws what Boost throws (out of memory, out of descriptors). One thread.
#pragma once
#include "rewards/chain/asio.h"
#include "rewards/chain/http.h"

namespace earshot::rewards::chain {

inline constexpr int kHttp11 = 11;  // Beast writes the version like that.

template <class Stream>
class HttpExchange {
 public:
  using Code = boost::system::error_code;
  using Request = boost::beast::http::request<boost::beast::http::string_body>;

  // `endpoint` is borrowed; `more` is what the stream takes behind its io_context.
  template <class... More>
  HttpExchange(const Endpoint& endpoint, std::chrono::milliseconds timeout, More&... more)
      : endpoint_(endpoint), stream_(io_, more...) {
    boost::beast::get_lowest_layer(stream_).expires_after(timeout);
    parser_.body_limit(kMaxReplyBytes);
  }

  // `greet` is called between connecting and the request: a handshake.
  template <class Greet>
  Code run(Request request, Greet greet) {
    namespace beast = boost::beast;
    Code error;
    boost::asio::ip::tcp::resolver resolver(io_);
    const auto addresses = resolver.resolve(endpoint_.host, endpoint_.port, error);
    if (error) return error;
    error =
        wait([&](auto done) { beast::get_lowest_layer(stream_).async_connect(addresses, done); });
    if (error) return error;
    error = greet();
    if (error) return error;
    request.set(beast::http::field::host, endpoint_.host);
    request.set(beast::http::field::connection, "close");
    request.prepare_payload();
    error = wait([&](auto done) { beast::http::async_write(stream_, request, done); });
    if (error) return error;
    // Whole by its length, so nothing hangs on how the peer ends the connection.
    return wait([&](auto done) { beast::http::async_read(stream_, buffer_, parser_, done); });
  }
  HttpReply take_reply() { return {parser_.get().result_int(), std::move(parser_.get().body())}; }

  Stream& stream() { return stream_; }
  // Runs what `start` begins to its end.
  template <class Start>
  Code wait(Start start) {
    Code result;
    start([&result](Code error, auto&&...) { result = error; });
    io_.restart();
    io_.run();
    return result;
  }

 private:
  // Chosen: a rewards file of a million accounts has 36 MB.
  static constexpr std::uint64_t kMaxReplyBytes = 64 * 1024 * 1024;

  const Endpoint& endpoint_;
  boost::asio::io_context io_;
  Stream stream_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::response_parser<boost::beast::http::string_body> parser_;
};

}  // namespace earshot::rewards::chain
