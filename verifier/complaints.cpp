#include "verifier/complaints.h"

#include <spdlog/logger.h>

namespace earshot::verifier {

void Complaints::failed(const std::string& subject, const std::string& detail) {
  std::string& said = open_[subject];
  if (said == detail) return;
  said = detail;
  log_.error("{}: {}; trying again", subject, detail);
}

void Complaints::works(const std::string& subject) {
  if (open_.erase(subject) > 0) log_.info("{}: works again", subject);
}

}  // namespace earshot::verifier
