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

}  // namespace earshot::hotspot
