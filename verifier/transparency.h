// What the service shows of its logs, and what it says about those of others: the intake log's and
// the network log's checkpoints with their witnesses' cosignatures, the network log's tiles, the
// witness of other logs. Wired from the configuration.
#pragma once
#include <memory>
#include <optional>

#include "core/clock.h"
#include "verifier/config.h"
#include "verifier/log/cosigned_log.h"
#include "verifier/log/witness_desk.h"
#include "verifier/network_log.h"
#include "verifier/store.h"
#include "verifier/ticker.h"

namespace spdlog {
class logger;
}

namespace earshot::verifier {

class Transparency {
 public:
  // Borrows store, registry and logger. `intake`: the key of the intake log's checkpoints; the
  // network log has the same seed under the name NAME/network. The witness's key is its own, in
  // store.directory/witness.key, made at the first start that needs it.
  static Result<std::unique_ptr<Transparency>> open(const Config& config, const NoteSigner& intake,
                                                    const MessageStore& store,
                                                    const RegistryStore& registry,
                                                    spdlog::logger& log);
  ~Transparency();

  const CosignedLog& intake() const { return *intake_; }
  const CosignedLog& network() const { return *network_; }
  const LogDirectory& network_log() const { return *files_; }
  WitnessDesk* witness() { return witness_.get(); }  // Null when no log is witnessed.

  // An epoch that was sealed just now. On the thread that calls catch_up.
  void offer(const EpochRecord& record, const EpochOutcome& outcome) {
    epochs_->offer(record, outcome);
  }
  // Publishes the epochs that were sealed since; what fails is logged and tried at the next call.
  // One thread at a time.
  void catch_up();
  // Asks the witnesses every so often, on a thread of its own, until this is destroyed.
  void start(const Clock& clock);

 private:
  explicit Transparency(spdlog::logger& log);
  void refresh_due(UnixNanos now);

  class Say;
  std::unique_ptr<Say> say_;
  std::unique_ptr<LogDirectory> files_;
  std::unique_ptr<NetworkLog> epochs_;
  std::unique_ptr<CosignedLog> intake_;
  std::unique_ptr<CosignedLog> network_;
  std::unique_ptr<WitnessDesk> witness_;
  UnixNanos interval_ = 0;
  UnixNanos refreshed_ = 0;
  bool has_witnesses_ = false;
  std::optional<Ticker> ticker_;
};

}  // namespace earshot::verifier
