// What the commands under `earshot chain` share: where the node is, who signs, how long to wait.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "rewards/chain/contract.h"
#include "rewards/chain/payout_proof.h"
#include "rewards/chain/submitter.h"
#include "rewards/epoch_rewards.h"

namespace earshot::cli {

struct NodeOptions {
  std::string url = "http://127.0.0.1:8545";
  std::string contract;  // Address; not for deploy.
};
void add_node_options(CLI::App& command, NodeOptions& options, bool with_contract);

// Of a command that sends a transaction.
struct SendOptions {
  std::string key_path;
  std::string signer_url;      // Of a program that holds the key, instead of key_path.
  std::string signer_account;  // Whose key, there.
  std::string journal_path;    // Empty: a name of the command's own, in the working directory.
  std::string wait = "final";
  unsigned timeout_s = 900;
  unsigned max_fee_gwei = 500;
};
// `signer_option`: what --signer is called where that means something else already.
void add_send_options(CLI::App& command, SendOptions& options,
                      const std::string& signer_option = "--signer");
// Errc::usage unless just one of key and signer is given; a key file's errors.
Result<rewards::chain::TransactionSigner> transaction_signer(const SendOptions& options);

rewards::chain::FeeRules fee_rules(const SendOptions& options);

struct ConnectedContract {
  rewards::chain::Node node;
  rewards::chain::ContractDomain domain;
  // A client on this node; not to outlive this.
  rewards::chain::RewardsContract client() { return {node, domain}; }
};
Result<ConnectedContract> connect(const NodeOptions& options);

// Takes the transaction to the stage that was asked for and removes its journal there. A progress
// line on a terminal.
Result<rewards::chain::Receipt> send_and_wait(rewards::chain::Node& node,
                                              const rewards::chain::TransactionSigner& signer,
                                              const std::optional<EvmAddress>& to,
                                              const Bytes& data, const SendOptions& options,
                                              const std::string& default_journal,
                                              const Context& context);

// An epoch's rewards file and seal, from a folder (epoch-N.artifact, epoch-N.seal) or from a
// verifier (URL/v1/epochs/N/artifact and seal), checked against each other.
struct SealedEpoch {
  NetworkId network = 0;
  rewards::Artifact artifact;
};
Result<SealedEpoch> read_sealed_epoch(const std::string& source, std::uint64_t epoch);

// A proof file, checked. Errors name it.
Result<rewards::chain::PayoutProof> read_proof(const std::string& path);

Result<EvmAddress> parse_address_option(const std::string& option, const std::string& text);
std::string show_tokens(Uint128 base_units);  // "123.45 EAR"
std::string decimal(Uint128 value);
std::string prefixed(ByteView bytes);  // 0x and hex.

void add_rewards_what_if(CLI::App& rewards, Context& context);
void add_chain_deploy(CLI::App& chain, Context& context);
void add_chain_sign(CLI::App& chain, Context& context);
void add_chain_submit(CLI::App& chain, Context& context);
void add_chain_claim(CLI::App& chain, Context& context);
void add_chain_balance(CLI::App& chain, Context& context);
void add_chain_deposit(CLI::App& chain, Context& context);
void add_chain_withdraw(CLI::App& chain, Context& context);
void add_chain_status(CLI::App& chain, Context& context);

}  // namespace earshot::cli
