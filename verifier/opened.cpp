#include "verifier/opened.h"

#include <sys/stat.h>

#include <filesystem>

#include "core/files.h"
#include "verifier/verifier_account.h"

namespace earshot::verifier {
namespace {

Result<void> make_private_directory(const std::string& path) {
  std::error_code error;
  const bool is_new = std::filesystem::create_directories(path, error);
  if (!error && is_new) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (!error) return {};
  const bool is_refused = error == std::errc::permission_denied;
  return fail(is_refused ? Errc::permission : Errc::unavailable,
              "store.directory: " + path + ": " + error.message());
}

// The key of the intake log's checkpoints; made at the first start.
Result<NoteSigner> log_signer(const Config& config) {
  const std::string path = config.identity.key_file.empty()
                               ? config.store.directory + "/verifier.key"
                               : config.identity.key_file;
  if (!std::filesystem::exists(path)) {
    if (Result<void> made = write_key_file(path, random_seed()); !made) return fail(made.error());
  }
  const Result<SigningKey> key = read_key_file(path);
  if (!key) return fail(key.error());
  return make_note_signer(config.identity.name, key->seed);
}

// Nothing without a contract.
Result<std::unique_ptr<ChannelDesk>> open_channels(const Config& config,
                                                   const RegistryStore& registry) {
  if (config.channels.contract.empty()) return std::unique_ptr<ChannelDesk>();
  const Result<EvmAddress> contract = rewards::chain::parse_address(config.channels.contract);
  if (!contract) return fail(Errc::configuration, "channels.contract: " + contract.error().detail);
  const std::chrono::seconds timeout(config.chain.timeout_seconds);
  auto signer = open_account(config.channels.account, "channels", timeout);
  if (!signer) return fail(signer.error());
  return ChannelDesk::open(config.store.directory + "/channels.sqlite", config.chain.rpc_url,
                           {.network = config.network,
                            .contract = *contract,
                            .signer = *std::move(signer),
                            .timeout = timeout},
                           registry);
}

}  // namespace

Result<rewards::Policy> read_policy(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(Errc::configuration, "policy_file: " + text.error().detail);
  return rewards::parse_policy(*text, path);
}

// The port before the store: a second service on one machine ends without touching anything.
Result<void> open(const Config& config, spdlog::logger& log, Opened& opened) {
  const std::string& directory = config.store.directory;
  if (auto done = keep(read_policy(config.policy_file), opened.policy); !done) return done;
  if (auto done = keep(ChainBlocks::at(config.chain.rpc_url, config.network,
                                       std::chrono::seconds(config.chain.timeout_seconds)),
                       opened.blocks);
      !done)
    return done;
  if (auto done = keep(HttpServer::listen(config.http, log), opened.server); !done) return done;
  umask(0077);  // The store holds secrets.
  if (auto done = make_private_directory(directory); !done) return done;
  if (auto done = keep(RocksStore::open(directory + "/messages",
                                        {config.network, config.store.reserve_bytes, &log}),
                       opened.store);
      !done)
    return done;
  if (auto done = keep(log_signer(config), opened.signer); !done) return done;
  if (auto done = keep(RegistryStore::open(directory + "/registry.sqlite", config.network),
                       opened.registry);
      !done)
    return done;
  if (auto done =
          keep(Transparency::open(config, opened.signer, *opened.store, *opened.registry, log),
               opened.logs);
      !done)
    return done;
  opened.logs->catch_up();
  if (auto done = keep(opened.registry->virtual_time(), opened.virtual_time); !done) return done;
  return keep(open_channels(config, *opened.registry), opened.channels);
}

}  // namespace earshot::verifier
