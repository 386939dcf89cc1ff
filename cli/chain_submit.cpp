// `earshot chain submit` joins signatures of an epoch and sends them.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/chain_proposal.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using rewards::chain::Epoch;
using rewards::chain::Receipt;
using rewards::chain::TransactionSigner;

void print(const Epoch& epoch, const std::optional<Receipt>& receipt, const std::string& wait,
           const Context& context) {
  if (context.machine_output()) {
    ordered_json out = {{"epoch", std::to_string(epoch.epoch)},
                        {"root", prefixed(epoch.rewards_root)},
                        {"cumulative_total", decimal(epoch.cumulative_total)},
                        {"transaction", nullptr},
                        {"block", nullptr},
                        {"gas", nullptr},
                        {"state", receipt ? wait : "submitted before"}};
    if (receipt) {
      out["transaction"] = prefixed(receipt->transaction);
      out["block"] = receipt->block_number;
      out["gas"] = receipt->gas_used;
    }
    std::printf("%s\n", out.dump().c_str());
    return;
  }
  std::printf("epoch        %llu\n", static_cast<unsigned long long>(epoch.epoch));
  std::printf("root         %s\n", prefixed(epoch.rewards_root).c_str());
  std::printf("total        %s\n", show_tokens(epoch.cumulative_total).c_str());
  if (!receipt) {
    std::printf("on chain     already: nothing was sent\n");
    return;
  }
  std::printf("transaction  %s\n", prefixed(receipt->transaction).c_str());
  std::printf("block        %llu, %s\n", static_cast<unsigned long long>(receipt->block_number),
              wait.c_str());
  std::printf("gas          %llu\n", static_cast<unsigned long long>(receipt->gas_used));
}

// Given: of a submission's data, selector and the epoch's words.
constexpr std::size_t kEpochBytes = 4 + 10 * 32;

// Under way already, maybe with other signatures than those that could be gathered now.
bool is_submission_of(const rewards::chain::Journal& journal, const Epoch& epoch) {
  const Bytes call = rewards::chain::encode_submit(epoch, {});
  const Bytes& data = journal.transaction.data;
  return data.size() >= kEpochBytes &&
         std::equal(data.begin(), data.begin() + kEpochBytes, call.begin());
}

Result<Bytes> signed_call(const SubmitOptions& options, const Proposal& proposal,
                          ConnectedContract& contract) {
  const Result<Gathered> gathered = gather_signatures(options, proposal, contract);
  if (!gathered) return fail(gathered.error());
  for (const std::string& complaint : gathered->complaints) {
    std::fprintf(stderr, "earshot: %s\n", complaint.c_str());
  }
  const Result<Bytes> joined = rewards::chain::join_signatures(
      proposal.digest, gathered->signatures, proposal.status.threshold);
  if (!joined) return fail(joined.error());
  return rewards::chain::encode_submit(proposal.epoch, *joined);
}

Result<void> submit_one(const SubmitOptions& options, const Context& context) {
  const Result<TransactionSigner> payer = transaction_signer(options.send);
  if (!payer) return fail(payer.error());
  Result<ConnectedContract> contract = connect(options.node);
  if (!contract) return fail(contract.error());
  const Result<Proposal> proposal = propose(*contract, options.log, options.epoch);
  if (!proposal) return fail(proposal.error());
  const Epoch& epoch = proposal->epoch;
  const std::string journal = options.send.journal_path.empty()
                                  ? "earshot-epoch-" + std::to_string(epoch.epoch) + ".journal"
                                  : options.send.journal_path;
  // Once it is in a block the root it builds on is no longer the newest: a run that was cut short
  // after that goes on from its journal, any other has nothing to do.
  const Result<std::optional<rewards::chain::Journal>> kept = rewards::chain::read_journal(journal);
  if (!kept) return fail(kept.error());
  if (!*kept && proposal->status.epoch == epoch.epoch &&
      proposal->status.newest_root == epoch.rewards_root) {
    print(epoch, std::nullopt, options.send.wait, context);
    return {};
  }
  const Result<Bytes> call = *kept && is_submission_of(**kept, epoch)
                                 ? (*kept)->transaction.data
                                 : signed_call(options, *proposal, *contract);
  if (!call) return fail(call.error());
  const Result<Receipt> receipt = send_and_wait(contract->node, *payer, contract->domain.contract,
                                                *call, options.send, journal, context);
  if (!receipt) return fail(receipt.error());
  print(epoch, *receipt, options.send.wait, context);
  return {};
}

Result<void> run_submit(const SubmitOptions& options, const Context& context) {
  if (options.follow) return follow_epochs(options, context);
  if (options.epoch == 0) return fail(Errc::usage, "either --epoch or --follow");
  return submit_one(options, context);
}

}  // namespace

void add_chain_submit(CLI::App& chain, Context& context) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* command = add_command(chain, context, "submit", "Put a sealed epoch's root on chain",
                                  [options, &context] { return run_submit(*options, context); });
  add_source_options(*command, *options);
  CLI::Option* epoch = command->add_option("--epoch", options->epoch, "Number of the sealed epoch");
  add_send_options(*command, options->send);
  command->add_option("--signer-key", options->signer_keys, "A verifier's key; give each")
      ->type_name("FILE");
  CLI::Option* signature = command
                               ->add_option("--signature", options->signatures,
                                            "What `earshot chain sign` gave; give each")
                               ->type_name("HEX");
  command
      ->add_option("--gather", options->gather,
                   "A verifier that has gathered signatures of others; give one or more")
      ->type_name("URL");
  CLI::Option* follow =
      command->add_flag("--follow", options->follow,
                        "Every epoch from the contract's next one on, each when it is sealed and "
                        "signed, until SIGTERM; each is followed to where it is final");
  for (CLI::Option* one : {epoch, signature, command->get_option("--journal"),
                           command->get_option("--wait"), command->get_option("--timeout")}) {
    follow->excludes(one);
  }
  command
      ->add_option("--state", options->state_folder,
                   "With --follow: folder of transactions that are under way")
      ->type_name("DIR")
      ->needs(follow)
      ->capture_default_str();
  command
      ->add_option("--poll", options->poll_s,
                   "With --follow: seconds between two looks; after twelve without a block the fee "
                   "is raised")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.01, 3600.0))
      ->needs(follow)
      ->capture_default_str();
}

}  // namespace earshot::cli
