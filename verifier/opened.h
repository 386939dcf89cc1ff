// What the service keeps and reaches, opened one after the other before anything runs.
#pragma once
#include <memory>
#include <optional>

#include "verifier/chain_blocks.h"
#include "verifier/channel_desk.h"
#include "verifier/config.h"
#include "verifier/http_server.h"
#include "verifier/rocks_store.h"
#include "verifier/transparency.h"

namespace earshot::verifier {

struct Opened {
  rewards::Policy policy;
  std::optional<ChainBlocks> blocks;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<RocksStore> store;
  NoteSigner signer;
  std::unique_ptr<RegistryStore> registry;
  std::unique_ptr<Transparency> logs;
  std::unique_ptr<ChannelDesk> channels;
  std::optional<UnixNanos> virtual_time;
};

// Errors name the key of the configuration, or the file. What was opened before stays open.
Result<void> open(const Config& config, spdlog::logger& log, Opened& opened);

// Errc::configuration when there is none, or it is none.
Result<rewards::Policy> read_policy(const std::string& path);

// Moves what a Result holds to where it stays.
template <typename T, typename To>
Result<void> keep(Result<T> made, To& place) {
  if (!made) return fail(made.error());
  place = std::move(*made);
  return {};
}

}  // namespace earshot::verifier
