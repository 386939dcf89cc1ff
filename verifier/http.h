// A request and its answer as values: handlers know no socket.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace earshot::verifier {

struct HttpRequest {
  std::string method;        // "GET"
  std::string target;        // "/v1/epochs/3?x=y": as sent, query included.
  std::string content_type;  // Lower case, without parameters; empty when none was sent.
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::optional<std::int64_t> retry_after_seconds = {};  // With 429 and 503.
  std::string allow = {};                                // With 405: the methods that are.
  std::int64_t max_age_seconds = 0;  // Caches may keep it this long; 0: not at all.
};

// To be called once, by any thread, at once or later.
using HttpReply = std::function<void(HttpResponse)>;
// Called by several threads at once; should not wait for long, because the connections of its
// thread wait with it.
using HttpHandler = std::function<void(HttpRequest, HttpReply)>;

// While one of these lives, replies that its thread gives are held back, and go out together when
// it ends: one wake-up for each thread of sockets instead of one for each reply. Not nested.
class ReplyBatch {
 public:
  ReplyBatch();
  ~ReplyBatch();
  ReplyBatch(const ReplyBatch&) = delete;
  ReplyBatch& operator=(const ReplyBatch&) = delete;
};

}  // namespace earshot::verifier
