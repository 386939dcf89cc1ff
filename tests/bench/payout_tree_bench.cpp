// The payout tree against OpenZeppelin's own package over the same leaves: CPU seconds and the most
// memory of each, as processes of their own, and the roots, which must be equal. A million leaves
// take the package some minutes and 2 GB; --leaves N and --short take less; --json: one object.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/hash.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards {
namespace {

constexpr const char* kPeer = EARSHOT_SOURCE_DIR "/tests/bench/payout_tree_peer.js";

// As leaf() of payout_tree_peer.js.
PayoutLeaf leaf(std::size_t i) {
  const Hash256 hash = sha256(as_bytes("leaf " + std::to_string(i)));
  PayoutLeaf leaf;
  std::copy_n(hash.begin(), 20, leaf.account.begin());
  std::copy_n(hash.begin() + 20, 12, leaf.cumulative.begin() + 20);
  return leaf;
}

int print_root(std::size_t count) {
  std::vector<PayoutLeaf> leaves(count);
  for (std::size_t i = 0; i < count; ++i) leaves[i] = leaf(i);
  const Result<PayoutTree> tree = PayoutTree::build(leaves);
  if (!tree) return exit_code(tree.error().code);
  std::printf("0x%s\n", to_hex(tree->root()).c_str());
  return 0;
}

struct Cost {
  std::string root;
  double cpu_s = 0;
  double memory_mb = 0;
  int status = 0;
};

// Runs a program and reads its one line.
Cost run(const std::vector<std::string>& words) {
  std::array<int, 2> line{};
  if (::pipe(line.data()) != 0) std::abort();
  const pid_t child = ::fork();
  if (child < 0) std::abort();
  if (child == 0) {
    ::dup2(line[1], STDOUT_FILENO);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(line[1]);
  Cost cost;
  std::array<char, 128> bytes{};
  for (ssize_t got = 0; (got = ::read(line[0], bytes.data(), bytes.size())) > 0;) {
    cost.root.append(bytes.data(), static_cast<std::size_t>(got));
  }
  ::close(line[0]);
  if (!cost.root.empty() && cost.root.back() == '\n') cost.root.pop_back();
  rusage usage{};
  ::wait4(child, &cost.status, 0, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  cost.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  cost.memory_mb = static_cast<double>(usage.ru_maxrss) / 1024;
  return cost;
}

nlohmann::ordered_json to_json(const Cost& cost) {
  return {{"cpu_s", cost.cpu_s}, {"memory_mb", cost.memory_mb}};
}

int compare(std::size_t count, bool is_json) {
  const std::string number = std::to_string(count);
  const Cost ours = run({"/proc/self/exe", "--root", number});
  const Cost peer = run({"node", "--max-old-space-size=8192", kPeer, number});
  if (ours.status != 0 || peer.status != 0) {
    std::fprintf(stderr, "bench-payout-tree: %s did not finish\n",
                 ours.status != 0 ? "our tree" : "node with @openzeppelin/merkle-tree");
    return exit_code(Errc::unavailable);
  }
  if (ours.root != peer.root) {
    std::fprintf(stderr, "bench-payout-tree: the root is %s, the package's %s\n", ours.root.c_str(),
                 peer.root.c_str());
    return exit_code(Errc::check_failed);
  }
  const double faster = peer.cpu_s / ours.cpu_s;
  const double smaller = peer.memory_mb / ours.memory_mb;
  if (is_json) {
    const nlohmann::ordered_json out = {{"leaves", count},       {"root", ours.root},
                                        {"ours", to_json(ours)}, {"openzeppelin", to_json(peer)},
                                        {"cpu_ratio", faster},   {"memory_ratio", smaller}};
    std::printf("%s\n", out.dump().c_str());
  } else {
    std::printf("%zu leaves, root %s\n", count, ours.root.c_str());
    std::printf("ours          %8.2f CPU-s  %8.1f MB\n", ours.cpu_s, ours.memory_mb);
    std::printf("OpenZeppelin  %8.2f CPU-s  %8.1f MB\n", peer.cpu_s, peer.memory_mb);
    std::printf("%.0f times less CPU, %.1f times less memory\n", faster, smaller);
  }
  return 0;
}

int bench(int argc, char** argv) {
  bool is_json = false;
  std::size_t count = 1'000'000;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const std::string_view next = i + 1 < argc ? argv[i + 1] : "";
    const bool is_count =
        (word == "--leaves" || word == "--root") &&
        std::from_chars(next.data(), next.data() + next.size(), count).ec == std::errc() &&
        count > 0;
    if (is_count && word == "--root") return print_root(count);
    if (is_count) {
      ++i;
    } else if (word == "--json") {
      is_json = true;
    } else if (word == "--short") {
      count = 2'000;
    } else {
      std::fprintf(stderr, "bench-payout-tree [--leaves N] [--short] [--json]\n");
      return exit_code(Errc::usage);
    }
  }
  return compare(count, is_json);
}

}  // namespace
}  // namespace earshot::rewards

int main(int argc, char** argv) { return earshot::rewards::bench(argc, argv); }
