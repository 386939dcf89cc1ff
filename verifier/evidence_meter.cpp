#include "verifier/evidence_meter.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT: kill is POSIX
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/hash.h"

extern char** environ;

namespace earshot::verifier {
namespace {

constexpr std::size_t kMaxAnswerBytes = std::size_t{1} << 20;
constexpr int kPollMilliseconds = 200;  // How soon a stop is seen.

Error broken(const std::string& what) { return {Errc::unavailable, "measuring process: " + what}; }

struct Pipe {
  int read = -1;
  int write = -1;
  bool open() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  static void shut(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
  ~Pipe() {
    shut(read);
    shut(write);
  }
};

// A running child; killed when it goes out of sight.
class Child {
 public:
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child() = default;
  ~Child() {
    if (pid_ <= 0) return;
    kill(-pid_, SIGKILL);  // With whatever it started.
    waitpid(pid_, nullptr, 0);
  }

  Result<void> start(const std::vector<std::string>& command) {
    if (!in_.open() || !out_.open()) return fail(broken(std::strerror(errno)));
    fcntl(in_.write, F_SETFL, O_NONBLOCK);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in_.read, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out_.write, STDOUT_FILENO);
    std::vector<char*> arguments;
    for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    const int error =
        posix_spawn(&pid_, arguments[0], &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
      pid_ = -1;
      return fail(broken(command[0] + ": " + std::strerror(error)));
    }
    Pipe::shut(in_.read);
    Pipe::shut(out_.write);
    return {};
  }

  // Writes what it takes, reads what it gives; true when it has closed its output.
  Result<bool> exchange(ByteView& request, Bytes& answer) {
    std::array<pollfd, 2> ends = {
        {{out_.read, POLLIN, 0}, {in_.write, static_cast<short>(in_.write >= 0 ? POLLOUT : 0), 0}}};
    if (poll(ends.data(), in_.write >= 0 ? 2 : 1, kPollMilliseconds) < 0 && errno != EINTR) {
      return fail(broken(std::strerror(errno)));
    }
    if (in_.write >= 0 && ends[1].revents != 0) feed(request);
    if (ends[0].revents == 0) return false;
    std::array<std::uint8_t, 4096> buffer{};
    const ssize_t got = read(out_.read, buffer.data(), buffer.size());
    if (got < 0 && errno != EINTR) return fail(broken(std::strerror(errno)));
    if (got > 0) answer.insert(answer.end(), buffer.begin(), buffer.begin() + got);
    if (answer.size() > kMaxAnswerBytes) return fail(broken("answers too much"));
    return got == 0;
  }

  Result<void> finish() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    if (WIFSIGNALED(status))
      return fail(broken("ended by signal " + std::to_string(WTERMSIG(status))));
    if (WEXITSTATUS(status) == 0) return {};
    return fail(broken("exit code " + std::to_string(WEXITSTATUS(status))));
  }

 private:
  void feed(ByteView& request) {
    const ssize_t put = write(in_.write, request.data(), request.size());
    if (put > 0) request = request.subspan(static_cast<std::size_t>(put));
    const bool is_gone = put < 0 && errno != EAGAIN && errno != EINTR;
    if (request.empty() || is_gone) Pipe::shut(in_.write);
  }

  pid_t pid_ = -1;
  Pipe in_, out_;
};

Result<Bytes> ask(const ProcessMeter::How& how, const Bytes& request,
                  const std::atomic<bool>& stops) {
  // A child that dies while it is written to is an answer, no signal to this process.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  const auto deadline = std::chrono::steady_clock::now() + how.patience;
  Child child;
  if (Result<void> started = child.start(how.command); !started) return fail(started.error());
  ByteView left = request;
  Bytes answer;
  while (true) {
    const Result<bool> is_over = child.exchange(left, answer);
    if (!is_over) return fail(is_over.error());
    if (*is_over) break;
    if (stops) return fail(broken("stopped"));
    if (std::chrono::steady_clock::now() > deadline) return fail(broken("took too long"));
  }
  if (Result<void> ended = child.finish(); !ended) return fail(ended.error());
  return answer;
}

}  // namespace

std::optional<AuditRecord> EvidenceMeter::audit(const Evidence& evidence) {
  const std::optional<Result<Bytes>> answered = answer(audit_request(evidence));
  if (!answered) return std::nullopt;
  const AuditRecord none{.report = evidence.id, .outcome = AuditOutcome::unmeasurable};
  if (!*answered) return none;
  const Result<AuditRecord> audit = read_audit_answer(evidence.id, **answered);
  return audit ? *audit : none;
}

std::optional<std::vector<NoisePair>> EvidenceMeter::correlate(std::span<const Evidence> evidence) {
  const std::optional<Result<Bytes>> answered = answer(noise_request(evidence));
  if (!answered) return std::nullopt;
  if (*answered) {
    Result<std::vector<NoisePair>> pairs = read_noise_answer(evidence, **answered);
    if (pairs) return std::move(*pairs);
  }
  const Bytes nothing(evidence.size() * (evidence.size() - 1) / 2 * sizeof(std::uint32_t));
  return *read_noise_answer(evidence, nothing);
}

ProcessMeter::~ProcessMeter() {
  stops_ = true;
  if (running_.valid()) running_.wait();
}

std::optional<Result<Bytes>> ProcessMeter::answer(Bytes request) {
  const Hash256 question = sha256(request);
  if (!running_.valid()) {
    asked_ = question;
    running_ = std::async(std::launch::async,
                          [this, bytes = std::move(request)] { return ask(how_, bytes, stops_); });
  }
  if (asked_ != question) return std::nullopt;  // One at a time; its asker comes back for it.
  const auto wait =
      how_.waits ? how_.patience + std::chrono::seconds(10) : std::chrono::milliseconds(0);
  if (running_.wait_for(wait) != std::future_status::ready) return std::nullopt;
  return running_.get();
}

}  // namespace earshot::verifier
