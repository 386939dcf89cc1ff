// One hotspot: everything but its radio and its sockets. The daemon drives it with a device or a
// recording and HTTP, the simulator with rendered windows and many at once under a virtual clock.
//
// A driver's round: plan_round(); transmit what it plans and say transmitted(); hear() the windows;
// then deliver() and answer_audits() again and again (next_due() says when). Nothing here sleeps or
// reads the system's time: the Clock is the only "now". What the hotspot must not forget (duty
// cycle, tags heard, sequence numbers, signed batches, evidence) is on disk before a method that
// depends on it returns, and open() continues from there.
//
// One thread at a time for one Hotspot; different Hotspots in different threads.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "hotspot/delivery.h"
#include "hotspot/round_limit.h"
#include "hotspot/scheduler.h"
#include "hotspot/settings.h"
#include "hotspot/transport.h"
#include "hotspot/witness.h"

namespace earshot::hotspot {

// For the simulator's cheats only; both empty in a daemon.
struct SimulationSeams {
  // Sees (and may alter) each message when it is built, before its id and signature exist.
  std::function<void(Message&)> before_signing;
  // Sees (and may alter) the snippet's bytes that answer an audit of the report of this id.
  std::function<void(const Hash256&, Bytes&)> before_answering;
};

// A verifier beside the first: it gets the same batches, with a progress of its own.
struct OtherVerifier {
  std::string name;                // Of its file in the state directory.
  Transport* transport = nullptr;  // Borrowed.
};

// What became of the frames of one window.
struct Hearing {
  std::size_t frames = 0;       // Everything the receiver found.
  std::size_t not_beacons = 0;  // Another payload, or a CRC that fails.
  std::size_t own = 0;          // Our own beacons.
  std::size_t repeated = 0;     // Tags heard before.
  std::size_t over_limit = 0;   // Beyond kReportsPerRound; not measured.
  std::size_t unconfirmed = 0;  // Beacons that could not be measured again from their snippet.
  std::vector<WitnessReport> reports;  // New and queued, in order of arrival.
};

class Hotspot {
 public:
  // Creates `directory` when missing and locks it: a second process with the same state would sign
  // twice (Errc::unavailable). Errc::bad_data when what is there is damaged beyond a torn tail.
  // `transport` and `clock` are borrowed.
  static Result<Hotspot> open(const Identity& identity, const Settings& settings,
                              const std::string& directory, Transport& transport,
                              const Clock& clock, SimulationSeams seams = {},
                              const std::vector<OtherVerifier>& others = {});
  Hotspot(Hotspot&&) noexcept;
  Hotspot& operator=(Hotspot&&) noexcept;
  ~Hotspot();

  const PublicKey& key() const;

  // The onboarding of these settings, numbered after the last one queued, without the owner's
  // signature (EIP-712, made where the owner's key is). Errc::configuration names what is missing.
  Result<Onboarding> build_onboarding() const;
  // Queues it once the owner has signed. It is sent at once, header and body.
  Result<void> onboard(const Onboarding& onboarding);

  // Every round of a window in order, before its slot by the clock (see Scheduler::plan); `entropy`
  // is nothing for a skipped round. A silence notice that is due is queued here.
  Result<RoundPlan> plan_round(Round round, const std::optional<Entropy>& entropy);
  // The beacon has left the antenna with its anchor at `anchor` (by the hotspot's clock, whose
  // error bound is in the settings; the radio's comes on top): queues the report.
  Result<void> transmitted(const BeaconPlan& plan, Instant anchor, std::uint64_t error_ps = 0);
  // It could not: queues the notice.
  Result<void> kept_silent(const BeaconPlan& plan, SilenceReason reason);

  // Listens to one window (region's channels within it, the policy's spreading factors), and queues
  // a report for each beacon heard for the first time. With `more_follows` a frame too near the end
  // for its whole snippet is left for the next window, which must overlap by overlap_seconds().
  Result<Hearing> hear(const radio::StreamWindow& window, bool more_follows = false);
  double overlap_seconds() const;
  // Queues what a Listener measured, with the same rules.
  Result<Hearing> take(std::vector<Witnessed> beacons);

  // Signs the batches of rounds that are over and sends what is due by the clock: headers at once,
  // bodies from the commit deadline on. Errc::unavailable only for our own disk; a verifier that
  // does not answer or refuses is in the Delivery.
  Result<Delivery> deliver();
  // Asks for audit tasks and sends the snippets.
  Result<Delivery> answer_audits();
  // When deliver() has something to do next; nothing when all is delivered.
  std::optional<UnixNanos> next_due() const;
  // Messages that some verifier has not yet acknowledged, refused or been given up for.
  std::size_t undelivered() const;
  // The clock was set back: what waits for a verifier is tried again at once.
  void forget_waits();
  // The earliest round that plan_round() wants to be shown next, up to `round`.
  Round first_unseen(Round round) const;
  const DutyLedger& duty() const;
  std::uint64_t evidence_bytes() const;

 private:
  struct Impl;
  explicit Hotspot(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::hotspot
