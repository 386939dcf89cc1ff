#include "verifier/metrics.h"

#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cassert>
#include <fstream>

namespace earshot::verifier {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

// What an answer can be (http_parser.cpp, api.cpp); anything else would be counted as the last.
constexpr std::array<int, 17> kStatuses = {200, 202, 304, 400, 401, 404, 405, 409, 410,
                                           413, 416, 429, 431, 500, 501, 503, 0};

// Chosen: an fsync takes 0.4 to 4 ms, a group with signatures some more; seconds mean trouble.
const prometheus::Histogram::BucketBoundaries kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                          0.05,   0.1,   0.25,   0.5,   1,    5};
const prometheus::Histogram::BucketBoundaries kGroups = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

std::size_t status_index(int status) {
  std::size_t i = 0;
  while (i + 1 < kStatuses.size() && kStatuses[i] != status) ++i;
  return i;
}

// Collects families one after the other.
class Page {
 public:
  MetricFamily& family(const char* name, const char* help, MetricType type) {
    MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = type;
    return families_.emplace_back(std::move(family));
  }
  void counter(const char* name, const char* help, double value) {
    add_counter(family(name, help, MetricType::Counter), {}, value);
  }
  void gauge(const char* name, const char* help, double value) {
    ClientMetric metric;
    metric.gauge.value = value;
    family(name, help, MetricType::Gauge).metric.push_back(std::move(metric));
  }
  static void add_counter(MetricFamily& family, Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.counter.value = value;
    family.metric.push_back(std::move(metric));
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<MetricFamily> families_;
};

double as_double(std::uint64_t value) { return static_cast<double>(value); }

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return as_double(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void put_process(Page& page) {
  page.counter("process_cpu_seconds_total", "CPU time used, user and system.", cpu_seconds());
  page.gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes());
}

void put_state(Page& page, const ServiceState& state) {
  page.gauge("earshot_queue_requests", "Posted requests not yet answered.",
             as_double(state.queue_requests));
  page.gauge("earshot_queue_limit", "At so many, more are answered 503.",
             as_double(state.queue_limit));
  page.gauge("earshot_slow_requests_waiting", "Requests that wait for a thread that may block.",
             as_double(state.pool_waiting));
  page.gauge("earshot_body_bytes", "Bodies of requests in memory.", as_double(state.body_bytes));
  page.gauge("earshot_draining", "1 while the service is stopping.", state.is_draining ? 1 : 0);
  page.gauge("earshot_store_up", "0 when the last write to the message store failed.",
             state.is_store_up ? 1 : 0);
  page.gauge("earshot_log_entries", "Size of the intake log.", as_double(state.log_entries));
  page.gauge("earshot_disk_free_bytes", "Free on the store's disk.",
             as_double(state.disk_free_bytes));
  page.gauge("earshot_disk_reserve_bytes", "Below so many nothing is taken (store.reserve_bytes).",
             as_double(state.disk_reserve_bytes));
  page.gauge("earshot_round", "The current round.", as_double(state.round));
  page.gauge("earshot_epoch", "The current epoch.", as_double(state.epoch));
  if (state.last_sealed_epoch) {
    page.gauge("earshot_epoch_last_sealed", "The epoch sealed last.",
               as_double(*state.last_sealed_epoch));
  }
  page.gauge("earshot_evidence_bytes", "Snippets that audits asked for, on disk.",
             as_double(state.evidence_bytes));
  page.gauge("earshot_evidence_epochs", "Sealed epochs whose snippets are kept.",
             as_double(state.evidence_epochs));
  page.gauge("earshot_message_bytes", "Headers, reports and notices on disk.",
             as_double(state.message_bytes));
  page.gauge("earshot_message_epochs", "Sealed epochs whose headers, reports and notices are kept.",
             as_double(state.message_epochs));
  if (state.oldest_epoch_kept) {
    page.gauge("earshot_epoch_oldest_kept", "The oldest epoch whose reports are kept.",
               as_double(*state.oldest_epoch_kept));
  }
  page.gauge("earshot_log_bytes", "The intake log on disk, which is kept for good.",
             as_double(state.log_bytes));
  page.gauge("earshot_epochs_in_grace", "Epochs that are over and not sealed.",
             as_double(state.epochs_in_grace));
  page.gauge("earshot_epochs_overdue", "Epochs whose seal was due and is not there.",
             as_double(state.epochs_overdue));
  page.gauge("earshot_epoch_rounds_opened", "Rounds of the current epoch whose link was due.",
             as_double(state.rounds_opened));
  page.gauge("earshot_epoch_rounds_without_entropy",
             "Of these, rounds whose link is missing: skipped for good.",
             as_double(state.rounds_without_entropy));
  page.gauge("earshot_channels_silent_peers",
             "Other verifiers that reservations do not wait for, because they did not answer.",
             as_double(state.silent_peers));
}

void put_http(Page& page, const HttpCounters& http) {
  page.gauge("earshot_http_connections", "Open connections.", as_double(http.connections));
  page.counter("earshot_http_connections_total", "Connections accepted.",
               as_double(http.accepted_connections));
  page.counter("earshot_http_connections_refused_total",
               "Connections beyond http.max_connections, answered 503.",
               as_double(http.refused_connections));
  page.counter("earshot_http_handshakes_failed_total", "TLS handshakes that failed.",
               as_double(http.failed_handshakes));
  page.counter("earshot_http_requests_refused_total",
               "Requests that were too long or no HTTP (400, 413, 431, 503).",
               as_double(http.refused_requests));
  page.counter("earshot_http_answers_refused_total",
               "Large answers that were not begun because slow readers hold too many (503).",
               as_double(http.refused_answers));
  page.counter("earshot_http_requests_timed_out_total",
               "Requests that did not come, or whose answer did not leave, in time.",
               as_double(http.timed_out_requests));
}

}  // namespace

