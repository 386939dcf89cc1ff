// A hotspot's state: one directory, used by one process.
#pragma once
#include <string>

#include "core/result.h"

namespace earshot::hotspot {

class StateDirectory {
 public:
  // Creates `path` (mode 0700) when missing and holds a lock on it while it lives: two processes
  // with one state would sign two messages under one number. Errc::unavailable when it is taken.
  static Result<StateDirectory> lock(const std::string& path);
  StateDirectory(StateDirectory&& other) noexcept;
  StateDirectory& operator=(StateDirectory&& other) noexcept;
  ~StateDirectory();

  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  StateDirectory(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_ = -1;
};

}  // namespace earshot::hotspot
