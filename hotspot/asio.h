// The one door to Boost.Asio and Beast in this folder. <utility> comes first: Boost 1.74's
// awaitable.hpp uses std::exchange without including it.
#pragma once
#if defined(__SANITIZE_THREAD__)
// It does not know fences, and gcc refuses them; Asio's locks order everything without.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <utility>
