// Who measures the samples of an audit. The service lets a process in a sandbox do it, so that
// neither a crash nor a hang over hostile samples is its own.
#pragma once
#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "verifier/evidence_request.h"

namespace earshot::verifier {

class EvidenceMeter {
 public:
  virtual ~EvidenceMeter() = default;
  // Nothing: it is at it; ask again. What it cannot measure is unmeasurable.
  std::optional<AuditRecord> audit(const Evidence& evidence);
  // All pairs of snippets of one beacon, at most 255 of them; 0 where it cannot.
  std::optional<std::vector<NoisePair>> correlate(std::span<const Evidence> evidence);

 private:
  // The answer to `request`, or what went wrong; nothing while it takes.
  virtual std::optional<Result<Bytes>> answer(Bytes request) = 0;
};

// At once, in this process: for tests and for samples of one's own.
class OwnProcessMeter : public EvidenceMeter {
  std::optional<Result<Bytes>> answer(Bytes request) override { return answer_request(request); }
};

// A process of its own for each question, one at a time. One thread asks; its destructor ends what
// is running.
class ProcessMeter : public EvidenceMeter {
 public:
  struct How {
    std::vector<std::string> command;  // Reads a request and writes the answer.
    std::chrono::milliseconds patience = std::chrono::minutes(11);
    bool waits = false;  // Under a virtual clock: an answer comes with the first asking.
  };
  explicit ProcessMeter(How how) : how_(std::move(how)) {}
  ~ProcessMeter() override;

 private:
  std::optional<Result<Bytes>> answer(Bytes request) override;

  How how_;
  std::atomic<bool> stops_ = false;
  Hash256 asked_{};
  std::future<Result<Bytes>> running_;
};

}  // namespace earshot::verifier
