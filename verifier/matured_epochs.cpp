#include "verifier/matured_epochs.h"

#include "rewards/chain/contract.h"

namespace earshot::verifier {

std::function<Result<std::optional<std::uint64_t>>()> matured_epochs(const std::string& rpc_url,
                                                                     NetworkId network,
                                                                     const std::string& contract,
                                                                     std::chrono::seconds timeout) {
  return [rpc_url, network, contract, timeout]() -> Result<std::optional<std::uint64_t>> {
    const Result<EvmAddress> address = rewards::chain::parse_address(contract);
    if (!address) return fail(Errc::configuration, "contract: " + address.error().detail);
    Result<rewards::chain::Node> node = rewards::chain::Node::at(rpc_url, timeout);
    if (!node) return fail(Errc::configuration, "chain.rpc_url: " + node.error().detail);
    rewards::chain::RewardsContract rewards(*node, {network, *address});
    const Result<rewards::chain::ContractStatus> status = rewards.status();
    if (!status) return fail(Errc::unavailable, "contract: " + status.error().detail);
    if (status->settled_epoch == 0) return std::optional<std::uint64_t>{};
    return std::optional(status->settled_epoch);
  };
}

}  // namespace earshot::verifier
