#include "hotspot/round_limit.h"

namespace earshot::hotspot {

RoundLimit::Answer RoundLimit::ask(Round round, const Tag& tag) {
  if (round > round_ || round + 1 < round_) {
    round_ = round;
    asked_.clear();
  }
  if (asked_.contains(tag)) return Answer::repeated;
  if (asked_.size() >= kReportsPerRound) return Answer::over_limit;
  asked_.insert(tag);
  return Answer::measure;
}

}  // namespace earshot::hotspot
