// What became of messages on their way to the verifier, for logs and for the driver.
#pragma once
#include <string>
#include <vector>

namespace earshot::hotspot {

struct Refusal {
  std::string what;  // "header 12", "body 12", "evidence 3fa0..."
  int status = 0;
  std::string detail;  // The verifier's line.
};

struct Delivery {
  std::size_t headers = 0;  // Acknowledged in this call.
  std::size_t bodies = 0;
  std::size_t evidence = 0;         // Reports whose snippet was taken.
  std::vector<Refusal> refused;     // Recorded, not tried again.
  std::vector<std::string> failed;  // One line each; tried again later.
};

// What another verifier did with the same, on top.
inline void add_to(Delivery& sum, const Delivery& other) {
  sum.headers += other.headers;
  sum.bodies += other.bodies;
  sum.evidence += other.evidence;
  sum.refused.insert(sum.refused.end(), other.refused.begin(), other.refused.end());
  sum.failed.insert(sum.failed.end(), other.failed.begin(), other.failed.end());
}

}  // namespace earshot::hotspot