struct Metrics::Impl {
  using Row = std::array<std::atomic<std::uint64_t>, kStatuses.size()>;

  explicit Impl(std::vector<std::string> names)
      : routes(std::move(names)), requests(routes.size() + 1) {}

  std::vector<std::string> routes;
  std::vector<Row> requests;
  std::array<std::atomic<std::uint64_t>, kIntakeStatuses> intakes{};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> held{0};
  prometheus::Histogram seconds{kSeconds};
  prometheus::Histogram groups{kGroups};
};

Metrics::Metrics(std::vector<std::string> routes)
    : impl_(std::make_unique<Impl>(std::move(routes))) {}
Metrics::~Metrics() = default;

void Metrics::count_request(std::size_t route, int status) {
  assert(route < impl_->requests.size());
  ++impl_->requests[route][status_index(status)];
}

void Metrics::answered(const Intake& intake) {
  ++impl_->intakes[static_cast<std::size_t>(intake.status)];
  impl_->accepted += intake.accepted;
  impl_->held += intake.held;
}

void Metrics::settled(std::size_t requests, double seconds) {
  impl_->seconds.Observe(seconds);
  impl_->groups.Observe(static_cast<double>(requests));
}

std::string Metrics::text(const ServiceState& state, const HttpCounters* http) const {
  Page page;
  MetricFamily& requests =
      page.family("earshot_http_requests_total", "Requests by answer.", MetricType::Counter);
  for (std::size_t route = 0; route <= impl_->routes.size(); ++route) {
    const std::string name = route < impl_->routes.size() ? impl_->routes[route] : "other";
    for (std::size_t i = 0; i < kStatuses.size(); ++i) {
      const std::uint64_t count = impl_->requests[route][i];
      if (count == 0) continue;
      Page::add_counter(requests, {{"route", name}, {"status", std::to_string(kStatuses[i])}},
                        as_double(count));
    }
  }
  MetricFamily& intakes =
      page.family("earshot_intake_requests_total",
                  "Posted headers and bodies by what became of them.", MetricType::Counter);
  for (std::size_t i = 0; i < kIntakeStatuses; ++i) {
    const std::string outcome(status_name(static_cast<IntakeStatus>(i)));
    Page::add_counter(intakes, {{"outcome", outcome}}, as_double(impl_->intakes[i]));
  }
  page.counter("earshot_intake_accepted_total", "Headers and messages that were new.",
               as_double(impl_->accepted));
  page.counter("earshot_intake_held_total", "Headers and messages that were held already.",
               as_double(impl_->held));
  page.family("earshot_commit_seconds", "Time from a group's last look at the store to its fsync.",
              MetricType::Histogram)
      .metric = {impl_->seconds.Collect()};
  page.family("earshot_commit_requests", "Requests that shared a write.", MetricType::Histogram)
      .metric = {impl_->groups.Collect()};
  put_state(page, state);
  if (http != nullptr) put_http(page, *http);
  put_process(page);
  return page.text();
}

}  // namespace earshot::verifier
