// A child process that cannot be left behind: it ends with its Process, with this program, and with
// the operating system's help even when this program is killed (PR_SET_PDEATHSIG).
//
// The child runs in its own process group, so that Ctrl-C on the terminal reaches only this
// program, which then stops its children in order. Single-threaded: start and stop on one thread,
// the one that lives longest (the kernel's death signal is tied to the starting thread).
#pragma once
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/result.h"

namespace earshot::simulator {

struct ProcessSpec {
  std::string program;  // A path; it is not looked up in PATH.
  std::vector<std::string> arguments;
  std::string log_path;                      // Standard output and error, created or truncated.
  std::string directory;                     // Working directory; empty: this program's.
  std::chrono::milliseconds patience{5000};  // From SIGTERM to SIGKILL.
};

class Process {
 public:
  // Errc::unavailable names the program when it is missing or cannot be executed.
  static Result<Process> start(const ProcessSpec& spec);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();  // stop()

  pid_t pid() const { return pid_; }
  bool is_running();
  // The first complete line of the log for which `accepts` is true. Errc::unavailable when the
  // child ends or `timeout` passes before; the detail then quotes the log's last line.
  Result<std::string> wait_for_line(const std::function<bool(std::string_view)>& accepts,
                                    std::chrono::milliseconds timeout);
  // SIGTERM, after `patience` SIGKILL; reaped on return. The exit status as waitpid gives it, 0
  // when already stopped. A stopped process may be destroyed or stopped again.
  int stop();
  // As stop(), with SIGKILL at once: what a crash test does.
  int kill_now();

 private:
  Process(ProcessSpec spec, pid_t pid) : spec_(std::move(spec)), pid_(pid) {}
  bool reap(bool block);

  ProcessSpec spec_;
  pid_t pid_ = -1;
  int status_ = 0;
};

// SIGINT or SIGTERM when one arrived since the last InterruptGuard was made, 0 otherwise.
int interrupted_by();
inline bool was_interrupted() { return interrupted_by() != 0; }

// Turns SIGINT and SIGTERM into was_interrupted() for its lifetime, so that work ends at the next
// look, children are reaped and nothing half-written stays. One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// `name` in the folder of the running program. Errc::unavailable when it is not there.
Result<std::string> program_beside_this(const std::string& name);

}  // namespace earshot::simulator
