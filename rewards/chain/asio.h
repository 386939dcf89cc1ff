// The one way into Boost.Asio and Beast for this folder. Boost 1.74 uses std::exchange without
// including <utility>, so that comes first; nothing but http_exchange.h includes this.
#pragma once
#include <utility>
// After <utility>, whatever the alphabet says.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
