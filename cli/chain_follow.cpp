// `earshot chain submit --follow`: the follower as a service.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/epoch_follower.h"
#include "verifier/service_manager.h"

namespace earshot::cli {
namespace {

// Signals wait until they are asked for, so that none falls between a look and a pause.
class StopSignals {
 public:
  StopSignals() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGTERM);
    ::sigaddset(&signals_, SIGINT);
    ::sigprocmask(SIG_BLOCK, &signals_, &before_);
  }
  ~StopSignals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // True when one came within that time.
  bool comes_within(double seconds) const {
    const double whole = std::floor(seconds);
    const timespec time{static_cast<time_t>(whole), static_cast<long>((seconds - whole) * 1e9)};
    int signal = -1;
    do {
      signal = ::sigtimedwait(&signals_, nullptr, &time);
    } while (signal < 0 && errno == EINTR);
    return signal > 0;
  }

 private:
  sigset_t signals_{};
  sigset_t before_{};
};

// Two processes with the journals of one folder would undo each other's work.
class FolderLock {
 public:
  static Result<FolderLock> take(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const std::string path = folder + "/lock";
    FolderLock lock;
    lock.file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock.file_ < 0) {
      return fail(Errc::permission, "--state: " + path + ": " + std::strerror(errno));
    }
    if (::flock(lock.file_, LOCK_EX | LOCK_NB) != 0) {
      return fail(Errc::unavailable, "--state: another process follows from " + folder);
    }
    return lock;
  }
  FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (file_ >= 0) ::close(file_);
  }

 private:
  FolderLock() = default;
  int file_ = -1;
};

void print_final(const EpochFollower::Look& look) {
  const nlohmann::ordered_json out = {{"epoch", std::to_string(look.epoch)},
                                      {"transaction", prefixed(look.final->transaction)},
                                      {"block", look.final->block_number},
                                      {"gas", look.final->gas_used},
                                      {"state", "final"}};
  std::printf("%s\n", out.dump().c_str());
  std::fflush(stdout);
}

// What is wrong from the start, before anything is asked.
Result<rewards::chain::TransactionSigner> check_options(const SubmitOptions& options) {
  const Result<EvmAddress> contract = parse_address_option("--contract", options.node.contract);
  if (!contract) return fail(contract.error());
  const auto node = rewards::chain::Node::at(options.node.url);
  if (!node) return fail(Errc::usage, "--rpc: " + node.error().detail);
  for (const std::string& path : options.signer_keys) {
    const auto key = rewards::chain::read_account_key(path);
    if (!key) return fail(key.error());
  }
  for (const std::string& url : options.gather) {
    const auto endpoint = rewards::chain::parse_endpoint(url);
    if (!endpoint) return fail(Errc::usage, "--gather: " + endpoint.error().detail);
  }
  return transaction_signer(options.send);
}

void say(const std::string& line) { std::fprintf(stderr, "earshot: %s\n", line.c_str()); }

}  // namespace

Result<void> follow_epochs(const SubmitOptions& given, const Context& context) {
  SubmitOptions options = given;
  const bool log_is_verifier = options.log.find("://") != std::string::npos;
  if (options.gather.empty() && options.signer_keys.empty() && log_is_verifier) {
    options.gather.push_back(options.log);
  }
  const verifier::ServiceManager manager;
  const Result<rewards::chain::TransactionSigner> signer = check_options(options);
  if (!signer) return fail(signer.error());
  const Result<FolderLock> lock = FolderLock::take(options.state_folder);
  if (!lock) return fail(lock.error());
  const StopSignals stop;
  EpochFollower follower(options, *signer);
  manager.tell("READY=1");
  std::string said;
  for (bool at_once = true; !stop.comes_within(at_once ? 0 : options.poll_s);) {
    const Result<EpochFollower::Look> look = follower.look();
    const std::string line = look ? look->line : look.error().detail;
    if (line != said) say(line);
    said = line;
    at_once = look && look->has_more;
    if (look && look->final && context.json) print_final(*look);
    manager.tell("WATCHDOG=1\nSTATUS=" + line);
  }
  manager.tell("STOPPING=1");
  say("stops; what is under way is taken up at the next start");
  return {};
}

}  // namespace earshot::cli
