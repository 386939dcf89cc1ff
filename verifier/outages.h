// When the verifier was not there. Deadlines count only time in which it was (DESIGN section 4):
//
//     deadline_after(start, span) - start = span + what outages took of it
//
// so that who could not send or fetch anything loses nothing. Pure functions.
#pragma once
#include <algorithm>
#include <span>
#include <vector>

#include "core/time.h"

namespace earshot::verifier {

// From `begin` until just before `end`; below 2^62 ns, begin < end.
struct Outage {
  UnixNanos begin = 0;
  UnixNanos end = 0;
  bool operator==(const Outage&) const = default;
};
inline constexpr UnixNanos kLatestOutageEnd = UnixNanos{1} << 62;  // In the year 2116.

// The instant at which `span` has passed since `start` outside of `outages`, which ascend and do
// not touch (join_outages).
constexpr UnixNanos deadline_after(UnixNanos start, UnixNanos span,
                                   std::span<const Outage> outages) {
  UnixNanos deadline = start + span;
  for (const Outage& outage : outages) {
    if (outage.begin >= deadline) break;
    if (outage.end > start) deadline += outage.end - std::max(outage.begin, start);
  }
  return deadline;
}

// Ascending, what overlaps or touches made one.
inline std::vector<Outage> join_outages(std::vector<Outage> outages) {
  std::ranges::sort(outages, {},
                    [](const Outage& outage) { return std::pair(outage.begin, outage.end); });
  std::vector<Outage> joined;
  for (const Outage& outage : outages) {
    if (!joined.empty() && outage.begin <= joined.back().end) {
      joined.back().end = std::max(joined.back().end, outage.end);
    } else {
      joined.push_back(outage);
    }
  }
  return joined;
}

}  // namespace earshot::verifier
