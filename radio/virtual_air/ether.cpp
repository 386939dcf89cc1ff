#include "radio/virtual_air/ether.h"

#include <linux/futex.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cmath>
#include <csignal>

#include "radio/virtual_air/ether_segment.h"

namespace earshot::radio {
namespace {

constexpr std::int64_t kLookForDead = 100'000'000;  // ns of real time between looks.
constexpr float kIntegerScale = 32767;

timespec timespec_of(std::int64_t nanos) {
  return {nanos / kNanosPerSecond, nanos % kNanosPerSecond};
}

std::int16_t to_integer(float value) {
  return static_cast<std::int16_t>(std::lround(std::clamp(value, -1.0F, 1.0F) * kIntegerScale));
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
}

}  // namespace

Result<std::unique_ptr<Ether>> Ether::join(const EtherConfig& config) {
  if (!is_name(config.name)) {
    return fail(Errc::usage, "ether: found \"" + config.name +
                                 "\", allowed are up to 64 letters, digits, '-' and '_'");
  }
  const std::string path = "/dev/shm/earshot-air-" + config.name;
  while (true) {
    const Result<MappedSegment> mapped = map_segment(path, config);
    if (!mapped) return fail(mapped.error());
    if (mapped->memory == nullptr) continue;
    std::unique_ptr<Ether> ether(new Ether(mapped->descriptor, path, mapped->memory));
    if (Result<void> seated = ether->take_seat(config); !seated) return fail(seated.error());
    return ether;
  }
}

Ether::Ether(int descriptor, std::string path, EtherSegment* segment)
    : descriptor_(descriptor), path_(std::move(path)), segment_(segment) {}

Result<void> Ether::take_seat(const EtherConfig& config) {
  const SegmentGuard guard(*segment_);
  if ((segment_->is_virtual != 0) != config.is_virtual) {
    return fail(Errc::usage, path_ + ": its clock is " +
                                 (segment_->is_virtual != 0 ? "virtual" : "real") +
                                 ", and every member must ask for the same");
  }
  drop_dead();
  const auto free = std::ranges::find(segment_->seats, 0, &EtherSegment::Seat::process);
  if (free == std::end(segment_->seats)) {
    return fail(Errc::unavailable, path_ + ": all " + std::to_string(kSeats) + " seats are taken");
  }
  seat_ = static_cast<std::size_t>(free - std::begin(segment_->seats));
  member_ = ++segment_->last_member;
  seen_ = segment_->sent;
  *free = {::getpid(), member_, false, 0, false, 0};
  return {};
}

Ether::~Ether() {
  if (member_ != 0) {
    end_listening();
    const SegmentGuard guard(*segment_);
    segment_->seats[seat_] = {};
  }
  ::munmap(segment_, sizeof(EtherSegment));
  // Only the last one gets this; whoever opens the file meanwhile sees that it was removed.
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) ::unlink(path_.c_str());
  ::close(descriptor_);
}

UnixNanos Ether::frontier() const {
  if (segment_->is_virtual == 0) {
    return read_clock(CLOCK_MONOTONIC) + segment_->wall_minus_monotonic;
  }
  UnixNanos last = segment_->start;
  for (const EtherSegment::Seat& seat : segment_->seats) last = std::max(last, seat.granted);
  return last;
}

UnixNanos Ether::now() const {
  const SegmentGuard guard(*segment_);
  if (segment_->is_virtual == 0) return frontier();
  if (segment_->seats[seat_].listens) return segment_->seats[seat_].granted;
  std::optional<UnixNanos> slowest;
  for (const EtherSegment::Seat& seat : segment_->seats) {
    if (seat.listens) slowest = std::min(slowest.value_or(seat.granted), seat.granted);
  }
  return slowest.value_or(frontier());
}

UnixNanos Ether::begin_listening() {
  const SegmentGuard guard(*segment_);
  EtherSegment::Seat& mine = segment_->seats[seat_];
  if (segment_->is_virtual == 0) {
    mine.listens = true;
    return frontier();
  }
  std::optional<UnixNanos> slowest;
  std::uint32_t listeners = 1;
  for (const EtherSegment::Seat& seat : segment_->seats) {
    if (!seat.listens || &seat == &mine) continue;
    slowest = std::min(slowest.value_or(seat.granted), seat.granted);
    ++listeners;
  }
  mine.granted = std::max(mine.granted, slowest.value_or(frontier()));
  mine.listens = true;
  if (listeners >= segment_->members_wanted) segment_->moving = 1;
  wake_all();
  return mine.granted;
}

// Its seat keeps the time it has reached: no burst may start before that.
void Ether::end_listening() {
  const SegmentGuard guard(*segment_);
  segment_->seats[seat_].listens = false;
  segment_->start = std::max(segment_->start, segment_->seats[seat_].granted);
  wake_all();
}

bool Ether::may_read(UnixNanos end) const {
  if (segment_->moving == 0) return false;
  return std::ranges::all_of(segment_->seats, [&](const EtherSegment::Seat& seat) {
    return !seat.listens || end <= seat.granted + kLookahead || &seat == &segment_->seats[seat_];
  });
}

