// From a request to whoever answers it, and on which thread.
#include <algorithm>
#include <array>
#include <cassert>

#include "verifier/api.h"
#include "verifier/quorum/quorum_desk.h"

namespace earshot::verifier {
namespace {

// Without the query.
std::string_view path_of(const HttpRequest& request) {
  return std::string_view(request.target).substr(0, request.target.find('?'));
}

// "/v1/epochs/3" -> {"v1", "epochs", "3"}. Empty for what is no path, and for more of them than any
// resource has.
class Segments {
 public:
  explicit Segments(std::string_view target) {
    while (!target.empty()) {
      if (target.front() != '/' || count_ == all_.size()) {
        count_ = 0;
        return;
      }
      target.remove_prefix(1);
      const std::size_t end = std::min(target.find('/'), target.size());
      all_[count_++] = target.substr(0, end);
      target.remove_prefix(end);
    }
  }
  std::span<const std::string_view> all() const { return std::span(all_).first(count_); }

 private:
  std::array<std::string_view, 16> all_;
  std::size_t count_ = 0;
};

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

// Which thread a request is for.
enum class Cost : std::uint8_t {
  quick,   // The socket's: looks at memory only.
  intake,  // The queue's.
  slow,    // The pool's: a disk, a database, large texts.
};

}  // namespace

// A resource, as openapi.json names it: "{x}" stands for any segment, and is handed on in order; a
// last "{x...}" for all that follow.
struct Api::Route {
  using Request = const HttpRequest&;
  using Names = std::span<const std::string_view>;

  Route(std::string_view of, std::string_view name, Cost takes,
        std::function<HttpResponse(Api&, Request, Names)> how)
      : method(of), path(name), segments(name), cost(takes), handle(std::move(how)) {}

  std::string_view method;
  std::string_view path;
  Segments segments;
  Cost cost;
  std::function<HttpResponse(Api&, Request, Names)> handle;

