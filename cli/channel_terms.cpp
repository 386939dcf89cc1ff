#include "cli/channel_terms.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/chain_commands.h"

namespace earshot::cli {

using nlohmann::ordered_json;
using rewards::chain::ContractDomain;
using rewards::channels::Anchor;

void add_domain_options(CLI::App& command, DomainOptions& options) {
  command.add_option("--contract", options.contract, "Address of the rewards contract")
      ->type_name("ADDRESS")
      ->required();
  command.add_option("--chain-id", options.chain_id, "Of its chain; nothing is asked of a node")
      ->required();
}

Result<ContractDomain> domain_of(const DomainOptions& options) {
  const Result<EvmAddress> contract = parse_address_option("--contract", options.contract);
  if (!contract) return fail(contract.error());
  return ContractDomain{options.chain_id, *contract};
}

Result<std::vector<EvmAddress>> signers_of(const std::vector<std::string>& options) {
  std::vector<EvmAddress> signers;
  for (const std::string& text : options) {
    const Result<EvmAddress> signer = parse_address_option("--signer", text);
    if (!signer) return fail(signer.error());
    signers.push_back(*signer);
  }
  std::sort(signers.begin(), signers.end());
  return signers;
}

void print(const ordered_json& out, const Context& context) {
  if (context.machine_output()) {
    std::printf("%s\n", out.dump().c_str());
    return;
  }
  for (const auto& [name, value] : out.items()) {
    std::printf("%-12s %s\n", name.c_str(),
                value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
  }
}

ordered_json describe(const Anchor& anchor) {
  return {{"payer", rewards::chain::to_display(anchor.payer)},
          {"hotspot", to_hex(anchor.hotspot)},
          {"epoch", anchor.epoch},
          {"unit_price", std::to_string(anchor.unit_price)},
          {"max_units", anchor.max_units},
          {"maximum", decimal(maximum_of(anchor))}};
}

}  // namespace earshot::cli