// Whoever was killed does not hold the others up.
void Ether::drop_dead() {
  for (EtherSegment::Seat& seat : segment_->seats) {
    if (seat.process == 0 || ::kill(seat.process, 0) == 0 || errno != ESRCH) continue;
    segment_->start = std::max(segment_->start, seat.granted);
    seat = {};
  }
}

// Where time goes when those listeners that have yet to say turn out to be idle.
Ether::Jump Ether::next_jump() const {
  UnixNanos oldest = INT64_MAX;
  UnixNanos newest = 0;
  UnixNanos target = INT64_MAX;
  bool all_wait = true;
  for (const EtherSegment::Seat& seat : segment_->seats) {
    if (!seat.listens) continue;
    oldest = std::min(oldest, seat.granted);
    newest = std::max(newest, seat.granted);
    if (seat.waits) target = std::min(target, seat.idle_until);
    all_wait = all_wait && seat.waits;
  }
  const std::uint64_t first = segment_->sent > kBursts ? segment_->sent - kBursts : 0;
  for (std::uint64_t i = first; i < segment_->sent; ++i) {
    const AirBurst& burst = segment_->bursts[i % kBursts].burst;
    const auto length = std::llround(static_cast<double>(burst.count) / burst.rate_hz * 1e9);
    const std::int64_t margin = std::max<std::int64_t>(length, kLeastMargin);
    if (burst.start + length + margin > oldest) target = std::min(target, burst.start - margin);
  }
  if (target < newest + kLeastJump) return {};
  return {target, all_wait};
}

// Lets time jump, or this member read before `end`; false when neither may be (yet).
bool Ether::advance(UnixNanos end, const Jump& jump) {
  if (jump.target && !jump.is_agreed) return false;
  if (!jump.target && !may_read(end)) return false;
  EtherSegment::Seat& mine = segment_->seats[seat_];
  mine.granted = std::max(mine.granted, end);
  for (EtherSegment::Seat& seat : segment_->seats) {
    if (seat.listens && jump.target) seat.granted = *jump.target;
  }
  wake_all();
  return true;
}

bool Ether::wait_in_real_time(UnixNanos end, std::int64_t timeout_ns) const {
  const UnixNanos due = end + kAirLatency - segment_->wall_minus_monotonic;
  const UnixNanos limit = read_clock(CLOCK_MONOTONIC) + std::max<std::int64_t>(0, timeout_ns);
  const timespec until = timespec_of(std::min(due, limit));
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
  return due <= limit;
}

bool Ether::wait_for(UnixNanos end, std::int64_t timeout_ns, UnixNanos idle_until) {
  if (segment_->is_virtual == 0) return wait_in_real_time(end, timeout_ns);
  const UnixNanos limit = read_clock(CLOCK_MONOTONIC) + std::max<std::int64_t>(0, timeout_ns);
  UnixNanos next_look = read_clock(CLOCK_MONOTONIC) + kLookForDead;
  std::optional<UnixNanos> before;  // What this member had been granted when it came.
  while (true) {
    std::uint32_t seen = 0;
    {
      const SegmentGuard guard(*segment_);
      const UnixNanos now = read_clock(CLOCK_MONOTONIC);
      if (now >= next_look) drop_dead(), next_look = now + kLookForDead;
      EtherSegment::Seat& mine = segment_->seats[seat_];
      const bool comes = !before;
      if (comes) before = mine.granted;
      mine.waits = true;
      mine.idle_until = idle_until;
      const bool has_jumped = mine.granted > *before;  // Another one let time jump.
      const Jump jump = has_jumped || segment_->moving == 0 ? Jump{} : next_jump();
      const bool is_done = has_jumped || advance(end, jump);
      if (is_done || now >= limit) {
        mine.waits = false;
        return is_done;
      }
      // Those who are idle wait for what the others say: this one's word is that time goes on.
      if (comes && !jump.target) wake_all();
      seen = segment_->tick;
    }
    const std::int64_t left = std::min(limit, next_look) - read_clock(CLOCK_MONOTONIC);
    const timespec wait = timespec_of(std::max<std::int64_t>(left, 1));
    ::syscall(SYS_futex, &segment_->tick, FUTEX_WAIT, seen, &wait, nullptr, 0);
  }
}

void Ether::wake_all() {
  ++segment_->tick;
  ::syscall(SYS_futex, &segment_->tick, FUTEX_WAKE, INT32_MAX, nullptr, nullptr, 0);
}

bool Ether::is_virtual() const { return segment_->is_virtual != 0; }

std::optional<UnixNanos> Ether::send(AirBurst burst, SampleView samples,
                                     std::optional<UnixNanos> start) {
  assert(!samples.empty() && samples.size() <= kMostBurstSamples);
  const SegmentGuard guard(*segment_);
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
  const SegmentGuard guard(*segment_);
  const std::uint64_t oldest = segment_->sent > kBursts ? segment_->sent - kBursts : 0;
  for (seen_ = std::max(seen_, oldest); seen_ < segment_->sent; ++seen_) {
    const EtherSegment::Entry& entry = segment_->bursts[seen_ % kBursts];
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
