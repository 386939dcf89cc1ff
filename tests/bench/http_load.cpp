#include "tests/bench/http_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace earshot::bench {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(69);
}

struct Connection {
  int fd = -1;
  const Requests* requests = nullptr;
  std::size_t next = 0;
  std::size_t sent = 0;  // Of the request at hand.
  std::string answer;
  Clock::time_point since;
};

int connected(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    give_up("connect");
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

// The status when all of the first answer is there; it is taken away then. 0: not yet.
int take_answer(std::string& text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  const std::size_t at = text.find("Content-Length: ");
  if (at >= end) {
    std::fprintf(stderr, "an answer without Content-Length: %s\n", text.substr(0, end).c_str());
    std::exit(65);
  }
  const std::size_t whole = end + 4 + std::strtoul(text.c_str() + at + 16, nullptr, 10);
  if (text.size() < whole) return 0;
  const int status = std::atoi(text.c_str() + 9);
  text.erase(0, whole);
  return status;
}

class Load {
 public:
  Load(std::uint16_t port, const std::vector<Requests>& connections, bool reconnects)
      : port_(port), reconnects_(reconnects), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    connections_.resize(connections.size());
    for (std::size_t i = 0; i < connections.size(); ++i) connections_[i].requests = &connections[i];
  }
  ~Load() { close(epoll_); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  LoadOutcome run() {
    for (Connection& one : connections_) open(one);
    const Clock::time_point begin = Clock::now();
    for (Connection& one : connections_) begin_request(one);
    std::array<epoll_event, 256> events{};
    while (open_ > 0) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 30'000);
      if (count <= 0) give_up("no answer for 30 s");
      for (int i = 0; i < count; ++i) {
        go_on(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
      }
    }
    outcome_.wall_s = std::chrono::duration<double>(Clock::now() - begin).count();
    std::ranges::sort(outcome_.latencies_s);
    return std::move(outcome_);
  }

 private:
  void open(Connection& one) {
    one.fd = connected(port_);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &one;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, one.fd, &event);
    ++open_;
  }
  void shut(Connection& one) {
    close(one.fd);
    --open_;
  }
  void begin_request(Connection& one) {
    if (one.next == one.requests->size()) return shut(one);
    one.sent = 0;
    one.since = Clock::now();
    send_some(one);
  }
  void send_some(Connection& one) {
    const std::string& request = (*one.requests)[one.next];
    while (one.sent < request.size()) {
      const ssize_t count =
          send(one.fd, request.data() + one.sent, request.size() - one.sent, MSG_NOSIGNAL);
      if (count > 0) {
        one.sent += static_cast<std::size_t>(count);
      } else if (errno == EAGAIN) {
        continue;  // Loopback takes a request at once or very soon.
      } else {
        give_up("send");
      }
    }
  }
  void go_on(Connection& one) {
    std::array<char, 16384> buffer{};
    const ssize_t count = recv(one.fd, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) give_up("the server closed a connection");
    one.answer.append(buffer.data(), static_cast<std::size_t>(count));
    const int status = take_answer(one.answer);
    if (status == 0) return;
    ++outcome_.statuses[status];
    outcome_.latencies_s.push_back(std::chrono::duration<double>(Clock::now() - one.since).count());
    ++one.next;
    if (reconnects_ && one.next < one.requests->size()) {
      shut(one);
      open(one);
    }
    begin_request(one);
  }

  std::uint16_t port_;
  bool reconnects_;
  int epoll_;
  std::size_t open_ = 0;
  std::vector<Connection> connections_;
  LoadOutcome outcome_;
};

}  // namespace

std::uint64_t LoadOutcome::answers() const {
  std::uint64_t all = 0;
  for (const auto& [status, count] : statuses) all += count;
  return all;
}

double LoadOutcome::latency_s(double quantile) const {
  if (latencies_s.empty()) return 0;
  const auto last = static_cast<double>(latencies_s.size() - 1);
  return latencies_s[static_cast<std::size_t>(quantile * last)];
}

std::string post_request(const std::string& path, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: verifier\r\nUser-Agent: earshot-bench\r\n"
         "Content-Type: application/octet-stream\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string get_request(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: verifier\r\nUser-Agent: earshot-bench\r\n\r\n";
}

LoadOutcome run_load(std::uint16_t port, const std::vector<Requests>& connections,
                     bool reconnects) {
  return Load(port, connections, reconnects).run();
}

}  // namespace earshot::bench
