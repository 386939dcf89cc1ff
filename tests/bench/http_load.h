// A load on an HTTP server: some connections, each of which sends its requests one after the other
// and waits for each answer. One thread, plain HTTP/1.1.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace earshot::bench {

// Of one connection, in this order.
using Requests = std::vector<std::string>;

struct LoadOutcome {
  std::map<int, std::uint64_t> statuses;  // How often each was answered.
  double wall_s = 0;
  std::vector<double> latencies_s;  // Ascending.
  std::uint64_t answers() const;
  double latency_s(double quantile) const;  // 0 when there was no answer.
};

std::string post_request(const std::string& path, const std::string& body);
std::string get_request(const std::string& path);

// `reconnects`: a connection for each request.
LoadOutcome run_load(std::uint16_t port, const std::vector<Requests>& connections,
                     bool reconnects = false);

}  // namespace earshot::bench
