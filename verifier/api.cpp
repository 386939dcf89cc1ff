// What is posted, but for messages (api_intake.cpp). What is read is in api_read.cpp, what finds
// either in api_routes.cpp.
#include "verifier/api.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "core/message_json.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kBinary = "application/octet-stream";
constexpr std::int64_t kStoreRetrySeconds = 10;

// What was sent may be quoted in an error, and need not be UTF-8.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

HttpResponse json_response(int status, const Json& body) {
  return {.status = status, .body = text_of(body)};
}

int status_of(EvidenceStatus status) {
  switch (status) {
    case EvidenceStatus::accepted:
      return 202;
    case EvidenceStatus::held:
      return 200;
    case EvidenceStatus::malformed:
      return 400;
    case EvidenceStatus::not_asked:
      return 404;
    case EvidenceStatus::closed:
      return 409;
    case EvidenceStatus::store_failed:
      return 503;
  }
  return 500;
}

bool is_binary(const HttpRequest& request) {
  return request.content_type == kBinary || request.content_type.empty();
}

}  // namespace

HttpResponse error_response(int status, const std::string& detail,
                            std::optional<std::int64_t> retry_after_seconds) {
  HttpResponse response = json_response(status, {{"error", detail}});
  response.retry_after_seconds = retry_after_seconds;
  return response;
}

HttpResponse unavailable(const Error& error) {
  return error_response(503, error.detail, kStoreRetrySeconds);
}

HttpResponse immutable(const Bytes& bytes) {
  return {.status = 200,
          .content_type = std::string(kBinary),
          .body = std::string(bytes.begin(), bytes.end()),
          .max_age_seconds = kForeverSeconds};
}

HttpResponse Api::post_evidence(const HttpRequest& request, std::string_view report) {
  const Result<Hash256> id = array_from_hex<32>(report);
  if (!id) return error_response(400, "report id: " + id.error().detail);
  if (!is_binary(request)) {
    return error_response(
        400, "content type " + request.content_type + ", expected " + std::string(kBinary));
  }
  const EvidenceReceipt receipt =
      parts_.evidence.take(*id, as_bytes(request.body), parts_.clock.now());
  const int status = status_of(receipt.status);
  Json body = {{"accepted", receipt.accepted}, {"held", receipt.held}};
  if (status >= 400) body["error"] = receipt.detail;
  HttpResponse response = json_response(status, body);
  if (status == 503) response.retry_after_seconds = kStoreRetrySeconds;
  return response;
}

HttpResponse Api::post_clock(const HttpRequest& request) {
  if (!parts_.move_clock) return error_response(404, "there is nothing under this path");
  const Result<Json> json = parse_json(request.body);
  if (!json) return error_response(400, json.error().detail);
  if (!json->is_object() || !json->contains("unix_ns") || !(*json)["unix_ns"].is_string()) {
    return error_response(400, "expected {\"unix_ns\": \"<decimal>\"}");
  }
  const auto& text = (*json)["unix_ns"].get_ref<const std::string&>();
  UnixNanos time = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time);
  // A day of nanoseconds away from the ends of the type, times can be added to without care.
  constexpr UnixNanos kLatest = INT64_MAX / 2;
  if (error != std::errc{} || end != text.data() + text.size() || time < 0 || time > kLatest) {
    return error_response(
        400, "unix_ns: found " + text + ", allowed is 0 to " + std::to_string(kLatest));
  }
  if (const Result<void> moved = parts_.move_clock(time); !moved) {
    return moved.error().code == Errc::usage ? error_response(400, moved.error().detail)
                                             : unavailable(moved.error());
  }
  return json_response(200, {{"unix_ns", std::to_string(parts_.clock.now())}});
}

}  // namespace earshot::verifier
