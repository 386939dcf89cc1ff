// A server as a process of its own on one core, and what CPU time it uses.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace earshot::bench {

void pin_to_core(int core);  // This thread; exits when the machine does not let us.

class ServerProcess {
 public:
  // Standard output of it is a pipe whose first line is kept; `core` below 0: any.
  ServerProcess(const std::vector<std::string>& words, int core, bool reads_line);
  ~ServerProcess();  // SIGTERM, and waits.
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& first_line() const { return first_line_; }
  // User and system time of all its threads, in seconds, and of its children that run.
  double cpu_s() const;
  std::uint64_t peak_rss_bytes() const;

 private:
  std::vector<pid_t> pids() const;
  pid_t pid_ = -1;
  std::string first_line_;
};

}  // namespace earshot::bench
