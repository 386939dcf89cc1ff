// The one door to Boost.Asio and Beast in this folder. <utility> comes first: Boost 1.74's
// awaitable.hpp uses std::exchange without including it.
#pragma once
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <utility>
