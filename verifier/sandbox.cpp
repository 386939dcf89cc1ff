#include "verifier/sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "verifier/evidence_request.h"

namespace earshot::verifier {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "name this architecture's AUDIT_ARCH here"
#endif

// What computing takes: the three descriptors that are left, memory, locks, clocks, and an end.
constexpr std::array kAllowed = {
    SYS_read,         SYS_write,          SYS_brk,           SYS_mmap,   SYS_munmap,
    SYS_mremap,       SYS_mprotect,       SYS_madvise,       SYS_futex,  SYS_rt_sigreturn,
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_clock_gettime, SYS_getpid, SYS_gettid,
    SYS_tgkill,       SYS_exit,           SYS_exit_group,
};

// Chosen: 24 snippets of SF12 with their spectra, and the program itself.
constexpr std::uint64_t kMaxMemoryBytes = std::uint64_t{2} << 30;
constexpr std::uint64_t kMaxCpuSeconds = 600;
// Derived: 24 snippets of at most 4 MiB.
constexpr std::size_t kMaxRequestBytes = std::size_t{100} << 20;

Error refused(const char* what) {
  return {Errc::unavailable, std::string("sandbox: ") + what + ": " + std::strerror(errno)};
}

std::vector<sock_filter> filter() {
  const auto statement = [](std::uint16_t code, std::uint32_t k) {
    return sock_filter{code, 0, 0, k};
  };
  const auto jump = [](std::uint32_t k, std::uint8_t if_true, std::uint8_t if_false) {
    return sock_filter{BPF_JMP | BPF_JEQ | BPF_K, if_true, if_false, k};
  };
  std::vector<sock_filter> out = {
      statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      jump(kArchitecture, 1, 0),
      statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  for (const auto number : kAllowed) {
    out.push_back(jump(static_cast<std::uint32_t>(number), 0, 1));
    out.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  out.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  return out;
}

bool set_limit(int what, std::uint64_t most) {
  const rlimit limit = {most, most};
  return setrlimit(static_cast<__rlimit_resource_t>(what), &limit) == 0;
}

bool read_all(std::vector<std::uint8_t>& out) {
  std::array<std::uint8_t, 65'536> buffer{};
  while (out.size() <= kMaxRequestBytes) {
    const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got == 0) return true;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    out.insert(out.end(), buffer.begin(), buffer.begin() + got);
  }
  return false;
}

bool write_all(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace

Result<void> enter_sandbox(std::uint64_t max_memory_bytes, std::uint64_t max_cpu_seconds) {
  if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0) return fail(refused("close_range"));
  const bool limited = set_limit(RLIMIT_AS, max_memory_bytes) &&
                       set_limit(RLIMIT_CPU, max_cpu_seconds) && set_limit(RLIMIT_CORE, 0) &&
                       set_limit(RLIMIT_FSIZE, 0) && set_limit(RLIMIT_NOFILE, 0) &&
                       set_limit(RLIMIT_NPROC, 0);
  if (!limited) return fail(refused("setrlimit"));
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail(refused("no_new_privs"));
  std::vector<sock_filter> program = filter();
  const sock_fprog loaded = {static_cast<unsigned short>(program.size()), program.data()};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &loaded, 0, 0) != 0) {
    return fail(refused("seccomp"));
  }
  return {};
}

int run_measuring_process() {
  if (Result<void> inside = enter_sandbox(kMaxMemoryBytes, kMaxCpuSeconds); !inside) {
    const std::string line = inside.error().detail + "\n";
    const ssize_t said = write(STDERR_FILENO, line.data(), line.size());
    return said > 0 ? exit_code(Errc::unavailable) : exit_code(Errc::unavailable);
  }
  Bytes request;
  if (!read_all(request)) return exit_code(Errc::bad_data);
  const Result<Bytes> answer = answer_request(request);
  if (!answer || !write_all(*answer)) return exit_code(Errc::bad_data);
  return 0;
}

}  // namespace earshot::verifier
