// The medium that processes of one user share: who takes part, what time it is, what is on the air.
//
// A segment of shared memory (/dev/shm/earshot-air-NAME, mode 0600). Each member holds a shared
// lock on it; whoever finds it unlocked finds it stale and makes it anew, and the last to leave
// removes it. A process that is killed leaves no lock behind. Bounded: 32 MiB of samples and 256
// bursts, the oldest make room; 64 members.
//
// Time is true time. Of two kinds, chosen by whoever comes first:
//   real      the system's monotonic clock, set by its wall clock once, when the segment is made;
//   virtual   moves when the listeners have read: nobody gets more than kLookahead ahead of the
//             slowest, and it stands still until the first `members` listen. Faster or slower than
//             real time, whatever the machine can do, and never lossy. When every listener waits
//             and says that it has nothing to do for a while, time jumps there: quiet air is
//             skipped, but never what is as near to a burst as the burst is long.
// A burst must start later than anything that a listener may have read already.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "core/position.h"
#include "core/time.h"
#include "radio/samples.h"

namespace earshot::radio {

inline constexpr std::int64_t kLookahead = 50'000'000;  // ns. Chosen: a few blocks of samples.
// What an untimed burst is given until it starts. Chosen: above a reader's and a writer's jitter.
inline constexpr std::int64_t kBurstLead = 10'000'000;
// Real time: how long after its end a piece of air may be heard; bursts are known by then.
inline constexpr std::int64_t kAirLatency = 5'000'000;
// Time jumps this far at least. Chosen: less is not worth a receiver's new start.
inline constexpr std::int64_t kLeastJump = 60'000'000;
// Kept of the quiet before and after each burst at least. Chosen: a receiver's filters.
inline constexpr std::int64_t kLeastMargin = 100'000'000;
inline constexpr std::uint64_t kMostBurstSamples = 4U << 20;

struct EtherConfig {
  std::string name = "default";  // Letters, digits, '-' and '_'.
  bool is_virtual = false;
  UnixNanos start = 0;        // Virtual time at first; 0: the system's.
  std::uint32_t members = 1;  // Virtual: how many must listen before time moves.
};

// A burst as it leaves an antenna. Its samples follow separately, |x| = 1 is `eirp_dbm`.
struct AirBurst {
  std::uint64_t member = 0;  // Who sent it.
  UnixNanos start = 0;       // True time of its first sample at the antenna.
  double rate_hz = 0;
  double carrier_hz = 0;
  double clock_ppm = 0;
  double eirp_dbm = 0;
  Ecef place;
  std::uint64_t count = 0;
};
struct HeardBurst {
  AirBurst burst;
  Samples samples;
};

struct EtherSegment;  // ether_segment.h

class Ether {
 public:
  // Errc::usage for a name or a clock that contradicts the segment's; Errc::permission when the
  // segment is somebody else's or open to others; Errc::unavailable when it cannot be made.
  static Result<std::unique_ptr<Ether>> join(const EtherConfig& config);
  Ether(const Ether&) = delete;
  Ether& operator=(const Ether&) = delete;
  ~Ether();  // Leaves.

  std::uint64_t member() const { return member_; }  // Unlike any other's, ever.
  bool is_virtual() const;
  // Real: now. Virtual: what this member has read, or the slowest listener when it does not listen.
  UnixNanos now() const;

  // From now on this member's reading moves time. The time at which it begins.
  UnixNanos begin_listening();
  void end_listening();
  // Blocks until the air before `end` may be heard; false when that is not so within `timeout_ns`
  // (real) nanoseconds. Virtual: a listener that needs nothing before `idle_until` lets time jump;
  // now() is then beyond `end`. 0: it needs what comes next.
  bool wait_for(UnixNanos end, std::int64_t timeout_ns, UnixNanos idle_until = 0);

  // Puts it on the air. Without `start` it starts as soon as it can. Returns the true start;
  // nothing when `start` is too late: a listener may have read it already. Precondition: 0 < count
  // <= kMostBurstSamples.
  std::optional<UnixNanos> send(AirBurst burst, SampleView samples, std::optional<UnixNanos> start);
  // Bursts of others since the last call, in the order of sending. Only what is still there.
  std::vector<HeardBurst> take_new();

 private:
  Ether(int descriptor, std::string path, EtherSegment* segment);
  Result<void> take_seat(const EtherConfig& config);
  UnixNanos frontier() const;  // Nothing from here on has been read; under the lock.
  bool may_read(UnixNanos end) const;
  struct Jump {
    std::optional<UnixNanos> target;  // Nothing: somebody needs the next piece of air.
    bool is_agreed = false;           // All listeners wait; otherwise some have yet to say.
  };
  Jump next_jump() const;
  bool wait_in_real_time(UnixNanos end, std::int64_t timeout_ns) const;
  bool advance(UnixNanos end, const Jump& jump);
  void wake_all();
  void drop_dead();

  int descriptor_;
  std::string path_;
  EtherSegment* segment_;
  std::uint64_t member_ = 0;
  std::size_t seat_ = 0;
  std::uint64_t seen_ = 0;  // Bursts taken.
};

}  // namespace earshot::radio
