// How long this hotspot has been on the air, on disk: limits bind across restarts.
#pragma once
#include <deque>
#include <optional>
#include <string>

#include "core/region.h"
#include "core/time.h"
#include "hotspot/journal.h"

namespace earshot::hotspot {

// A beacon's reservation: made before it is sent, kept whether or not it was.
struct AirTime {
  Round round = 0;
  UnixNanos start = 0;
  std::int64_t nanos = 0;  // Rounded up.
  bool operator==(const AirTime&) const = default;
};
Bytes encode(const AirTime& entry);
Result<AirTime> decode_air_time(ByteView bytes);

class DutyLedger {
 public:
  // Errc::unavailable for the file system, Errc::bad_data for damage other than a torn tail.
  static Result<DutyLedger> open(const std::string& path);

  // True when, with `entry`, no hour (half-open, any start) holds more than the region's duty cycle
  // of itself, and no dwell period more than the dwell time.
  bool allows(const AirTime& entry, const Region& region) const;
  // Time on the air in the hour before `now`.
  std::int64_t used_nanos(UnixNanos now) const;
  // On disk (fsync) when it returns.
  Result<void> reserve(const AirTime& entry);
  // The reservation of `round`, when there is one among those kept (the last 7 days).
  std::optional<AirTime> of_round(Round round) const;
  const std::deque<AirTime>& entries() const { return entries_; }

 private:
  bool fits(const AirTime& entry, std::int64_t span, std::int64_t allowed) const;
  DutyLedger(Journal journal, std::deque<AirTime> entries)
      : journal_(std::move(journal)), entries_(std::move(entries)) {}

  Journal journal_;
  std::deque<AirTime> entries_;  // Ascending by start.
};

}  // namespace earshot::hotspot
