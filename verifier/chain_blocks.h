// BlockSource over JSON-RPC. One thread at a time.
#pragma once
#include <chrono>
#include <string>

#include "rewards/chain/node.h"
#include "verifier/block_source.h"

namespace earshot::verifier {

class ChainBlocks final : public BlockSource {
 public:
  // Errc::configuration when the URL is none. The node need not answer yet.
  static Result<ChainBlocks> at(const std::string& url, NetworkId network,
                                std::chrono::seconds timeout);

  Result<std::uint64_t> head_number() override;
  Result<std::optional<Hash256>> finalized_hash(std::uint64_t number) override;

 private:
  ChainBlocks(rewards::chain::Node node, NetworkId network)
      : node_(std::move(node)), network_(network) {}

  rewards::chain::Node node_;
  NetworkId network_;
};

}  // namespace earshot::verifier
