// Says a thing that goes wrong once, not with every attempt: a dead node is one line when it dies
// and one when it is back. One thread.
#pragma once
#include <map>
#include <optional>
#include <string>

namespace spdlog {
class logger;
}

namespace earshot::verifier {

class Complaints {
 public:
  explicit Complaints(spdlog::logger& log) : log_(log) {}
  // `subject` is what the line begins with; an error that repeats itself is not said again.
  void failed(const std::string& subject, const std::string& detail);
  void works(const std::string& subject);

 private:
  spdlog::logger& log_;
  std::map<std::string, std::string> open_;
};

}  // namespace earshot::verifier
