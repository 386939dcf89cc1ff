#include "radio/virtual_air/ether.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <ctime>

namespace earshot::radio {
namespace {

constexpr std::uint64_t kMagic = 0x3152494152414545;  // "EEARAIR1", little-endian.
constexpr std::uint32_t kVersion = 1;                 // Of the layout below.
constexpr std::size_t kSeats = 64;
constexpr std::uint64_t kBursts = 256;
constexpr std::uint64_t kRing = 8U << 20;  // Samples of 4 bytes.
static_assert(kMostBurstSamples <= kRing / 2);
constexpr std::int64_t kLookForDead = 100'000'000;  // ns of real time between looks.
constexpr float kIntegerScale = 32767;

UnixNanos read_clock(clockid_t which) {
  timespec time{};
  clock_gettime(which, &time);
  return time.tv_sec * kNanosPerSecond + time.tv_nsec;
}

timespec timespec_of(std::int64_t nanos) {
  return {nanos / kNanosPerSecond, nanos % kNanosPerSecond};
}

std::int16_t to_integer(float value) {
  return static_cast<std::int16_t>(std::lround(std::clamp(value, -1.0F, 1.0F) * kIntegerScale));
}

Error system_error(const std::string& path, const char* doing) {
  const Errc code = errno == EACCES ? Errc::permission : Errc::unavailable;
  return {code, path + ": cannot " + doing + ": " + std::strerror(errno)};
}

}  // namespace

struct Ether::Segment {
  struct Seat {
    std::int32_t process = 0;  // 0: free.
    std::uint64_t member = 0;
    bool listens = false;
    UnixNanos granted = 0;  // Virtual: it may have read everything before.
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
class Ether::Guard {
 public:
  explicit Guard(Segment& segment) : segment_(segment) {
    if (pthread_mutex_lock(&segment_.mutex) == EOWNERDEAD) {
      pthread_mutex_consistent(&segment_.mutex);
    }
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() { pthread_mutex_unlock(&segment_.mutex); }

 private:
  Segment& segment_;
};

namespace {

template <class Segment>
void start_segment(Segment& segment, const EtherConfig& config) {
  segment.version = kVersion;
  segment.is_virtual = config.is_virtual ? 1 : 0;
  segment.members_wanted = config.members;
  segment.wall_minus_monotonic = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
  segment.start = config.start != 0 ? config.start : read_clock(CLOCK_REALTIME);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&segment.mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  segment.magic = kMagic;
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
}

struct Mapped {
  int descriptor = -1;
  void* memory = nullptr;  // Nothing: try again, the segment was just removed.
};

// Opens, makes or renews the file, leaves it locked shared and mapped.
template <class Segment>
Result<Mapped> map_segment(const std::string& path, const EtherConfig& config) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return fail(system_error(path, "open"));
  const auto give_up = [&](Error error) {
    ::close(descriptor);
    return fail(std::move(error));
  };
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return give_up(system_error(path, "look at"));
  if (status.st_uid != ::geteuid() || (status.st_mode & 077) != 0) {
    return give_up({Errc::permission, path + ": not ours alone (owner and mode 0600 expected)"});
  }
  const auto map = [&] {
    return ::mmap(nullptr, sizeof(Segment), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  };
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    // Nobody is there: whatever it holds is stale.
    if (::ftruncate(descriptor, 0) != 0 || ::ftruncate(descriptor, sizeof(Segment)) != 0) {
      return give_up(system_error(path, "make room in"));
    }
    void* fresh = map();
    if (fresh == MAP_FAILED) return give_up(system_error(path, "map"));
    start_segment(*static_cast<Segment*>(fresh), config);
    ::munmap(fresh, sizeof(Segment));
  }
  if (::flock(descriptor, LOCK_SH) != 0) return give_up(system_error(path, "lock"));
  if (::fstat(descriptor, &status) != 0) return give_up(system_error(path, "look at"));
  if (status.st_nlink == 0) {
    ::close(descriptor);
    return Mapped{};
  }
  std::uint64_t head[2] = {};
  const bool whole =
      status.st_size == sizeof(Segment) && ::pread(descriptor, head, sizeof head, 0) == sizeof head;
  if (!whole || head[0] != kMagic || static_cast<std::uint32_t>(head[1]) != kVersion) {
    return give_up({Errc::unavailable, path + ": in use by another version of this driver"});
  }
  void* memory = map();
  if (memory == MAP_FAILED) return give_up(system_error(path, "map"));
  return Mapped{descriptor, memory};
}

}  // namespace

Result<std::unique_ptr<Ether>> Ether::join(const EtherConfig& config) {
  if (!is_name(config.name)) {
    return fail(Errc::usage, "ether: found \"" + config.name +
                                 "\", allowed are up to 64 letters, digits, '-' and '_'");
  }
  const std::string path = "/dev/shm/earshot-air-" + config.name;
  while (true) {
    const Result<Mapped> mapped = map_segment<Segment>(path, config);
    if (!mapped) return fail(mapped.error());
    if (mapped->memory == nullptr) continue;
    std::unique_ptr<Ether> ether(
        new Ether(mapped->descriptor, path, static_cast<Segment*>(mapped->memory)));
    if (Result<void> seated = ether->take_seat(config); !seated) return fail(seated.error());
    return ether;
  }
}

Ether::Ether(int descriptor, std::string path, Segment* segment)
    : descriptor_(descriptor), path_(std::move(path)), segment_(segment) {}

Result<void> Ether::take_seat(const EtherConfig& config) {
  const Guard guard(*segment_);
  if ((segment_->is_virtual != 0) != config.is_virtual) {
    return fail(Errc::usage, path_ + ": its clock is " +
                                 (segment_->is_virtual != 0 ? "virtual" : "real") +
                                 ", and every member must ask for the same");
  }
  drop_dead();
  const auto free = std::ranges::find(segment_->seats, 0, &Segment::Seat::process);
  if (free == std::end(segment_->seats)) {
    return fail(Errc::unavailable, path_ + ": all " + std::to_string(kSeats) + " seats are taken");
  }
  seat_ = static_cast<std::size_t>(free - std::begin(segment_->seats));
  member_ = ++segment_->last_member;
  seen_ = segment_->sent;
  *free = {::getpid(), member_, false, 0};
  return {};
}

Ether::~Ether() {
  if (member_ != 0) {
    end_listening();
    const Guard guard(*segment_);
    segment_->seats[seat_] = {};
  }
  ::munmap(segment_, sizeof(Segment));
  // Only the last one gets this; whoever opens the file meanwhile sees that it was removed.
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) ::unlink(path_.c_str());
  ::close(descriptor_);
}

UnixNanos Ether::frontier() const {
  if (segment_->is_virtual == 0) {
    return read_clock(CLOCK_MONOTONIC) + segment_->wall_minus_monotonic;
  }
  UnixNanos last = segment_->start;
  for (const Segment::Seat& seat : segment_->seats) last = std::max(last, seat.granted);
  return last;
}

UnixNanos Ether::now() const {
  const Guard guard(*segment_);
  if (segment_->is_virtual == 0) return frontier();
  if (segment_->seats[seat_].listens) return segment_->seats[seat_].granted;
  std::optional<UnixNanos> slowest;
  for (const Segment::Seat& seat : segment_->seats) {
    if (seat.listens) slowest = std::min(slowest.value_or(seat.granted), seat.granted);
  }
  return slowest.value_or(frontier());
}

UnixNanos Ether::begin_listening() {
  const Guard guard(*segment_);
  Segment::Seat& mine = segment_->seats[seat_];
  if (segment_->is_virtual == 0) {
    mine.listens = true;
    return frontier();
  }
  std::optional<UnixNanos> slowest;
  std::uint32_t listeners = 1;
  for (const Segment::Seat& seat : segment_->seats) {
    if (!seat.listens || &seat == &mine) continue;
    slowest = std::min(slowest.value_or(seat.granted), seat.granted);
    ++listeners;
  }
  mine.granted = std::max(mine.granted, slowest.value_or(frontier()));
  mine.listens = true;
  if (listeners >= segment_->members_wanted) segment_->moving = 1;
  ++segment_->tick;
  ::syscall(SYS_futex, &segment_->tick, FUTEX_WAKE, INT32_MAX, nullptr, nullptr, 0);
  return mine.granted;
}

// Its seat keeps the time it has reached: no burst may start before that.
void Ether::end_listening() {
  const Guard guard(*segment_);
  segment_->seats[seat_].listens = false;
  segment_->start = std::max(segment_->start, segment_->seats[seat_].granted);
  ++segment_->tick;
  ::syscall(SYS_futex, &segment_->tick, FUTEX_WAKE, INT32_MAX, nullptr, nullptr, 0);
}

bool Ether::may_read(UnixNanos end) const {
  if (segment_->moving == 0) return false;
  return std::ranges::all_of(segment_->seats, [&](const Segment::Seat& seat) {
    return !seat.listens || end <= seat.granted + kLookahead || &seat == &segment_->seats[seat_];
  });
}

// Whoever was killed does not hold the others up.
void Ether::drop_dead() {
  for (Segment::Seat& seat : segment_->seats) {
    if (seat.process == 0 || ::kill(seat.process, 0) == 0 || errno != ESRCH) continue;
    segment_->start = std::max(segment_->start, seat.granted);
    seat = {};
  }
}

bool Ether::wait_for(UnixNanos end, std::int64_t timeout_ns) {
  if (segment_->is_virtual == 0) {
    const UnixNanos due = end + kAirLatency - segment_->wall_minus_monotonic;
    const UnixNanos limit = read_clock(CLOCK_MONOTONIC) + std::max<std::int64_t>(0, timeout_ns);
    const timespec until = timespec_of(std::min(due, limit));
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
    return due <= limit;
  }
  const UnixNanos limit = read_clock(CLOCK_MONOTONIC) + std::max<std::int64_t>(0, timeout_ns);
  UnixNanos next_look = read_clock(CLOCK_MONOTONIC) + kLookForDead;
  while (true) {
    std::uint32_t seen = 0;
    {
      const Guard guard(*segment_);
      const UnixNanos now = read_clock(CLOCK_MONOTONIC);
      if (now >= next_look) drop_dead(), next_look = now + kLookForDead;
      seen = segment_->tick;
      if (may_read(end)) {
        Segment::Seat& mine = segment_->seats[seat_];
        mine.granted = std::max(mine.granted, end);
        ++segment_->tick;
        ::syscall(SYS_futex, &segment_->tick, FUTEX_WAKE, INT32_MAX, nullptr, nullptr, 0);
        return true;
      }
      if (now >= limit) return false;
    }
    const std::int64_t left = std::min(limit, next_look) - read_clock(CLOCK_MONOTONIC);
    const timespec wait = timespec_of(std::max<std::int64_t>(left, 1));
    ::syscall(SYS_futex, &segment_->tick, FUTEX_WAIT, seen, &wait, nullptr, 0);
  }
}

std::optional<UnixNanos> Ether::send(AirBurst burst, SampleView samples,
                                     std::optional<UnixNanos> start) {
  assert(!samples.empty() && samples.size() <= kMostBurstSamples);
  const Guard guard(*segment_);
  const UnixNanos earliest = frontier();
  if (start && *start < earliest) return std::nullopt;
  burst.start = start.value_or(earliest + kBurstLead);
  burst.member = member_;
  burst.count = samples.size();
  const std::uint64_t first = segment_->written;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::int16_t* at = segment_->ring + 2 * ((first + i) % kRing);
    at[0] = to_integer(samples[i].real());
    at[1] = to_integer(samples[i].imag());
  }
  segment_->bursts[segment_->sent % kBursts] = {burst, first};
  segment_->written = first + samples.size();
  ++segment_->sent;
  return burst.start;
}

std::vector<HeardBurst> Ether::take_new() {
  std::vector<HeardBurst> heard;
  const Guard guard(*segment_);
  const std::uint64_t oldest = segment_->sent > kBursts ? segment_->sent - kBursts : 0;
  for (seen_ = std::max(seen_, oldest); seen_ < segment_->sent; ++seen_) {
    const Segment::Entry& entry = segment_->bursts[seen_ % kBursts];
    if (entry.burst.member == member_ || entry.first + kRing < segment_->written) continue;
    Samples samples(entry.burst.count);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::int16_t* at = segment_->ring + 2 * ((entry.first + i) % kRing);
      samples[i] = {static_cast<float>(at[0]) / kIntegerScale,
                    static_cast<float>(at[1]) / kIntegerScale};
    }
    heard.push_back({entry.burst, std::move(samples)});
  }
  return heard;
}

}  // namespace earshot::radio
