// A sealed epoch as the contract takes it, and who has signed it: what `earshot chain sign`,
// `submit` and `submit --follow` share.
#pragma once
#include <string>
#include <vector>

#include "cli/chain_commands.h"

namespace earshot::cli {

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
  bool follow = false;              // Every epoch as it is sealed, not one.
  std::string state_folder = ".";   // Of follow: journals, and a lock.
  double poll_s = 12;               // Between two looks.
};

// What is to be signed.
struct Proposal {
  rewards::chain::ContractDomain domain;
  rewards::chain::ContractStatus status;
  rewards::chain::Epoch epoch;
  Hash256 digest{};
};
// Errc::bad_data when the epoch is of another network than the node's chain; read_sealed_epoch's
// errors.
Result<Proposal> propose(ConnectedContract& contract, const std::string& log, std::uint64_t epoch);

struct Gathered {
  std::vector<EvmSignature> signatures;
  std::vector<std::string> complaints;  // Of who gave none, or some that do not count.
};
// By the keys and signatures among the options, and what verifiers have gathered: of theirs, those
// that are on our digest and of a signer of the contract. One that is down or has none is a
// complaint and no error: another may have them.
Result<Gathered> gather_signatures(const SubmitOptions& options, const Proposal& proposal,
                                   ConnectedContract& contract);

// --rpc, --contract and --log.
void add_source_options(CLI::App& command, SubmitOptions& options);

// Submits one epoch after another until SIGTERM or SIGINT, each to where it is final; a line of
// standard error for each step. Errors of the world are such lines, too, and tried again; only what
// is wrong from the start is an error.
Result<void> follow_epochs(const SubmitOptions& options, const Context& context);

}  // namespace earshot::cli
