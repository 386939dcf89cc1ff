// `earshot chain sign` makes one verifier's signature of an epoch; `submit` joins signatures and
// sends them.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/chain_commands.h"
#include "core/message_json.h"
#include "rewards/chain/remote_signer.h"
#include "verifier/fetch.h"
#include "verifier/quorum/epoch_signature.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using rewards::chain::AccountKey;
using rewards::chain::ContractStatus;
using rewards::chain::Epoch;
using rewards::chain::Receipt;

struct SubmitOptions {
  NodeOptions node;
  SendOptions send;
  std::uint64_t epoch = 0;
  std::string log;
  std::vector<std::string> signer_keys;
  std::vector<std::string> signatures;
  std::string remote;               // URL of a signer that holds the key; empty: --key.
  std::string account;              // Whose key, there.
  std::vector<std::string> gather;  // Verifiers' URLs.
};

// What is to be signed: the sealed epoch as this contract takes it.
struct Proposal {
  ConnectedContract contract;
  ContractStatus status;
  Epoch epoch;
  Hash256 digest{};
};

Result<Proposal> propose(const SubmitOptions& options) {
  const Result<SealedEpoch> sealed = read_sealed_epoch(options.log, options.epoch);
  if (!sealed) return fail(sealed.error());
  Result<ConnectedContract> contract = connect(options.node);
  if (!contract) return fail(contract.error());
  if (sealed->network != contract->domain.chain_id) {
    return fail(Errc::bad_data, "epoch " + std::to_string(options.epoch) + " is of network " +
                                    std::to_string(sealed->network) + ", the node's chain is " +
                                    std::to_string(contract->domain.chain_id));
  }
  const Result<ContractStatus> status = contract->client().status();
  if (!status) return fail(status.error());
  const Epoch epoch = rewards::chain::epoch_of(sealed->artifact, status->signer_set_version);
  const Hash256 digest = rewards::chain::epoch_digest(contract->domain, epoch);
  return Proposal{std::move(*contract), *status, epoch, digest};
}

// What a verifier has gathered: those that are on our digest and of a signer of the contract. One
// that is down or has none is said, and no error: another may have them.
void gather_signatures(const std::string& url, Proposal& proposal,
                       std::vector<EvmSignature>& signatures) {
  const Result<Bytes> body = verifier::fetch(
      url, "/v1/quorum/signatures/" + std::to_string(proposal.epoch.epoch), "signatures");
  const std::string text = body ? std::string(body->begin(), body->end()) : "";
  const Result<nlohmann::json> json = parse_json(text);
  if (!json || !json->is_array()) {
    std::fprintf(stderr, "earshot: %s: no signatures: %s\n", url.c_str(),
                 (body ? "expected a JSON array" : body.error().detail).c_str());
    return;
  }
  rewards::chain::RewardsContract contract = proposal.contract.client();
  for (const nlohmann::json& item : *json) {
    const auto signature = verifier::epoch_signature_from_json(item);
    const bool is_ours = signature && signature->domain == proposal.contract.domain &&
                         signature->epoch == proposal.epoch;
    const Result<bool> counts = is_ours ? contract.is_signer(signature->signer) : false;
    if (counts && *counts) {
      signatures.push_back(signature->signature);
    } else {
      std::fprintf(stderr, "earshot: %s: a signature that is not on this epoch is left out\n",
                   url.c_str());
    }
  }
}

Result<std::vector<EvmSignature>> collect_signatures(const SubmitOptions& options,
                                                     const Hash256& digest) {
  std::vector<EvmSignature> signatures;
  for (const std::string& path : options.signer_keys) {
    const Result<AccountKey> key = rewards::chain::read_account_key(path);
    if (!key) return fail(key.error());
    signatures.push_back(rewards::chain::sign_digest(*key, digest));
  }
  for (const std::string& text : options.signatures) {
    const Result<EvmSignature> signature = array_from_hex<65>(text);
    if (!signature) return fail(Errc::usage, "--signature: " + signature.error().detail);
    signatures.push_back(*signature);
  }
  return signatures;
}

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

