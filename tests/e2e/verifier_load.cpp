// Load for a running verifier, and the check that what it acknowledged is still there.
//
//   verifier-load post  PORT LOG THREADS    signs batches and posts headers and bodies until the
//                                           verifier goes away; appends each acknowledged batch to
//                                           LOG
//   verifier-load check PORT LOG            posts all of them again: each must be held (200)
//   verifier-load onboard PORT ROUND        registers one hotspot in that round and prints its key
//   and
//                                           the secret of its owner's account
//
// A line of LOG is two hex strings, the signed header and the batch. The file is read again by the
// next run, so a test can kill the verifier in between as often as it likes.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "hotspot/s2_cell.h"
#include "tests/doubles/fake_signer.h"

namespace {

using namespace earshot;  // NOLINT: a program, not a header
using verifier::FakeSigner;
using verifier::SignedBatch;

class Connection {
 public:
  explicit Connection(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    is_alive_ = connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The answer's status; 0 when the verifier has gone away.
  int post(const char* path, const Bytes& body) {
    std::string request = std::string("POST ") + path +
                          " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
                          "\r\n\r\n";
    request.append(body.begin(), body.end());
    const char* data = request.data();
    for (std::size_t left = request.size(); is_alive_ && left > 0;) {
      const ssize_t sent = send(fd_, data, left, MSG_NOSIGNAL);
      is_alive_ = sent > 0;
      if (is_alive_) data += sent, left -= static_cast<std::size_t>(sent);
    }
    return is_alive_ ? read_status() : 0;
  }
  // What the last answer said, in seconds; 0 when it said nothing.
  int retry_after() const { return retry_after_; }

 private:
  int read_status() {
    std::string text;
    char buffer[2048];
    while (true) {
      const std::size_t end = text.find("\r\n\r\n");
      const std::size_t at = text.find("Content-Length: ");
      if (end != std::string::npos && at < end &&
          text.size() >= end + 4 + std::stoul(text.substr(at + 16))) {
        const std::size_t retry = text.find("Retry-After: ");
        retry_after_ = retry < end ? std::stoi(text.substr(retry + 13)) : 0;
        return std::stoi(text.substr(9, 3));
      }
      const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
      if (count <= 0) {
        is_alive_ = false;
        return 0;
      }
      text.append(buffer, static_cast<std::size_t>(count));
    }
  }

  int fd_;
  bool is_alive_ = false;
  int retry_after_ = 0;
};

class AckLog {
 public:
  explicit AckLog(const std::string& path) : file_(path, std::ios::app) {}
  void add(const SignedBatch& batch) {
    const std::lock_guard lock(mutex_);
    file_ << to_hex(batch.header_bytes()) << " " << to_hex(batch.body_bytes()) << std::endl;
  }

 private:
  std::mutex mutex_;
  std::ofstream file_;
};

// With the cell that its position is in, which the double leaves out: the registry looks.
Onboarding onboarding_of(const FakeSigner& signer, Round round) {
  Onboarding onboarding = signer.onboarding(round);
  onboarding.s2_cell = hotspot::s2_cell_of(onboarding.position);
  rewards::chain::sign_onboarding(signer.owner, verifier::kTestNetwork, onboarding);
  return onboarding;
}

// A signer nobody had before: its key is from the operating system.
void post_until_gone(std::uint16_t port, AckLog& log, std::atomic<std::size_t>& acknowledged) {
  FakeSigner signer(1);
  signer.key = signing_key_from_seed(random_seed());
  Connection connection(port);
  const Round newest = round_at(SystemClock().now());
  Round round = newest - 100'000;
  const auto post = [&](const std::vector<Message>& messages) {
    const SignedBatch batch = signer.sign(messages);
    const int header = connection.post("/v1/headers", batch.header_bytes());
    if (header != 202 && header != 200) return header;
    const int body = connection.post("/v1/bodies", batch.body_bytes());
    if (body != 202 && body != 200) return body;
    log.add(batch);
    ++acknowledged;
    return body;
  };
  int status = post({onboarding_of(signer, round)});
  while (status == 202 || status == 200) {
    ++round;
    status = post({signer.witness(round, 1), signer.witness(round, 2), signer.witness(round, 3),
                   signer.silence(round)});
  }
  if (status == 0) return;
  std::fprintf(stderr, "verifier-load: answered %d, Retry-After %d\n", status,
               connection.retry_after());
}

int post(std::uint16_t port, const std::string& path, int threads) {
  AckLog log(path);
  std::atomic<std::size_t> acknowledged{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&] { post_until_gone(port, log, acknowledged); });
  }
  for (std::thread& worker : workers) worker.join();
  std::cout << acknowledged << std::endl;
  return 0;
}

int check(std::uint16_t port, const std::string& path) {
  Connection connection(port);
  std::ifstream file(path);
  std::size_t held = 0;
  std::size_t lost = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string header;
    std::string body;
    words >> header >> body;
    const int first = connection.post("/v1/headers", *from_hex(header));
    const int second = connection.post("/v1/bodies", *from_hex(body));
    const bool is_held = first == 200 && second == 200;
    ++(is_held ? held : lost);
    if (!is_held) std::fprintf(stderr, "lost: answered %d and %d\n", first, second);
  }
  std::cout << held << std::endl;
  return lost == 0 ? 0 : 1;
}

int onboard(std::uint16_t port, Round round) {
  FakeSigner signer(1);
  const SignedBatch batch = signer.sign({onboarding_of(signer, round)});
  Connection connection(port);
  const int header = connection.post("/v1/headers", batch.header_bytes());
  const int body = connection.post("/v1/bodies", batch.body_bytes());
  if (header != 202 || body != 202) {
    std::fprintf(stderr, "verifier-load: answered %d and %d\n", header, body);
    return 1;
  }
  std::cout << to_hex(signer.key.public_key) << " " << to_hex(signer.owner.secret) << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 4 && words[0] == "post") {
    return post(static_cast<std::uint16_t>(std::stoi(words[1])), words[2], std::stoi(words[3]));
  }
  if (words.size() == 3 && words[0] == "check") {
    return check(static_cast<std::uint16_t>(std::stoi(words[1])), words[2]);
  }
  if (words.size() == 3 && words[0] == "onboard") {
    return onboard(static_cast<std::uint16_t>(std::stoi(words[1])), std::stoull(words[2]));
  }
  std::fprintf(stderr,
               "verifier-load post PORT LOG THREADS | check PORT LOG | onboard PORT ROUND\n");
  return 2;
}
