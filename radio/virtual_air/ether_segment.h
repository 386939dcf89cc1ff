// The shared memory behind an Ether: its layout, its lock, and how it comes into being. For
// ether.cpp.
#pragma once
#include <pthread.h>

#include <atomic>
#include <cerrno>

#include "radio/virtual_air/ether.h"

namespace earshot::radio {

inline constexpr std::uint64_t kEtherMagic = 0x3152494152414545;  // "EEARAIR1", little-endian.
inline constexpr std::uint32_t kEtherVersion = 2;                 // Of the layout below.
inline constexpr std::size_t kSeats = 64;
inline constexpr std::uint64_t kBursts = 256;
inline constexpr std::uint64_t kRing = 8U << 20;  // Samples of 4 bytes.
static_assert(kMostBurstSamples <= kRing / 2);

struct EtherSegment {
  struct Seat {
    std::int32_t process = 0;  // 0: free.
    std::uint64_t member = 0;
    bool listens = false;
    UnixNanos granted = 0;     // Virtual: it may have read everything before.
    bool waits = false;        // In wait_for().
    UnixNanos idle_until = 0;  // While it waits: needs nothing before; 0: needs what comes next.
  };
  struct Entry {
    AirBurst burst;
    std::uint64_t first = 0;  // In the ring, counted without wrapping.
  };
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t is_virtual;
  std::uint32_t members_wanted;
  std::uint32_t moving;  // Virtual: the wanted members have come.
  std::int64_t wall_minus_monotonic;
  UnixNanos start;
  pthread_mutex_t mutex;            // Of everything below.
  std::atomic<std::uint32_t> tick;  // Changes when a wait might be over.
  std::uint64_t last_member;
  std::uint64_t sent;     // Bursts, ever.
  std::uint64_t written;  // Samples, ever.
  Seat seats[kSeats];
  Entry bursts[kBursts];
  std::int16_t ring[kRing * 2];
};

// Holds the segment's lock; goes on when its last holder died with it: every change is made in one
// step last (a count that is raised), so that a half-made one is not seen.
class SegmentGuard {
 public:
  explicit SegmentGuard(EtherSegment& segment) : segment_(segment) {
    if (pthread_mutex_lock(&segment_.mutex) == EOWNERDEAD) {
      pthread_mutex_consistent(&segment_.mutex);
    }
  }
  SegmentGuard(const SegmentGuard&) = delete;
  SegmentGuard& operator=(const SegmentGuard&) = delete;
  ~SegmentGuard() { pthread_mutex_unlock(&segment_.mutex); }

 private:
  EtherSegment& segment_;
};

UnixNanos read_clock(clockid_t which);

struct MappedSegment {
  int descriptor = -1;
  EtherSegment* memory = nullptr;  // Nothing: try again, the segment was just removed.
};
// Opens, makes or renews the file, leaves it locked shared and mapped. Errors as Ether::join.
Result<MappedSegment> map_segment(const std::string& path, const EtherConfig& config);

}  // namespace earshot::radio
