#include "simulator/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

namespace earshot::simulator {
namespace {

constexpr std::chrono::milliseconds kPoll{5};  // Chosen: short beside any child's start.

volatile sig_atomic_t g_interrupted = 0;
std::array<struct sigaction, 2> g_previous_actions;
constexpr std::array<int, 2> kGuardedSignals = {SIGINT, SIGTERM};

void note_interrupt(int signal) { g_interrupted = signal; }

// Runs in the child between fork and exec: only async-signal-safe calls. Reports a failure's errno
// through `report` and never returns.
[[noreturn]] void become(const char* program, char* const* arguments, const char* directory,
                         int log, int report, pid_t parent) {
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  for (const int signal : kGuardedSignals) sigaction(signal, &action, nullptr);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == parent && dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0 &&
      (directory[0] == '\0' || chdir(directory) == 0)) {
    execv(program, arguments);
  }
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(report, &error, sizeof error);
  _exit(127);
}

std::string last_line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line, last;
  while (std::getline(file, line)) {
    if (!line.empty()) last = line;
  }
  return last.empty() ? "it said nothing" : "it said: " + last;
}

// Waits for the other end of `pipe` to close (exec worked) or to report an errno.
int exec_error(int pipe) {
  int error = 0;
  ssize_t count = 0;
  do {
    count = read(pipe, &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  return count == sizeof error ? error : 0;
}

}  // namespace

Result<Process> Process::start(const ProcessSpec& spec) {
  const int log =
      open(spec.log_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, 0644);
  if (log < 0) {
    return fail(Errc::unavailable, spec.log_path + ": " + std::strerror(errno));
  }
  std::array<int, 2> report{};
  if (pipe2(report.data(), O_CLOEXEC) != 0) {
    close(log);
    return fail(Errc::unavailable, spec.program + ": " + std::strerror(errno));
  }
  std::vector<std::string> words = {spec.program};
  words.insert(words.end(), spec.arguments.begin(), spec.arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    become(spec.program.c_str(), pointers.data(), spec.directory.c_str(), log, report[1], parent);
  }
  const int fork_error = pid < 0 ? errno : 0;
  close(log);
  close(report[1]);
  const int error = fork_error != 0 ? fork_error : exec_error(report[0]);
  close(report[0]);
  if (error != 0) {
    if (pid > 0) waitpid(pid, nullptr, 0);
    return fail(Errc::unavailable, spec.program + " cannot be started: " + std::strerror(error));
  }
  return Process(spec, pid);
}

Process::Process(Process&& other) noexcept
    : spec_(std::move(other.spec_)), pid_(std::exchange(other.pid_, -1)), status_(other.status_) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    stop();
    spec_ = std::move(other.spec_);
    pid_ = std::exchange(other.pid_, -1);
    status_ = other.status_;
  }
  return *this;
}

Process::~Process() { stop(); }

bool Process::reap(bool block) {
  if (pid_ < 0) return true;
  pid_t ended = 0;
  do {
    ended = waitpid(pid_, &status_, block ? 0 : WNOHANG);
  } while (ended < 0 && errno == EINTR);
  if (ended == 0) return false;
  pid_ = -1;
  return true;
}

bool Process::is_running() { return !reap(false); }

Result<std::string> Process::wait_for_line(const std::function<bool(std::string_view)>& accepts,
                                           std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const bool ended = !is_running();  // Before the log is read: what it said last is not missed.
    std::ifstream file(spec_.log_path);
    std::string line;
    while (std::getline(file, line) && !file.eof()) {
      if (accepts(line)) return line;
    }
    if (ended) {
      return fail(Errc::unavailable,
                  spec_.program + " ended at once; " + last_line_of(spec_.log_path));
    }
    if (was_interrupted()) return fail(Errc::unavailable, "interrupted");
    if (std::chrono::steady_clock::now() > deadline) {
      return fail(Errc::unavailable, spec_.program + " is not ready after " +
                                         std::to_string(timeout.count()) + " ms; " +
                                         last_line_of(spec_.log_path));
    }
    std::this_thread::sleep_for(kPoll);
  }
}

int Process::stop() {
  if (reap(false)) return status_;
  kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + spec_.patience;
  while (!reap(false)) {
    if (std::chrono::steady_clock::now() > deadline) return kill_now();
    std::this_thread::sleep_for(kPoll);
  }
  return status_;
}

int Process::kill_now() {
  if (pid_ < 0) return status_;
  kill(pid_, SIGKILL);
  reap(true);
  return status_;
}

int interrupted_by() { return g_interrupted; }

InterruptGuard::InterruptGuard() {
  g_interrupted = 0;
  struct sigaction action{};
  action.sa_handler = note_interrupt;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kGuardedSignals.size(); ++i) {
    sigaction(kGuardedSignals[i], &action, &g_previous_actions[i]);
  }
}

InterruptGuard::~InterruptGuard() {
  for (std::size_t i = 0; i < kGuardedSignals.size(); ++i) {
    sigaction(kGuardedSignals[i], &g_previous_actions[i], nullptr);
  }
}

Result<std::string> program_beside_this(const std::string& name) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path program = self.parent_path() / name;
  if (error || access(program.c_str(), X_OK) != 0) {
    return fail(Errc::unavailable, program.string() + " is missing: build it first (ninja " + name +
                                       "), it belongs beside " + self.filename().string());
  }
  return program.string();
}

}  // namespace earshot::simulator