  bool takes_rest() const { return segments.all().back().ends_with("...}"); }
  bool matches(Names found) const {
    Names wanted = segments.all();
    if (takes_rest()) {
      if (found.size() < wanted.size()) return false;
      wanted = wanted.first(wanted.size() - 1);
      found = found.first(wanted.size());
    }
    return std::ranges::equal(found, wanted, [](std::string_view one, std::string_view name) {
      return is_parameter(name) || one == name;
    });
  }
};

struct Api::Match {
  std::size_t route = 0;
  std::vector<std::string> names;
};

const std::vector<Api::Route>& Api::routes() {
  using Request = Route::Request;
  using Names = Route::Names;
  static const std::vector<Route> kRoutes = {
      {"POST", "/v1/headers", Cost::intake,
       [](Api& api, Request r, Names) { return api.post_intake(kHeadersRoute, r); }},
      {"POST", "/v1/bodies", Cost::intake,
       [](Api& api, Request r, Names) { return api.post_intake(kBodiesRoute, r); }},
      {"POST", "/v1/messages", Cost::intake,
       [](Api& api, Request r, Names) { return api.post_intake(kMessagesRoute, r); }},
      {"POST", "/v1/evidence/{report}", Cost::slow,
       [](Api& api, Request r, Names n) { return api.post_evidence(r, n[0]); }},
      {"POST", "/v1/channels", Cost::slow,
       [](Api& api, Request r, Names) { return api.post_channel(r); }},
      {"GET", "/v1/channels/{payer}/{first}/{nonce}", Cost::quick,
       [](Api& api, Request, Names n) { return api.get_reservations(n[0], n[1], n[2]); }},
      {"POST", "/v1/channel-ends", Cost::slow,
       [](Api& api, Request r, Names) { return api.post_channel_end(r); }},
      {"POST", "/v1/simulation/clock", Cost::slow,
       [](Api& api, Request r, Names) { return api.post_clock(r); }},
      {"GET", "/healthz", Cost::quick, [](Api& api, Request, Names) { return api.get_health(); }},
      {"GET", "/readyz", Cost::slow, [](Api& api, Request, Names) { return api.get_ready(); }},
      {"GET", "/metrics", Cost::slow, [](Api& api, Request, Names) { return api.get_metrics(); }},
      {"GET", "/openapi.json", Cost::quick,
       [](Api& api, Request, Names) { return api.get_openapi(); }},
      {"GET", "/checkpoint", Cost::slow,
       [](Api& api, Request, Names) { return api.get_checkpoint(); }},
      {"GET", "/tile/{tile...}", Cost::slow,
       [](Api& api, Request r, Names) { return api.get_tile(path_of(r)); }},
      {"GET", "/network/checkpoint", Cost::slow,
       [](Api& api, Request, Names) { return api.get_network_checkpoint(); }},
      {"GET", "/network/tile/{tile...}", Cost::slow,
       [](Api& api, Request r, Names) { return api.get_network_tile(path_of(r)); }},
      {"POST", "/witness/add-checkpoint", Cost::slow,
       [](Api& api, Request r, Names) { return api.post_add_checkpoint(r); }},
      {"GET", "/witness/{origin}/checkpoint", Cost::slow,
       [](Api& api, Request, Names n) { return api.get_witnessed(n[0]); }},
      {"GET", "/v1/rounds/{round}", Cost::quick,
       [](Api& api, Request, Names n) { return api.get_round(n[0]); }},
      {"GET", "/v1/hotspots/{key}", Cost::slow,
       [](Api& api, Request, Names n) { return api.get_hotspot(n[0]); }},
      {"GET", "/v1/hotspots/{key}/tasks", Cost::slow,
       [](Api& api, Request, Names n) { return api.get_tasks(n[0]); }},
      {"GET", "/v1/epochs/{epoch}", Cost::slow,
       [](Api& api, Request, Names n) { return api.get_epoch(n[0]); }},
      {"GET", "/v1/epochs/{epoch}/{file}", Cost::slow,
       [](Api& api, Request, Names n) { return api.get_epoch_file(n[0], n[1]); }},
      {"GET", "/v1/epochs/{epoch}/payouts/{address}", Cost::slow,
       [](Api& api, Request, Names n) { return api.get_payout(n[0], n[1]); }},
      {"GET", "/v1/epochs/{epoch}/explain/{id}", Cost::slow,
       [](Api& api, Request, Names n) { return api.get_explanation(n[0], n[1]); }},
      {"GET", "/v1/quorum/{what...}", Cost::slow,
       [](Api& api, Request r, Names) { return api.get_quorum(path_of(r)); }},
      {"GET", "/v1/coverage.geojson", Cost::slow,
       [](Api& api, Request, Names) { return api.get_coverage(); }},
  };
  return kRoutes;
}

std::vector<Api::Operation> Api::operations() {
  std::vector<Operation> all;
  for (const Route& route : routes()) all.push_back({route.method, route.path});
  return all;
}

HttpResponse Api::get_quorum(std::string_view path) {
  if (parts_.quorum == nullptr) return error_response(404, "there is nothing under this path");
  return parts_.quorum->get(Segments(path).all().subspan(2));
}

std::variant<Api::Match, HttpResponse> Api::find(const HttpRequest& request) const {
  const Segments path(path_of(request));
  const Route::Names segments = path.all();
  std::string allowed;
  for (std::size_t i = 0; i < routes().size(); ++i) {
    const Route& route = routes()[i];
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
    Match match{i, {}};
    const Route::Names wanted = route.segments.all();
    for (std::size_t at = 0; at < std::min(segments.size(), wanted.size()); ++at) {
      if (is_parameter(wanted[at])) match.names.emplace_back(segments[at]);
    }
    return match;
  }
  if (allowed.empty()) return error_response(404, "there is nothing under this path");
  HttpResponse response =
      error_response(405, "method " + request.method + ", allowed is " + allowed);
  response.allow = allowed;
  return response;
}

HttpResponse Api::run(const Match& match, const HttpRequest& request) {
  const std::vector<std::string_view> names(match.names.begin(), match.names.end());
  return routes()[match.route].handle(*this, request, names);
}

HttpResponse Api::handle_request(const HttpRequest& request) {
  const std::variant<Match, HttpResponse> found = find(request);
  if (const auto* response = std::get_if<HttpResponse>(&found)) return *response;
  return run(std::get<Match>(found), request);
}

void Api::handle(HttpRequest request, HttpReply reply) {
  assert(parts_.service != nullptr);
  Metrics& metrics = parts_.service->metrics;
  std::variant<Match, HttpResponse> found = find(request);
  if (auto* response = std::get_if<HttpResponse>(&found)) {
    metrics.count_request(routes().size(), response->status);
    return reply(std::move(*response));
  }
  Match& match = std::get<Match>(found);
  const std::size_t route = match.route;
  auto counted = [&metrics, route, reply = std::move(reply)](HttpResponse response) {
    metrics.count_request(route, response.status);
    reply(std::move(response));
  };
  const Cost cost = routes()[route].cost;
  if (cost == Cost::quick) return counted(run(match, request));
  // JSON is for people: it takes as long as hundreds of binary requests.
  const bool is_text = request.content_type == "application/json";
  if (cost == Cost::intake && !is_text) {
    return submit(route, request, std::move(counted), parts_.service->wakes_queue);
  }
  BlockingPool::Task task = [this, match = std::move(match), cost, request = std::move(request),
                             counted] {
    try {
      if (cost == Cost::intake) return submit(match.route, request, counted, true);
      counted(run(match, request));
    } catch (const std::exception& failure) {
      counted(error_response(500, "the request failed inside"));
    }
  };
  if (!parts_.service->pool.submit(task)) {
    counted(error_response(503, "too many requests wait", 1));
  }
}

}  // namespace earshot::verifier
