// What an operator watches, in the form Prometheus reads (docs/OPERATIONS.md has the list and the
// alerts). Counting is atomic and cheap; everything that is a state is looked up when asked for.
//
// Any thread.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "verifier/http_server.h"
#include "verifier/intake_queue.h"

namespace earshot::verifier {

// States at the moment of the scrape.
struct ServiceState {
  std::uint64_t queue_requests = 0;
  std::uint64_t queue_limit = 0;
  std::uint64_t pool_waiting = 0;
  std::uint64_t body_bytes = 0;
  bool is_draining = false;
  bool is_store_up = true;
  std::uint64_t log_entries = 0;
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_reserve_bytes = 0;
  std::uint64_t round = 0;
  std::uint64_t epoch = 0;
  std::optional<std::uint64_t> last_sealed_epoch;
  std::uint64_t evidence_bytes = 0;                // Of snippets, on disk.
  std::uint64_t evidence_epochs = 0;               // Sealed, and their snippets are kept.
  std::uint64_t message_bytes = 0;                 // Of headers, reports and notices, on disk.
  std::uint64_t message_epochs = 0;                // Sealed, and their reports are kept.
  std::uint64_t log_bytes = 0;                     // Of the intake log.
  std::optional<std::uint64_t> oldest_epoch_kept;  // Once one was judged here.
  std::uint64_t epochs_in_grace = 0;
  std::uint64_t epochs_overdue = 0;  // Whose seal was due.
  // Of the open epoch: rounds that opened more than a link's deadline ago, and those of them
  // without entropy.
  std::uint64_t rounds_opened = 0;
  std::uint64_t rounds_without_entropy = 0;
  std::uint64_t silent_peers = 0;  // That reservations do not wait for.
};

class Metrics final : public IntakeObserver {
 public:
  // `routes`: names of what can be asked for, as count_request will number them; requests for
  // anything else are numbered routes.size().
  explicit Metrics(std::vector<std::string> routes);
  ~Metrics() override;

  void count_request(std::size_t route, int status);
  void answered(const Intake& intake) override;
  void settled(std::size_t requests, double seconds) override;

  // Prometheus text format 0.0.4. `http` may be null.
  std::string text(const ServiceState& state, const HttpCounters* http) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::verifier
