#include "simulator/anvil.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "simulator/process.h"

namespace earshot::simulator {
namespace {

using nlohmann::json;
using rewards::chain::Node;
using rewards::chain::to_quantity;

// Chosen: anvil answers within 0.1 s on an idle machine, ganache within 2; a loaded one gets more.
constexpr std::chrono::milliseconds kStartLimit = std::chrono::seconds(30);
constexpr std::chrono::milliseconds kPoll = std::chrono::milliseconds(10);
// Somebody can take a port between our look and anvil's bind: then the next one is tried.
constexpr int kPortAttempts = 3;
// With --slots-in-an-epoch 1 anvil calls the block before the last but one finalized.
constexpr unsigned kBlocksUntilFinal = 2;

// A loopback address of this process's own (127.64.0.0/10 and its number, which has 22 bits), so
// that of two processes that look for a port neither takes the other's node for its own.
std::string own_host() {
  const auto number = static_cast<unsigned>(::getpid());
  return "127." + std::to_string(64 + (number >> 16) % 64) + "." +
         std::to_string((number >> 8) % 256) + "." + std::to_string(number % 256);
}

// A port of `host` that nobody listens on now; 0 when the system gives none.
std::uint16_t free_port(const std::string& host) {
  const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return 0;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound =
      ::bind(handle, generic, size) == 0 && ::getsockname(handle, generic, &size) == 0;
  ::close(handle);
  return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

bool is_program(const std::filesystem::path& path) {
  return std::filesystem::is_regular_file(path) && ::access(path.c_str(), X_OK) == 0;
}

ProcessSpec process_of(const std::string& program, const std::string& host, const std::string& port,
                       const AnvilOptions& options) {
  ProcessSpec spec;
  spec.program = program;
  spec.arguments = {"--host",     host,
                    "--port",     port,
                    "--chain-id", std::to_string(options.chain_id),
                    "--silent",   "--slots-in-an-epoch",
                    "1"};
  if (options.timestamp != 0) {
    spec.arguments.insert(spec.arguments.end(), {"--timestamp", std::to_string(options.timestamp)});
  }
  if (!options.automine) spec.arguments.emplace_back("--no-mining");
  spec.log_path = options.log_path.empty() ? "/dev/null" : options.log_path;
  return spec;
}

// True when it answers; false when it ended or took too long.
bool comes_up(Process& process, Node& node) {
  const auto deadline = std::chrono::steady_clock::now() + kStartLimit;
  while (std::chrono::steady_clock::now() < deadline) {
    const bool answers = node.chain_id().has_value();
    // Ended, although somebody answers: the port was taken by another node meanwhile.
    if (!process.is_running()) return false;
    if (answers) return true;
    std::this_thread::sleep_for(kPoll);
  }
  return false;
}

}  // namespace

struct AnvilProcess::State {
  Process process;
  Node node;

  Result<void> tell(const std::string& method, const json& parameters) {
    const Result<json> answer = node.request(method, parameters);
    if (!answer) return fail(answer.error());
    return {};
  }
};

Result<std::string> find_anvil() {
  const char* named = std::getenv("EARSHOT_ANVIL");
  if (named != nullptr) {
    if (is_program(named)) return std::string(named);
    return fail(Errc::unavailable, "no program at " + std::string(named) + " (from EARSHOT_ANVIL)");
  }
  const std::filesystem::path folder =
      std::filesystem::path(EARSHOT_SOURCE_DIR) / "node_modules" / "@foundry-rs";
  for (const char* package : {"anvil-linux-amd64", "anvil-linux-arm64"}) {
    const std::filesystem::path program = folder / package / "bin" / "anvil";
    if (is_program(program)) return program.string();
  }
  return fail(Errc::unavailable, "no anvil at " + (folder / "anvil-linux-*/bin/anvil").string() +
                                     ": run npm ci --ignore-scripts, or name one in EARSHOT_ANVIL");
}

Result<AnvilProcess> AnvilProcess::start(const AnvilOptions& options) {
  std::string program = options.program;
  if (program.empty()) {
    const Result<std::string> found = find_anvil();
    if (!found) return fail(found.error());
    program = *found;
  } else if (!is_program(program)) {
    return fail(Errc::unavailable, "no anvil at " + program);
  }
  const std::string host = own_host();
  for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
    const std::string port = std::to_string(free_port(host));
    std::string url = "http://" + host;
    url += ":" + port;
    Result<Node> node = Node::at(url);
    if (!node) return fail(node.error());
    Result<Process> process = Process::start(process_of(program, host, port, options));
    if (!process) return fail(process.error());
    if (!comes_up(*process, *node)) continue;
    auto state = std::make_unique<State>(State{std::move(*process), std::move(*node)});
    const Result<void> paced = state->tell("anvil_setBlockTimestampInterval", json::array({1}));
    if (!paced) return fail(paced.error());
    return AnvilProcess(std::move(state));
  }
  return fail(Errc::unavailable, program + " was started " + std::to_string(kPortAttempts) +
                                     " times and did not answer");
}

AnvilProcess::AnvilProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}
AnvilProcess::AnvilProcess(AnvilProcess&&) noexcept = default;
AnvilProcess& AnvilProcess::operator=(AnvilProcess&&) noexcept = default;
AnvilProcess::~AnvilProcess() = default;

const std::string& AnvilProcess::url() const { return state_->node.url(); }
Node& AnvilProcess::node() { return state_->node; }

Result<void> AnvilProcess::mine() { return state_->tell("evm_mine", json::array()); }

Result<void> AnvilProcess::set_next_block_time(std::uint64_t unix_seconds) {
  return state_->tell("evm_setNextBlockTimestamp", json::array({to_quantity(unix_seconds)}));
}

Result<void> AnvilProcess::mine_at(std::uint64_t unix_seconds) {
  const Result<void> set = set_next_block_time(unix_seconds);
  if (!set) return set;
  return mine();
}

Result<void> AnvilProcess::finalize() {
  return state_->tell("anvil_mine", json::array({to_quantity(kBlocksUntilFinal)}));
}

Result<void> AnvilProcess::reorganize(unsigned depth) {
  return state_->tell("anvil_reorg", json::array({depth, json::array()}));
}

Result<void> AnvilProcess::set_automine(bool automine) {
  return state_->tell("evm_setAutomine", json::array({automine}));
}

Result<void> AnvilProcess::drop_all_transactions() {
  return state_->tell("anvil_dropAllTransactions", json::array());
}

Result<void> AnvilProcess::fund(const EvmAddress& account) {
  // A thousand ether.
  const Uint128 wei = Uint128{1000} * 1'000'000'000'000'000'000ULL;
  return state_->tell("anvil_setBalance", json::array({"0x" + to_hex(account), to_quantity(wei)}));
}

void AnvilProcess::kill() { state_->process.kill_now(); }

}  // namespace earshot::simulator
