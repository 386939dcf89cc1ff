#include "hotspot/status_server.h"

#include <charconv>
#include <thread>

#include "hotspot/asio.h"

namespace earshot::hotspot {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

constexpr std::chrono::seconds kPatience(5);
constexpr std::size_t kMostHeaderBytes = 8192;

// One request, one answer; lives as long as its callbacks.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const StatusServer::PageOf& page_of)
      : stream_(std::move(socket)), page_of_(page_of) {
    parser_.header_limit(kMostHeaderBytes);
    parser_.body_limit(0);
  }

  void run() {
    stream_.expires_after(kPatience);
    http::async_read(stream_, buffer_, parser_, [self = shared_from_this()](auto error, auto) {
      if (!error) self->answer();
    });
  }

 private:
  void answer() {
    const auto& request = parser_.get();
    response_.version(11);
    response_.set(http::field::connection, "close");
    const std::optional<StatusPage> page = request.method() == http::verb::get
                                               ? page_of_(std::string(request.target()))
                                               : std::nullopt;
    response_.result(page ? http::status::ok : http::status::not_found);
    if (page) response_.set(http::field::content_type, page->content_type);
    response_.body() = page ? page->body : "there is nothing under this path\n";
    response_.prepare_payload();
    http::async_write(stream_, response_, [self = shared_from_this()](auto, auto) {
      beast::error_code ignored;
      self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    });
  }

  beast::tcp_stream stream_;
  const StatusServer::PageOf& page_of_;
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

struct StatusServer::Impl {
  explicit Impl(PageOf pages) : page_of(std::move(pages)) {}

  void accept() {
    acceptor.async_accept([this](auto error, tcp::socket socket) {
      if (!acceptor.is_open()) return;
      if (!error) std::make_shared<Session>(std::move(socket), page_of)->run();
      accept();
    });
  }

  PageOf page_of;
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  std::thread thread;
};

Result<std::unique_ptr<StatusServer>> StatusServer::listen(const std::string& address,
                                                           PageOf page_of) {
  const std::size_t colon = address.rfind(':');
  std::uint16_t port = 0;
  beast::error_code error;
  const std::string host = address.substr(0, colon);
  const auto ip = asio::ip::make_address(host, error);
  const char* end = address.data() + address.size();
  if (colon == std::string::npos || error ||
      std::from_chars(address.data() + colon + 1, end, port).ptr != end) {
    return fail(Errc::configuration,
                "status.listen: found \"" + address + "\", allowed: a numeric address:port");
  }
  auto impl = std::make_unique<Impl>(std::move(page_of));
  impl->acceptor.open(tcp::endpoint(ip, port).protocol(), error);
  if (!error) impl->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) impl->acceptor.bind({ip, port}, error);
  if (!error) impl->acceptor.listen(16, error);
  if (error) return fail(Errc::unavailable, address + ": cannot listen: " + error.message());
  impl->accept();
  impl->thread = std::thread([context = &impl->context] { context->run(); });
  return std::unique_ptr<StatusServer>(new StatusServer(std::move(impl)));
}

StatusServer::StatusServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

StatusServer::~StatusServer() {
  impl_->context.stop();
  impl_->thread.join();
}

std::string StatusServer::address() const {
  const tcp::endpoint endpoint = impl_->acceptor.local_endpoint();
  return endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

}  // namespace earshot::hotspot
