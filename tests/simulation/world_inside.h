// The inside of a run; world.h is what others see. Files: world.cpp (the loop, the service's starts
// and stops), world_plan.cpp (when what goes wrong), world_network.cpp, world_crowd.cpp,
// world_verify.cpp.
#pragma once
#include <spdlog/sinks/base_sink.h>

#include <memory>
#include <mutex>
#include <queue>

#include "tests/simulation/node.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/world.h"
#include "verifier/judge.h"

namespace earshot::simulation {

inline constexpr UnixNanos kSecond = kNanosPerSecond;
inline constexpr UnixNanos kMinute = 60 * kSecond;

inline UnixNanos opening_of(std::uint64_t epoch) {
  return round_opening(epoch * policy().epoch_rounds);
}
inline UnixNanos last_body_of(std::uint64_t epoch) { return opening_of(epoch + 1) + 75 * kMinute; }
inline UnixNanos seal_of(std::uint64_t epoch) {
  return opening_of(epoch + 1) + policy().grace_seconds * kSecond;
}

// How bad this run is: each kind of fault is absent in some runs and frequent in others.
struct Plan {
  explicit Plan(Dice& dice);
  std::uint64_t epochs;
  // Per thousand.
  std::uint32_t request_lost, answer_lost, duplicated, delayed, corrupted, tick_missed;
  std::uint64_t crashes, outages, full_disks, clock_steps, node_deaths;
  UnixNanos keep_messages;  // After their epoch's seal.
};

class SteppedClock final : public Clock {
 public:
  UnixNanos now() const override { return truth + offset; }
  UnixNanos truth = 0;
  UnixNanos offset = 0;
};

class LastLine final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::string line;
  std::FILE* out = nullptr;

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    line.assign(message.payload.data(), message.payload.size());
    if (out != nullptr) std::fprintf(out, "    service: %s\n", line.c_str());
  }
  void flush_() override {}
};

// A batch on its way: header first, bodies once they may be shown.
struct Shipment {
  std::size_t hotspot = 0;
  Parcel parcel;
  UnixNanos body_at = 0;
  int attempts = 0;
  bool as_json = false;
};

class World {
 public:
  World(std::uint64_t seed, const Options& options);
  Run run();

 private:
  using Answer = std::function<void(const std::optional<verifier::HttpResponse>&)>;
  struct Event {
    UnixNanos at;
    std::uint64_t order;
    std::function<void()> happen;
    bool operator<(const Event& other) const {
      return std::tie(other.at, other.order) < std::tie(at, order);
    }
  };

  void at(UnixNanos time, std::function<void()> happen) {
    events_.push({std::max(time, clock_.truth), next_order_++, std::move(happen)});
  }
  void after(UnixNanos pause, std::function<void()> happen) {
    at(clock_.truth + pause, std::move(happen));
  }
  UnixNanos span(UnixNanos low, UnixNanos high) { return dice_.between(low, high); }
  // A line of the trace, and a part of its hash.
  void note(const std::string& what);
  // An invariant does not hold; the first is kept.
  void fault(const std::string& what);

  // The service and its disk. `depth_` is above zero while the service runs: it is not taken away
  // under its own feet.
  void start();
  void stop();
  template <class Work>
  void with_service(Work&& work) {
    ++depth_;
    work();
    if (--depth_ == 0 && !disk_.is_running()) stop();
  }
  void on_reading(Round first);
  void tick();
  void tidy();
  void watch_registry();
  void watch_draws();
  void watch_unanswered(std::uint64_t epoch);
  // How long the service was there between two instants of the true time.
  UnixNanos time_there(UnixNanos from, UnixNanos to) const;
  void check_registry();

  // The network.
  void post(verifier::HttpRequest request, Answer answer);
  std::optional<verifier::HttpResponse> deliver(const verifier::HttpRequest& request);
  // Several at once: checked each by itself, settled by one write.
  using Arrivals = std::vector<std::pair<verifier::HttpRequest, Answer>>;
  void deliver_together(const Arrivals& arrivals);
  void check_answer(const Oracle::Expectation& expected, const verifier::HttpResponse& response);
  verifier::HttpResponse get(const std::string& target) {
    return node_->handle({"GET", target, "", ""});
  }

  // The crowd.
  void onboard();
  void speak(std::uint64_t epoch);
  void ship(std::size_t hotspot, const std::vector<Message>& messages, std::uint64_t epoch);
  void send(const std::shared_ptr<Shipment>& shipment, bool body);
  void send_collected();
  void take_answer(const std::shared_ptr<Shipment>& shipment, bool body,
                   const std::optional<verifier::HttpResponse>& response);
  void answer_audits(std::size_t hotspot);

  // The plan.
  void plan_ticks();
  void plan_ticks_of_late_epochs();
  void plan_faults();
  void heal();
  void grow_old();
  void verify();
  void verify_epoch(std::uint64_t epoch);
  void verify_snippets(std::uint64_t epoch);
  void verify_summary(std::uint64_t epoch, const verifier::EpochOutcome& outcome,
                      const std::vector<std::string>& naive);

  Run run_;
  Options options_;
  Dice dice_;
  Plan plan_;
  SteppedClock clock_;
  Disk disk_;
  Blocks blocks_;
  std::shared_ptr<LastLine> lines_ = std::make_shared<LastLine>();
  spdlog::logger log_{"service", lines_};
  std::priority_queue<Event> events_;
  std::uint64_t next_order_ = 0;

  Crowd crowd_;
  Oracle oracle_{crowd_};
  std::unique_ptr<Node> node_;
  std::map<std::uint64_t, std::size_t> read_at_;  // Epoch -> log size when it was last read.
  std::vector<std::pair<verifier::HttpRequest, Answer>>
      waiting_;                         // To arrive while an epoch is read.
  std::optional<Round> last_released_;  // What the registry has said it holds.
  std::optional<std::uint64_t> last_sealed_;
  std::optional<rewards::Artifact> previous_;
  CompactRange log_before_;
  Hash256 previous_seal_{};
  // Headers and bodies (true) that wait for others, to go in one request.
  std::vector<std::pair<std::shared_ptr<Shipment>, bool>> collected_;
  Arrivals together_;                            // Arrived, and about to be settled in one group.
  std::map<std::uint64_t, UnixNanos> drawn_at_;  // True time, by epoch.
  std::vector<std::pair<UnixNanos, UnixNanos>> was_there_;  // True time; of the last runs.
  UnixNanos there_since_ = 0;
  UnixNanos stays_away_ = 0;                 // After its next stop; 0: some minutes.
  std::vector<verifier::HttpRequest> sent_;  // Some of what was posted, to come again.
  int depth_ = 0;
  bool is_tidying_ = false;
  UnixNanos tick_time_ = 0;
  UnixNanos latest_tick_ = 0;
};

}  // namespace earshot::simulation
