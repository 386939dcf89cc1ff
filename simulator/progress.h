// What a long run tells the person who waits for it.
#pragma once
#include <cstddef>
#include <string>

namespace earshot::simulator {

class Progress {
 public:
  virtual ~Progress() = default;
  // A new stage of `steps` steps begins; the one before is finished.
  virtual void begin(const std::string& stage, std::size_t steps) = 0;
  virtual void step() = 0;                         // Any thread.
  virtual void finish() = 0;                       // The last stage is finished.
  virtual void note(const std::string& line) = 0;  // A fact worth a line of its own.
};

}  // namespace earshot::simulator
