#include "verifier/quorum/peer_breaker.h"

#include <algorithm>
#include <utility>

namespace earshot::verifier {

bool PeerBreaker::may_wait(Time now) {
  if (!is_silent()) return true;
  if (now < next_try_) return false;
  next_try_ = now + pause_;
  return true;
}

bool PeerBreaker::answered() { return std::exchange(pause_, {}).count() > 0; }

bool PeerBreaker::was_silent(Time asked, Time now) {
  const bool begins = !is_silent();
  if (!begins && asked < pause_began_) return false;
  pause_ = begins ? kFirstPause : std::min(2 * pause_, kLongestPause);
  pause_began_ = now;
  next_try_ = now + pause_;
  return begins;
}

}  // namespace earshot::verifier
