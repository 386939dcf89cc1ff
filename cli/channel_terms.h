// What the commands under `earshot channel` share: which contract, whose signatures, and how a
// result is shown.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/context.h"
#include "rewards/chain/eip712.h"
#include "rewards/channels/anchor.h"

namespace earshot::cli {

struct DomainOptions {
  std::string contract;  // Empty: not given.
  NetworkId chain_id = 0;
};

void add_domain_options(CLI::App& command, DomainOptions& options);
Result<rewards::chain::ContractDomain> domain_of(const DomainOptions& options);

// Of each `--signer`, ascending.
Result<std::vector<EvmAddress>> signers_of(const std::vector<std::string>& options);

// One JSON object, or a line for each member.
void print(const nlohmann::ordered_json& out, const Context& context);
nlohmann::ordered_json describe(const rewards::channels::Anchor& anchor);

// channel_verifiers.cpp
void add_channel_reserve(CLI::App& group, Context& context);
void add_channel_send(CLI::App& group, Context& context);

}  // namespace earshot::cli
