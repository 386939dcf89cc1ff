// One epoch on virtual time: real hotspots with recorded ears, a real verifier over HTTP, a real
// node that mines on.
//
//     commit - 1 h   hotspots onboard
//     commit         the verifier commits to its entropy; blocks follow
//     round by round entropy is fetched, slots are planned, windows heard, reports delivered
//     end + 75 min   audits are drawn, and answered
//     end + grace    the epoch is sealed
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "hotspot/hotspot.h"
#include "simulator/anvil.h"
#include "simulator/progress.h"
#include "simulator/recordings.h"
#include "simulator/verifier_child.h"

namespace earshot::simulator {

// What one hotspot did, for the report.
struct StationLog {
  std::vector<hotspot::BeaconPlan> beacons;
  std::vector<WitnessReport> heard;
  std::size_t frames = 0;
  std::vector<hotspot::Refusal> refused;
};

// When a verifier's clock starts, and the chain's: an hour before it commits.
UnixNanos simulation_start(const World& world);

class EpochRun {
 public:
  struct Parts {
    const World& world;
    AnvilProcess& chain;
    VerifierChild& verifier;
    std::string state_directory;  // Of the hotspots; made.
    unsigned threads = 2;
    Progress& progress;
  };
  // Opens the hotspots. All parts are borrowed.
  static Result<EpochRun> create(const Parts& parts);

  // Onboards, and lets the verifier commit; the entropy's block is final when it returns.
  Result<void> open_epoch();
  // The hash of the block that the epoch's entropy takes. After open_epoch.
  const Hash256& block_hash() const { return block_hash_; }
  // Everything up to the seal. `recordings`: one for each hotspot, in order.
  Result<void> live_through(const std::vector<ReceiverRecording>& recordings);
  const std::vector<StationLog>& logs() const { return logs_; }

 private:
  explicit EpochRun(const Parts& parts);
  Result<void> advance(UnixNanos time);
  Result<void> onboard();
  Result<void> plan(Round round, std::vector<hotspot::BeaconPlan>& sent);
  Result<void> speak_and_listen(Round round, const std::vector<hotspot::BeaconPlan>& sent,
                                const std::vector<ReceiverRecording>& recordings);
  Result<void> hear(std::size_t index, Round round, const radio::RecordingInfo& recording);
  Result<void> deliver_due();
  Result<void> deliver_rest();
  Result<void> answer_audits();
  void note(std::size_t index, const hotspot::Delivery& delivery);

  Parts parts_;
  std::unique_ptr<VirtualClock> clock_;
  // Of all hotspots, which deliver one after the other.
  std::unique_ptr<hotspot::HttpTransport> transport_;
  std::vector<hotspot::Hotspot> hotspots_;
  std::vector<StationLog> logs_;
  Hash256 block_hash_{};
  UnixNanos next_block_ = 0;
};

}  // namespace earshot::simulator