Result<void> run_submit(const SubmitOptions& options, const Context& context) {
  const Result<AccountKey> payer = rewards::chain::read_account_key(options.send.key_path);
  if (!payer) return fail(payer.error());
  Result<Proposal> proposal = propose(options);
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
  Result<std::vector<EvmSignature>> signatures = collect_signatures(options, proposal->digest);
  if (!signatures) return fail(signatures.error());
  for (const std::string& url : options.gather) gather_signatures(url, *proposal, *signatures);
  const Result<Bytes> joined =
      rewards::chain::join_signatures(proposal->digest, *signatures, proposal->status.threshold);
  if (!joined) return fail(joined.error());
  const Result<Receipt> receipt =
      send_and_wait(proposal->contract.node, *payer, proposal->contract.domain.contract,
                    rewards::chain::encode_submit(epoch, *joined), options.send, journal, context);
  if (!receipt) return fail(receipt.error());
  print(epoch, *receipt, options.send.wait, context);
  return {};
}

struct Signed {
  EvmAddress signer{};
  EvmSignature signature{};
};

Result<Signed> sign_remotely(const SubmitOptions& options, const Proposal& proposal) {
  const Result<EvmAddress> account = parse_address_option("--account", options.account);
  if (!account) return fail(account.error());
  const auto endpoint = rewards::chain::parse_endpoint(options.remote);
  if (!endpoint) return fail(Errc::usage, "--remote: " + endpoint.error().detail);
  rewards::chain::RemoteSigner signer(rewards::chain::JsonRpc(*endpoint), *account);
  const Result<EvmSignature> signature = signer.sign(proposal.contract.domain, proposal.epoch);
  if (!signature) return fail(signature.error());
  return Signed{*account, *signature};
}

Result<Signed> sign_here(const SubmitOptions& options, const Proposal& proposal) {
  const Result<AccountKey> key = rewards::chain::read_account_key(options.send.key_path);
  if (!key) return fail(key.error());
  return Signed{key->address, rewards::chain::sign_digest(*key, proposal.digest)};
}

Result<void> run_sign(const SubmitOptions& options, const Context& context) {
  if (options.remote.empty() == options.send.key_path.empty() ||
      options.remote.empty() != options.account.empty()) {
    return fail(Errc::usage, "either --key, or --remote and --account");
  }
  const Result<Proposal> proposal = propose(options);
  if (!proposal) return fail(proposal.error());
  const Result<Signed> done =
      options.remote.empty() ? sign_here(options, *proposal) : sign_remotely(options, *proposal);
  if (!done) return fail(done.error());
  const std::string signer = rewards::chain::to_display(done->signer);
  if (context.machine_output()) {
    const ordered_json out = {{"epoch", std::to_string(proposal->epoch.epoch)},
                              {"digest", prefixed(proposal->digest)},
                              {"signer", signer},
                              {"signature", prefixed(done->signature)}};
    std::printf("%s\n", out.dump().c_str());
  } else {
    std::printf("signer       %s\nsignature    %s\n", signer.c_str(),
                prefixed(done->signature).c_str());
  }
  return {};
}

void add_epoch_options(CLI::App& command, SubmitOptions& options) {
  add_node_options(command, options.node, true);
  command.add_option("--epoch", options.epoch, "Number of the sealed epoch")->required();
  command
      .add_option("--log", options.log,
                  "A verifier's URL, or a folder with epoch-N.artifact and "
                  "epoch-N.seal")
      ->type_name("URL|DIR")
      ->required();
}

}  // namespace

void add_chain_sign(CLI::App& chain, Context& context) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* command =
      add_command(chain, context, "sign", "Sign a sealed epoch, for somebody else to submit",
                  [options, &context] { return run_sign(*options, context); });
  add_epoch_options(*command, *options);
  command->add_option("--key", options->send.key_path, "The verifier's key")->type_name("FILE");
  command
      ->add_option("--remote", options->remote,
                   "Instead: JSON-RPC of a signer that holds it (eth_signTypedData_v4)")
      ->type_name("URL");
  command->add_option("--account", options->account, "With --remote: whose key")
      ->type_name("ADDRESS");
}

void add_chain_submit(CLI::App& chain, Context& context) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* command = add_command(chain, context, "submit", "Put a sealed epoch's root on chain",
                                  [options, &context] { return run_submit(*options, context); });
  add_epoch_options(*command, *options);
  add_send_options(*command, options->send);
  command->add_option("--signer-key", options->signer_keys, "A verifier's key; give each")
      ->type_name("FILE");
  command
      ->add_option("--signature", options->signatures, "What `earshot chain sign` gave; give each")
      ->type_name("HEX");
  command
      ->add_option("--gather", options->gather,
                   "A verifier that has gathered signatures of others; give one or more")
      ->type_name("URL");
}

}  // namespace earshot::cli
