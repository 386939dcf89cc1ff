// What is posted. What is read is in api_read.cpp, what finds either in api_routes.cpp.
#include "verifier/api.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/message_json.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kBinary = "application/octet-stream";
constexpr std::int64_t kStoreRetrySeconds = 10;

// What was sent may be quoted in an error, and need not be UTF-8.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

HttpResponse json_response(int status, const Json& body) {
  return {.status = status, .body = text_of(body)};
}

int status_of(IntakeStatus status) {
  switch (status) {
    case IntakeStatus::accepted:
      return 202;
    case IntakeStatus::held:
      return 200;
    case IntakeStatus::malformed:
      return 400;
    case IntakeStatus::bad_signature:
    case IntakeStatus::unregistered:
      return 401;
    case IntakeStatus::unknown_header:
      return 404;
    case IntakeStatus::equivocation:
      return 409;
    case IntakeStatus::too_early:
    case IntakeStatus::rate_limited:
      return 429;
    case IntakeStatus::overloaded:
    case IntakeStatus::store_failed:
      return 503;
  }
  return 500;
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

HttpResponse response_of(const Intake& intake) {
  HttpResponse response{.status = status_of(intake.status)};
  // By hand: the machines' way in builds no JSON document.
  response.body = "{\"accepted\":" + std::to_string(intake.accepted);
  if (response.status >= 400) response.body += ",\"error\":" + text_of(Json(intake.detail));
  response.body += ",\"held\":" + std::to_string(intake.held) + "}";
  if (intake.retry_after_seconds > 0) response.retry_after_seconds = intake.retry_after_seconds;
  return response;
}

// What could not be read counts as nothing taken.
HttpResponse malformed(const Error& error) {
  return response_of(Intake{.status = IntakeStatus::malformed, .detail = error.detail});
}

Error wrong_type(const HttpRequest& request) {
  return {Errc::bad_data, "content type " + request.content_type + ", expected " +
                              std::string(kBinary) + " or " + std::string(kJson)};
}
bool is_binary(const HttpRequest& request) {
  return request.content_type == kBinary || request.content_type.empty();
}

Result<std::vector<SignedHeader>> headers_of(const HttpRequest& request) {
  std::vector<SignedHeader> headers;
  if (is_binary(request)) {
    if (request.body.size() % kSignedHeaderBytes != 0) {
      return fail(Errc::bad_data, "found " + std::to_string(request.body.size()) +
                                      " bytes, expected a multiple of " +
                                      std::to_string(kSignedHeaderBytes));
    }
    const ByteView bytes = as_bytes(request.body);
    for (std::size_t at = 0; at < bytes.size(); at += kSignedHeaderBytes) {
      Result<SignedHeader> header = decode_signed_header(bytes.subspan(at, kSignedHeaderBytes));
      if (!header) return fail(header.error());
      headers.push_back(*header);
    }
    return headers;
  }
  if (request.content_type != kJson) return fail(wrong_type(request));
  const Result<Json> json = parse_json(request.body);
  if (!json) return fail(json.error());
  if (!json->is_array()) return fail(Errc::bad_data, "expected an array of headers");
  for (const Json& item : *json) {
    Result<SignedHeader> header = signed_header_from_json(item);
    if (!header) return fail(header.error());
    headers.push_back(*header);
  }
  return headers;
}

Result<Batch> batch_of(const HttpRequest& request) {
  if (is_binary(request)) return decode_batch(as_bytes(request.body));
  if (request.content_type != kJson) return fail(wrong_type(request));
  const Result<Json> json = parse_json(request.body);
  if (!json) return fail(json.error());
  return batch_from_json(*json);
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

Result<IntakeJob> Api::job_of(std::size_t route, const HttpRequest& request) const {
  IntakeJob job;
  job.now = parts_.clock.now();
  if (route == kHeadersRoute) {
    Result<std::vector<SignedHeader>> headers = headers_of(request);
    if (!headers) return fail(headers.error());
    if (headers->empty()) return fail(Errc::bad_data, "no header in the request");
    job.content = *std::move(headers);
  } else {
    Result<Batch> batch = batch_of(request);
    if (!batch) return fail(batch.error());
    job.content = *std::move(batch);
  }
  return job;
}

HttpResponse Api::post_intake(std::size_t route, const HttpRequest& request) {
  const Result<IntakeJob> job = job_of(route, request);
  if (!job) return malformed(job.error());
  const auto* headers = std::get_if<std::vector<SignedHeader>>(&job->content);
  return response_of(headers != nullptr
                         ? parts_.ingest.take_headers(*headers, job->now)
                         : parts_.ingest.take_bodies(std::get<Batch>(job->content), job->now));
}

void Api::submit(std::size_t route, const HttpRequest& request, HttpReply reply, bool wakes) {
  Result<IntakeJob> job = job_of(route, request);
  if (!job) return reply(malformed(job.error()));
  parts_.service->queue.submit(
      *std::move(job),
      [reply = std::move(reply)](const Intake& intake) { reply(response_of(intake)); }, wakes);
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
