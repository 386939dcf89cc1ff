// What the contract costs on a real node: gas of deployment, epochs, claims and deposits by quorum,
// with trees of a million accounts (--short: of a thousand), and of an epoch by the number of
// accounts. The tables in docs/CONTRACT.md are its output. Needs anvil; --json: one object.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "rewards/chain/contract.h"
#include "rewards/chain/submitter.h"
#include "simulator/anvil.h"

namespace earshot::rewards::chain {
namespace {

constexpr std::uint64_t kEpoch = 20779;
constexpr std::uint64_t kDay = 86'400;
constexpr std::uint64_t kHour = 3'600;  // The activation delay, that of DeployTerms.
constexpr std::uint64_t kUnit = 1'000'000'000'000;
// Totals in units, of every account: odd amounts, so that few bytes of calldata are zero.
constexpr std::array<std::uint64_t, 6> kTotals = {1'000'003, 2'000'007, 3'000'017,
                                                  4'000'037, 5'000'011, 6'000'007};
constexpr std::size_t kWho = 5;  // Any account: its key is ours.

struct Quorum {
  std::uint64_t threshold;
  std::uint64_t signers;
};
constexpr std::array<Quorum, 4> kQuorums = {{{1, 1}, {2, 3}, {3, 5}, {5, 9}}};
constexpr std::array<std::size_t, 3> kGrowth = {10, 1'000, 1'000'000};
constexpr Quorum kTypical = {3, 5};
constexpr std::array<const char*, 12> kFigures = {"deploy",
                                                  "submit_first",
                                                  "claim_first",
                                                  "submit_second",
                                                  "submit_later",
                                                  "claim_later",
                                                  "deposit",
                                                  "submit_data_first",
                                                  "submit_data_second",
                                                  "submit_data_later",
                                                  "request_withdrawal",
                                                  "withdraw"};

AccountKey numbered_key(std::uint8_t number) {
  ByteArray<32> secret{};
  secret.back() = number;
  return *account_key(secret);
}

// A chain of one run; whatever fails ends the benchmark.
class Run {
 public:
  explicit Run(const Quorum& quorum)
      : threshold_(quorum.threshold),
        anvil_(must(simulator::AnvilProcess::start({.timestamp = (kEpoch + 1) * kDay}))) {
    for (std::uint64_t i = 0; i < quorum.signers; ++i) {
      keys_.push_back(numbered_key(static_cast<std::uint8_t>(i + 1)));
    }
    must(anvil_.fund(payer_.address));
  }

  template <class T>
  static T must(Result<T> result) {
    if (!result) {
      std::fprintf(stderr, "bench-contract-gas: %s\n", result.error().detail.c_str());
      std::exit(exit_code(result.error().code));
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  std::uint64_t deploy() {
    DeployTerms terms;
    for (const AccountKey& key : keys_) terms.signers.push_back(key.address);
    std::sort(terms.signers.begin(), terms.signers.end());
    terms.threshold = threshold_;
    terms.guardian = payer_.address;
    terms.first_epoch = kEpoch;
    terms.activation_delay = kHour;
    terms.emission_per_epoch = ~Uint128{0} >> 20;
    const Receipt receipt = send(std::nullopt, encode_deploy(terms));
    contract_ = *receipt.created;
    return receipt.gas_used;
  }
  // `spent`: by the one depositor, in all; 0 as long as there is none.
  std::uint64_t submit(std::uint64_t number, const PayoutTree& tree, Uint128 total, Uint128 spent) {
    RewardsContract contract = must(RewardsContract::at(anvil_.node(), contract_));
    const ContractStatus status = must(contract.status());
    Epoch epoch;
    epoch.epoch = number;
    epoch.previous_rewards_root = status.newest_root;
    epoch.rewards_root = tree.root();
    epoch.cumulative_total = total;
    epoch.cumulative_data = spent;
    if (spent != 0) epoch.debits_root = must(PayoutTree::build(debit(spent))).root();
    epoch.artifact_hash = tree.root();
    epoch.log_size = status.log_size + 123'456;
    epoch.log_root = tree.root();
    must(anvil_.set_next_block_time((number + 1) * kDay + kHour));
    const Bytes signatures = must(sign_epoch(keys_, contract.domain(), epoch, threshold_));
    const std::uint64_t gas = send(contract_, encode_submit(epoch, signatures)).gas_used;
    must(anvil_.mine_at((number + 1) * kDay + 2 * kHour + 60));  // Now it counts.
    return gas;
  }
  std::uint64_t call(const Bytes& data) { return send(contract_, data).gas_used; }

  // The debits' only leaf.
  static std::vector<PayoutLeaf> debit(Uint128 spent) {
    return {{payer().address, amount_from(spent)}};
  }
  static AccountKey payer() { return numbered_key(200); }

 private:
  Receipt send(const std::optional<EvmAddress>& to, const Bytes& data) {
    const std::string journal =
        (std::filesystem::temp_directory_path() / ("earshot_gas_" + std::to_string(::getpid())))
            .string();
    Submitter submitter = must(Submitter::begin(anvil_.node(), payer_, to, data, journal));
    must(anvil_.mine());
    const Progress progress = must(submitter.advance());
    std::filesystem::remove(journal);
    return *progress.receipt;
  }

  std::uint64_t threshold_;
  simulator::AnvilProcess anvil_;
  AccountKey payer_ = payer();
  std::vector<AccountKey> keys_;
  EvmAddress contract_{};
};

std::vector<PayoutLeaf> leaves_of(std::size_t count, std::uint64_t amount) {
  std::vector<PayoutLeaf> leaves(count);
  for (std::size_t i = 0; i < count; ++i) {
    Writer account;
    account.put(std::uint64_t{0x9E3779B97F4A7C15} * (i + 1));
    account.put(std::uint64_t{0x2545F4914F6CDD1D} * (i + 1));
    account.put(static_cast<std::uint32_t>(i));
    std::copy(account.bytes().begin(), account.bytes().end(), leaves[i].account.begin());
    leaves[i].cumulative = amount_from(Uint128{amount} * kUnit);
  }
  leaves[kWho].account = Run::payer().address;
  return leaves;
}

struct Tree {
  std::vector<PayoutLeaf> leaves;
  PayoutTree tree;
  Uint128 total;
};
Tree tree_of(std::size_t accounts, std::uint64_t amount) {
  std::vector<PayoutLeaf> leaves = leaves_of(accounts, amount);
  PayoutTree tree = Run::must(PayoutTree::build(leaves));
  return {std::move(leaves), std::move(tree), Uint128{accounts} * kUnit * amount};
}

nlohmann::ordered_json measure(const Quorum& quorum, std::span<const Tree> trees) {
  Run run(quorum);
  nlohmann::ordered_json out = {{"threshold", quorum.threshold}, {"signers", quorum.signers}};
  out["deploy"] = run.deploy();
  const auto submit = [&](std::size_t epoch, std::uint64_t spent) {
    return run.submit(kEpoch + epoch, trees[epoch].tree, trees[epoch].total,
                      Uint128{spent} * kUnit);
  };
  const auto claim = [&](std::size_t epoch) {
    return run.call(encode_claim({trees[epoch].leaves[kWho], trees[epoch].tree.proof(kWho)}));
  };
  out["submit_first"] = submit(0, 0);
  out["claim_first"] = claim(0);
  out["submit_second"] = submit(1, 0);
  out["submit_later"] = submit(2, 0);
  out["claim_later"] = claim(2);
  out["deposit"] = run.call(encode_deposit(Run::payer().address, Uint128{1'000'003} * kUnit));
  out["request_withdrawal"] = run.call(encode_request_withdrawal());
  out["submit_data_first"] = submit(3, 1'009);
  out["submit_data_second"] = submit(4, 2'017);
  out["submit_data_later"] = submit(5, 3'023);
  out["withdraw"] = run.call(encode_withdraw({Run::debit(Uint128{3'023} * kUnit)[0], {}}));
  return out;
}

std::vector<Tree> trees_of(std::size_t accounts) {
  std::vector<Tree> trees;
  for (const std::uint64_t total : kTotals) trees.push_back(tree_of(accounts, total));
  return trees;
}

// An epoch and a claim by the number of accounts.
nlohmann::ordered_json grow(std::size_t accounts) {
  const nlohmann::ordered_json run = measure(kTypical, trees_of(accounts));
  return {{"accounts", accounts},
          {"submit_later", run["submit_later"]},
          {"submit_data_later", run["submit_data_later"]},
          {"claim_later", run["claim_later"]}};
}

void print_table(const nlohmann::ordered_json& runs) {
  std::printf("%-20s", "gas");
  for (const auto& run : runs) {
    std::printf("%9llu of %llu", run["threshold"].get<unsigned long long>(),
                run["signers"].get<unsigned long long>());
  }
  std::printf("\n");
  for (const char* figure : kFigures) {
    std::printf("%-20s", figure);
    for (const auto& run : runs) std::printf("%14llu", run[figure].get<unsigned long long>());
    std::printf("\n");
  }
}

int bench(int argc, char** argv) {
  bool is_json = false;
  std::size_t accounts = 1'000'000;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--json") {
      is_json = true;
    } else if (word == "--short") {
      accounts = 1'000;
    } else {
      std::fprintf(stderr, "bench-contract-gas [--short] [--json]\n");
      return exit_code(Errc::usage);
    }
  }
  const std::vector<Tree> trees = trees_of(accounts);
  nlohmann::ordered_json out = {{"accounts", accounts},
                                {"gas", nlohmann::ordered_json::array()},
                                {"growth", nlohmann::ordered_json::array()}};
  for (const Quorum& quorum : kQuorums) out["gas"].push_back(measure(quorum, trees));
  for (const std::size_t count : kGrowth) {
    if (count <= accounts) out["growth"].push_back(grow(count));
  }
  if (is_json) {
    std::printf("%s\n", out.dump().c_str());
  } else {
    print_table(out["gas"]);
    for (const auto& row : out["growth"]) std::printf("%s\n", row.dump().c_str());
  }
  return 0;
}

}  // namespace
}  // namespace earshot::rewards::chain

int main(int argc, char** argv) { return earshot::rewards::chain::bench(argc, argv); }
