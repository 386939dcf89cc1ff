// The one way into Boost.Asio and Beast for this folder. Boost 1.74 uses std::exchange without
// including <utility>, so that comes first; nothing but http_server.cpp, http_session.*,
// http_parser.cpp and quorum/https_get.cpp include this.
#pragma once
#include <utility>
// After <utility>, whatever the alphabet says.
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace earshot::verifier {

// Sockets of one io_context, whose type Asio knows when it compiles: no executor behind a pointer.
using Executor = boost::asio::io_context::executor_type;
using TcpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using TcpAcceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace earshot::verifier
