#include "verifier/chain_blocks.h"

namespace earshot::verifier {

Result<ChainBlocks> ChainBlocks::at(const std::string& url, NetworkId network,
                                    std::chrono::seconds timeout) {
  Result<rewards::chain::Node> node = rewards::chain::Node::at(url, timeout);
  if (!node) return fail(Errc::configuration, "chain.rpc_url: " + node.error().detail);
  return ChainBlocks(std::move(*node), network);
}

Result<std::uint64_t> ChainBlocks::head_number() {
  const Result<NetworkId> chain = node_.chain_id();
  if (!chain) return fail(Errc::unavailable, chain.error().detail);
  if (*chain != network_) {
    return fail(Errc::unavailable, "node at " + node_.url() + " is of chain " +
                                       std::to_string(*chain) + ", the configuration says " +
                                       std::to_string(network_));
  }
  return node_.head_number();
}

Result<std::optional<Hash256>> ChainBlocks::finalized_hash(std::uint64_t number) {
  const Result<std::uint64_t> finalized = node_.finalized_number();
  if (!finalized) return fail(Errc::unavailable, finalized.error().detail);
  if (*finalized < number) return std::optional<Hash256>{};
  return node_.block_hash(number);
}

}  // namespace earshot::verifier
