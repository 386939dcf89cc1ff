// From outside bytes to a request: HTTP/1.1 and 1.0 (Beast does the grammar), with limits.
// Knows no socket. One thread at a time.
#pragma once
#include <atomic>
#include <memory>
#include <string_view>

#include "verifier/config.h"
#include "verifier/http.h"

namespace earshot::verifier {

// Bytes of bodies in memory at the moment, of all connections. Any thread.
class BodyBudget {
 public:
  explicit BodyBudget(std::uint64_t limit) : limit_(limit) {}
  bool take(std::uint64_t bytes);
  // Also what is larger than the limit, when there is nothing beside it.
  bool take_alone(std::uint64_t bytes);
  void give(std::uint64_t bytes) { used_ -= bytes; }
  std::uint64_t used() const { return used_; }

 private:
  const std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
};

class HttpParser {
 public:
  // Both are borrowed.
  HttpParser(const HttpConfig& config, BodyBudget& budget);
  ~HttpParser();  // Gives back what is taken of the budget.
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  enum class Progress : std::uint8_t {
    needs_more,  // Give the bytes that were not taken again, with more behind them.
    complete,    // take_request() has it.
    refused,     // refusal() is the answer, the connection's last one.
  };
  // Counts in `taken` what it needs no more. Precondition: not refused; after complete,
  // next_request() first.
  Progress feed(std::string_view bytes, std::size_t& taken);

  // The peer wants to be told (100 Continue) before it sends the body; true once a request.
  bool wants_to_continue();
  HttpRequest take_request();
  HttpResponse refusal() const;
  // Of the request that is complete.
  bool keeps_alive() const;
  bool is_version_10() const;

  // Starts over; the budget gets the last body back, so its request must have been answered.
  void next_request();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::verifier
