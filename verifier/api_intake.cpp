// What hotspots post: headers, bodies, or both in one request.
#include <nlohmann/json.hpp>

#include "core/message_json.h"
#include "core/posting.h"
#include "verifier/api.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kBinary = "application/octet-stream";
constexpr std::size_t kItemBytes = 64;  // Of an answer: enough for an item that was taken.

// What was sent may be quoted in an error, and need not be UTF-8.
std::string quoted(const std::string& detail) {
  return Json(detail).dump(-1, ' ', false, Json::error_handler_t::replace);
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
    case IntakeStatus::outdated:
      return 410;
    case IntakeStatus::too_early:
    case IntakeStatus::rate_limited:
      return 429;
    case IntakeStatus::overloaded:
    case IntakeStatus::store_failed:
      return 503;
  }
  return 500;
}

// By hand: the machines' way in builds no JSON document. Without the closing brace.
void put_counts(std::string& body, std::size_t accepted, std::size_t held,
                const std::string* error) {
  body += "{\"accepted\":";
  body += std::to_string(accepted);
  if (error != nullptr) {
    body += ",\"error\":";
    body += quoted(*error);
  }
  body += ",\"held\":";
  body += std::to_string(held);
}

HttpResponse response_of(const Intake& intake) {
  HttpResponse response{.status = status_of(intake.status)};
  response.body.reserve(kItemBytes);
  put_counts(response.body, intake.accepted, intake.held,
             response.status >= 400 ? &intake.detail : nullptr);
  response.body += '}';
  if (intake.retry_after_seconds > 0) response.retry_after_seconds = intake.retry_after_seconds;
  return response;
}

// Each item has its own answer; the answer to all has the highest status of them, so that it is 2xx
// only when everything is on disk.
HttpResponse response_of(std::span<const IntakeJob> jobs) {
  HttpResponse response{.status = 0};
  std::size_t accepted = 0;
  std::size_t held = 0;
  std::string error;
  std::string items;
  items.reserve(kItemBytes * jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Intake& intake = *jobs[i].answer;
    const int status = status_of(intake.status);
    accepted += intake.accepted;
    held += intake.held;
    if (status > response.status) {
      response.status = status;
      response.retry_after_seconds = {};
      error = "item " + std::to_string(i) + ": " + intake.detail;
    }
    if (status == response.status && intake.retry_after_seconds > 0) {
      response.retry_after_seconds =
          std::max(response.retry_after_seconds.value_or(0), intake.retry_after_seconds);
    }
    items += i == 0 ? "" : ",";
    put_counts(items, intake.accepted, intake.held, status >= 400 ? &intake.detail : nullptr);
    if (intake.retry_after_seconds > 0) {
      items += ",\"retry_after_seconds\":" + std::to_string(intake.retry_after_seconds);
    }
    items += ",\"status\":";
    items += std::to_string(status);
    items += '}';
  }
  response.body.reserve(kItemBytes + error.size() + items.size());
  put_counts(response.body, accepted, held, response.status >= 400 ? &error : nullptr);
  response.body += ",\"items\":[";
  response.body += items;
  response.body += "]}";
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

Result<std::vector<Posted>> posting_of(const HttpRequest& request) {
  if (is_binary(request)) return decode_posting(as_bytes(request.body));
  if (request.content_type != kJson) return fail(wrong_type(request));
  const Result<Json> json = parse_json(request.body);
  if (!json) return fail(json.error());
  return posting_from_json(*json);
}

}  // namespace

Result<std::vector<IntakeJob>> Api::jobs_of(std::size_t route, const HttpRequest& request) const {
  std::vector<IntakeJob> jobs;
  const UnixNanos now = parts_.clock.now();
  if (route == kHeadersRoute) {
    Result<std::vector<SignedHeader>> headers = headers_of(request);
    if (!headers) return fail(headers.error());
    if (headers->empty()) return fail(Errc::bad_data, "no header in the request");
    jobs.push_back({.content = *std::move(headers), .now = now});
  } else if (route == kBodiesRoute) {
    Result<Batch> batch = batch_of(request);
    if (!batch) return fail(batch.error());
    jobs.push_back({.content = *std::move(batch), .now = now});
  } else {
    Result<std::vector<Posted>> items = posting_of(request);
    if (!items) return fail(items.error());
    jobs.reserve(items->size());
    for (Posted& item : *items) {
      if (const auto* header = std::get_if<SignedHeader>(&item)) {
        jobs.push_back({.content = std::vector{*header}, .now = now});
      } else {
        jobs.push_back({.content = std::get<Batch>(std::move(item)), .now = now});
      }
    }
  }
  return jobs;
}

HttpResponse Api::intake_response(std::size_t route, std::span<const IntakeJob> jobs) {
  return route == kMessagesRoute ? response_of(jobs) : response_of(*jobs.front().answer);
}

HttpResponse Api::post_intake(std::size_t route, const HttpRequest& request) {
  Result<std::vector<IntakeJob>> jobs = jobs_of(route, request);
  if (!jobs) return malformed(jobs.error());
  parts_.ingest.take(*jobs);
  return intake_response(route, *jobs);
}

void Api::submit(std::size_t route, const HttpRequest& request, HttpReply reply, bool wakes) {
  Result<std::vector<IntakeJob>> jobs = jobs_of(route, request);
  if (!jobs) return reply(malformed(jobs.error()));
  parts_.service->queue.submit(
      *std::move(jobs),
      [route, reply = std::move(reply)](std::span<const IntakeJob> answered) {
        reply(intake_response(route, answered));
      },
      wakes);
}

}  // namespace earshot::verifier
