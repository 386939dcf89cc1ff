// Which beacons are worth the work of measuring: each tag once, and so many a round. Asked before
// a beacon is measured (0.1 s of a core at SF12), so that a flood of made-up tags costs no more.
#pragma once
#include <set>

#include "core/protocol.h"

namespace earshot::hotspot {

// Chosen: some 20 times what a thousand transmitters in range would send. A flood of frames with
// made-up tags must not push honest evidence out of the ring.
inline constexpr std::size_t kReportsPerRound = 64;

class RoundLimit {
 public:
  enum class Answer : std::uint8_t { measure, repeated, over_limit };
  // Of a beacon heard in `round`. Frames come nearly in order: one of the round before counts with
  // the newest; any other round, a clock that was set back too, begins anew.
  Answer ask(Round round, const Tag& tag);

 private:
  Round round_ = 0;
  std::set<Tag> asked_;
};

}  // namespace earshot::hotspot
