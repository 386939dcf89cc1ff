// Routing, and what is posted. What is read is in api_read.cpp.
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

HttpResponse json_response(int status, const Json& body) {
  return {.status = status, .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
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
      return 401;
    case IntakeStatus::unknown_header:
      return 404;
    case IntakeStatus::equivocation:
      return 409;
    case IntakeStatus::too_early:
      return 429;
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
  const int status = status_of(intake.status);
  Json body = {{"accepted", intake.accepted}, {"held", intake.held}};
  if (status >= 400) body["error"] = intake.detail;
  HttpResponse response = json_response(status, body);
  if (intake.retry_after_seconds > 0) response.retry_after_seconds = intake.retry_after_seconds;
  return response;
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

// Without the query.
std::string_view path_of(const HttpRequest& request) {
  return std::string_view(request.target).substr(0, request.target.find('?'));
}

// "/v1/epochs/3" -> {"v1", "epochs", "3"}
std::vector<std::string_view> segments_of(std::string_view target) {
  std::vector<std::string_view> segments;
  while (!target.empty()) {
    if (target.front() != '/') return {};
    target.remove_prefix(1);
    const std::size_t end = std::min(target.find('/'), target.size());
    segments.push_back(target.substr(0, end));
    target.remove_prefix(end);
  }
  return segments;
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

// A resource: "*" stands for any segment, and is handed on in order; a last "**" for all that
// follow.
struct Api::Route {
  std::string_view method;
  std::vector<std::string_view> path;
  std::function<HttpResponse(Api&, const HttpRequest&, std::span<const std::string_view>)> handle;

  bool matches(std::span<const std::string_view> segments) const {
    std::span<const std::string_view> wanted(path);
    if (path.back() == "**") {
      wanted = wanted.first(path.size() - 1);
      if (segments.size() < path.size()) return false;
      segments = segments.first(wanted.size());
    }
    return std::ranges::equal(segments, wanted, [](std::string_view found, std::string_view name) {
      return name == "*" || found == name;
    });
  }
};

std::span<const Api::Route> Api::routes() {
  using Request = const HttpRequest&;
  using Names = std::span<const std::string_view>;
  static const std::vector<Route> kRoutes = {
      {"POST", {"v1", "headers"}, [](Api& api, Request r, Names) { return api.post_headers(r); }},
      {"POST", {"v1", "bodies"}, [](Api& api, Request r, Names) { return api.post_bodies(r); }},
      {"POST",
       {"v1", "evidence", "*"},
       [](Api& api, Request r, Names n) { return api.post_evidence(r, n[0]); }},
      {"POST",
       {"v1", "simulation", "clock"},
       [](Api& api, Request r, Names) { return api.post_clock(r); }},
      {"GET", {"healthz"}, [](Api& api, Request, Names) { return api.get_health(); }},
      {"GET", {"checkpoint"}, [](Api& api, Request, Names) { return api.get_checkpoint(); }},
      {"GET", {"tile", "**"}, [](Api& api, Request r, Names) { return api.get_tile(path_of(r)); }},
      {"GET",
       {"v1", "rounds", "*"},
       [](Api& api, Request, Names n) { return api.get_round(n[0]); }},
      {"GET",
       {"v1", "hotspots", "*"},
       [](Api& api, Request, Names n) { return api.get_hotspot(n[0]); }},
      {"GET",
       {"v1", "hotspots", "*", "tasks"},
       [](Api& api, Request, Names n) { return api.get_tasks(n[0]); }},
      {"GET",
       {"v1", "epochs", "*"},
       [](Api& api, Request, Names n) { return api.get_epoch(n[0]); }},
      {"GET",
       {"v1", "epochs", "*", "*"},
       [](Api& api, Request, Names n) { return api.get_epoch_file(n[0], n[1]); }},
      {"GET",
       {"v1", "epochs", "*", "payouts", "*"},
       [](Api& api, Request, Names n) { return api.get_payout(n[0], n[1]); }},
      {"GET",
       {"v1", "coverage.geojson"},
       [](Api& api, Request, Names) { return api.get_coverage(); }},
  };
  return kRoutes;
}

HttpResponse Api::handle_request(const HttpRequest& request) {
  const std::vector<std::string_view> segments = segments_of(path_of(request));
  std::string allowed;
  for (const Route& route : routes()) {
    if (!route.matches(segments)) continue;
    // HEAD is GET; whoever writes the answer leaves the body out.
    if (request.method != route.method && !(request.method == "HEAD" && route.method == "GET")) {
      allowed = route.method;
      continue;
    }
    if (request.body.size() > parts_.max_body_bytes) {
      return error_response(413, "found " + std::to_string(request.body.size()) +
                                     " bytes, at most " + std::to_string(parts_.max_body_bytes) +
                                     " are taken");
    }
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < std::min(segments.size(), route.path.size()); ++i) {
      if (route.path[i] == "*") names.push_back(segments[i]);
    }
    return route.handle(*this, request, names);
  }
  if (allowed.empty()) return error_response(404, "there is nothing under this path");
  HttpResponse response =
      error_response(405, "method " + request.method + ", allowed is " + allowed);
  response.allow = allowed;
  return response;
}

HttpResponse Api::post_headers(const HttpRequest& request) {
  const Result<std::vector<SignedHeader>> headers = headers_of(request);
  if (!headers) return error_response(400, headers.error().detail);
  return response_of(parts_.ingest.take_headers(*headers, parts_.clock.now()));
}

HttpResponse Api::post_bodies(const HttpRequest& request) {
  const Result<Batch> batch = batch_of(request);
  if (!batch) return error_response(400, batch.error().detail);
  return response_of(parts_.ingest.take_bodies(*batch, parts_.clock.now()));
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
    return error_response(moved.error().code == Errc::usage ? 400 : 503, moved.error().detail);
  }
  return json_response(200, {{"unix_ns", std::to_string(parts_.clock.now())}});
}

}  // namespace earshot::verifier
