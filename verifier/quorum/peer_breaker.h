// A circuit breaker before one peer: after a question that it does not answer it is not waited for
// a while, for twice as long after each further one; then a single question tries it out.
//
// A plain state, one thread at a time; times come from the caller.
#pragma once
#include <chrono>

namespace earshot::verifier {

class PeerBreaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kFirstPause{10};  // Chosen: five times our patience.
  static constexpr std::chrono::seconds kLongestPause{300};

  // Whether to wait for its answer now. After each pause one caller is told so, who tries it out.
  bool may_wait(Time now);
  // True when a silence ends by it.
  bool answered();
  // Though it was waited for, since `asked`: true when a silence begins by it. What was asked
  // before the present pause began makes the next one no longer.
  bool was_silent(Time asked, Time now);
  bool is_silent() const { return pause_.count() > 0; }

 private:
  std::chrono::seconds pause_{0};  // None: it answers.
  Time pause_began_;
  Time next_try_;
};

}  // namespace earshot::verifier
