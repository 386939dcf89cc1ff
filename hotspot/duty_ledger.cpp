#include "hotspot/duty_ledger.h"

#include <algorithm>

namespace earshot::hotspot {
namespace {

constexpr std::int64_t kHourNanos = 3600LL * kNanosPerSecond;  // Given: EN 300 220-1, 4.3.3.
constexpr std::int64_t kNanosPerMilli = 1'000'000;
constexpr std::int64_t kKeptNanos = 168 * kHourNanos;  // Chosen: a week, for people who look.
constexpr std::size_t kRewriteBytes = 1U << 20;        // Chosen: some 25'000 entries.

}  // namespace

Bytes encode(const AirTime& entry) {
  Writer writer;
  writer.put(entry.round);
  writer.put(entry.start);
  writer.put(entry.nanos);
  return std::move(writer).take();
}

Result<AirTime> decode_air_time(ByteView bytes) {
  Reader reader(bytes);
  AirTime entry;
  entry.round = reader.get<Round>();
  entry.start = reader.get<UnixNanos>();
  entry.nanos = reader.get<std::int64_t>();
  if (Result<void> whole = reader.finish("air time entry"); !whole) return fail(whole.error());
  // Bounds that keep every sum of entries and hours in 64 bits.
  if (entry.start < 0 || entry.start > INT64_MAX / 2 || entry.nanos < 0 ||
      entry.nanos > kHourNanos) {
    return fail(Errc::bad_data, "air time entry: start " + std::to_string(entry.start) +
                                    " ns, length " + std::to_string(entry.nanos) +
                                    " ns; a start after 1970 and at most an hour are allowed");
  }
  return entry;
}

Result<DutyLedger> DutyLedger::open(const std::string& path) {
  Result<Journal::Opened> opened = Journal::open(path);
  if (!opened) return fail(opened.error());
  std::deque<AirTime> entries;
  for (const Bytes& payload : opened->payloads) {
    Result<AirTime> entry = decode_air_time(payload);
    if (!entry) return fail(Errc::bad_data, path + ": " + entry.error().detail);
    entries.push_back(*entry);
  }
  std::ranges::sort(entries, {}, &AirTime::start);
  return DutyLedger(std::move(opened->journal), std::move(entries));
}

// The fullest span begins with some entry's start or ends with some entry's end; with whole entries
// it is enough to count, for each end within a span after the new start, the span before that end.
bool DutyLedger::fits(const AirTime& entry, std::int64_t span, std::int64_t allowed) const {
  std::vector<AirTime> near = {entry};
  for (const AirTime& other : entries_) {
    if (other.start + other.nanos > entry.start - span &&
        other.start < entry.start + entry.nanos + span) {
      near.push_back(other);
    }
  }
  return std::ranges::all_of(near, [&](const AirTime& last) {
    const UnixNanos end = last.start + last.nanos;
    std::int64_t used = 0;
    for (const AirTime& other : near) {
      const UnixNanos from = std::max(other.start, end - span);
      used += std::max<std::int64_t>(0, std::min(other.start + other.nanos, end) - from);
    }
    return used <= allowed;
  });
}

bool DutyLedger::allows(const AirTime& entry, const Region& region) const {
  if (!fits(entry, kHourNanos, kHourNanos / 1'000'000 * region.duty_cycle_ppm)) return false;
  if (region.dwell_ms == 0) return true;
  const std::int64_t dwell = region.dwell_ms * kNanosPerMilli;
  if (region.dwell_period_s == 0) return entry.nanos <= dwell;
  return fits(entry, region.dwell_period_s * kNanosPerSecond, dwell);
}

std::int64_t DutyLedger::used_nanos(UnixNanos now) const {
  std::int64_t used = 0;
  for (const AirTime& entry : entries_) {
    const UnixNanos from = std::max(entry.start, now - kHourNanos);
    used += std::max<std::int64_t>(0, std::min(entry.start + entry.nanos, now) - from);
  }
  return used;
}

Result<void> DutyLedger::reserve(const AirTime& entry) {
  if (Result<void> written = journal_.append(encode(entry)); !written) return written;
  entries_.insert(std::ranges::upper_bound(entries_, entry.start, {}, &AirTime::start), entry);
  while (entries_.front().start < entries_.back().start - kKeptNanos) entries_.pop_front();
  if (journal_.size() < kRewriteBytes) return {};
  std::vector<Bytes> kept;
  kept.reserve(entries_.size());
  for (const AirTime& one : entries_) kept.push_back(encode(one));
  return journal_.rewrite(kept);
}

std::optional<AirTime> DutyLedger::of_round(Round round) const {
  const auto found = std::ranges::find(entries_, round, &AirTime::round);
  return found == entries_.end() ? std::nullopt : std::optional(*found);
}

}  // namespace earshot::hotspot
