// Instants and rounds. A round is a Unix minute: round r opens r * 60 s after 1970-01-01T00:00:00Z
// (leap seconds as Unix time has them). Inside a message an instant is picoseconds since the
// opening of the message's round, which may be negative; 64 bits then reach 106 days either way.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "core/result.h"

namespace earshot {

using Round = std::uint64_t;
using Picoseconds = std::chrono::duration<std::int64_t, std::pico>;
using UnixNanos = std::int64_t;  // Nanoseconds since 1970: 1678 to 2262.

inline constexpr std::int64_t kRoundSeconds = 60;  // Given: DESIGN section 3.
inline constexpr std::int64_t kPicosPerSecond = 1'000'000'000'000;
inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

// Chosen: the year 2255. Later rounds are refused where messages are read, so that the opening of
// every round, and a deadline after it, fits UnixNanos.
inline constexpr Round kLastRound = 150'000'000;

constexpr UnixNanos round_opening(Round round) {
  return static_cast<UnixNanos>(round) * kRoundSeconds * kNanosPerSecond;
}
constexpr Round round_at(UnixNanos time) {
  return static_cast<Round>(time / (kRoundSeconds * kNanosPerSecond));
}

// An instant to the picosecond, for the radio: whole seconds since 1970 and the rest, 0 <= rest < 1
// s.
struct Instant {
  std::int64_t seconds = 0;
  std::int64_t picos = 0;

  auto operator<=>(const Instant&) const = default;
};
constexpr Instant operator+(Instant instant, Picoseconds step) {
  std::int64_t picos = instant.picos + step.count() % kPicosPerSecond;
  std::int64_t seconds = instant.seconds + step.count() / kPicosPerSecond;
  if (picos < 0) picos += kPicosPerSecond, seconds -= 1;
  if (picos >= kPicosPerSecond) picos -= kPicosPerSecond, seconds += 1;
  return {seconds, picos};
}
// Within +-106 days.
constexpr Picoseconds operator-(Instant a, Instant b) {
  return Picoseconds((a.seconds - b.seconds) * kPicosPerSecond + (a.picos - b.picos));
}
constexpr Instant instant_of_round(Round round) {
  return {static_cast<std::int64_t>(round) * kRoundSeconds, 0};
}

// "2026-11-22T08:00:00.123456789Z"; reading takes any number of fractional digits up to 12 (SigMF's
// core:datetime), UTC only. Errc::bad_data otherwise.
std::string to_iso8601(Instant instant, int fraction_digits = 9);
Result<Instant> from_iso8601(const std::string& text);

}  // namespace earshot
