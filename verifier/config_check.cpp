// What a configuration may say.
#include <algorithm>
#include <array>

#include "core/bytes.h"
#include "rewards/chain/account.h"
#include "rewards/chain/http.h"
#include "verifier/config.h"
#include "verifier/log/cosigned_log.h"
#include "verifier/quorum/peer.h"

namespace earshot::verifier {
namespace {

void check_range(std::vector<std::string>& problems, const char* key, std::uint64_t found,
                 std::uint64_t low, std::uint64_t high) {
  if (found >= low && found <= high) return;
  problems.push_back(std::string(key) + ": found " + std::to_string(found) + ", allowed is " +
                     std::to_string(low) + " to " + std::to_string(high));
}

void check_present(std::vector<std::string>& problems, const char* key, bool present,
                   const char* allowed) {
  if (!present) problems.push_back(std::string(key) + ": missing, allowed is " + allowed);
}

void check_ingest(std::vector<std::string>& problems, const IngestConfig& ingest) {
  constexpr std::uint64_t kMost = 1'000'000;
  check_range(problems, "ingest.queue_requests", ingest.queue_requests, 1, kMost);
  check_range(problems, "ingest.key_requests_per_second", ingest.key_requests_per_second, 0, kMost);
  check_range(problems, "ingest.key_burst", ingest.key_burst, 1, kMost);
  check_range(problems, "ingest.strangers_per_second", ingest.strangers_per_second, 0, kMost);
}

// `section`: "channels".
void check_account(std::vector<std::string>& problems, const std::string& section,
                   const AccountConfig& account) {
  if (account.signer_url.empty()) {
    check_present(problems, (section + ".key_file").c_str(), !account.key_file.empty(), "a path");
    if (!account.signer_account.empty()) {
      problems.push_back(section + ".signer_account: found without signer_url");
    }
    return;
  }
  if (!account.key_file.empty()) {
    problems.push_back(section + ".signer_url: found with key_file, allowed is one of them");
  }
  const auto endpoint = rewards::chain::parse_endpoint(account.signer_url);
  if (!endpoint) problems.push_back(section + ".signer_url: " + endpoint.error().detail);
  const auto address = rewards::chain::parse_address(account.signer_account);
  if (!address) problems.push_back(section + ".signer_account: " + address.error().detail);
}

void check_peers(std::vector<std::string>& problems, const Config& config) {
  const QuorumConfig& quorum = config.quorum;
  if (config.peers.empty()) {
    if (quorum.threshold > 0 || !quorum.contract.empty() || quorum.account != AccountConfig{}) {
      problems.emplace_back("quorum: found without [[peers]], allowed is none: it is for several");
    }
    return;
  }
  const ChannelsConfig& channels = config.channels;
  if (!channels.contract.empty() && channels.contract != quorum.contract) {
    problems.push_back("channels.contract: found \"" + channels.contract +
                       "\", allowed with [[peers]] is quorum.contract, or none");
  }
  if (!channels.contract.empty() && channels.account != quorum.account) {
    problems.emplace_back(
        "channels: found another key_file, signer_url or signer_account, allowed with [[peers]] "
        "are those of quorum");
  }
  check_present(problems, "quorum.threshold", quorum.threshold > 0, "1 to the verifiers' number");
  check_present(problems, "quorum.first_epoch", quorum.first_epoch > 0, "an epoch's number");
  check_present(problems, "quorum.contract", !quorum.contract.empty(), "an EVM address");
  check_account(problems, "quorum", quorum.account);
  check_range(problems, "quorum.step_seconds", quorum.step_seconds, 5, 3600);
  for (std::size_t i = 0; i < config.peers.size(); ++i) {
    const PeerConfig& peer = config.peers[i];
    const std::string prefix = "peers[" + std::to_string(i) + "].";
    check_present(problems, (prefix + "url").c_str(), !peer.url.empty(), "https://HOST[:PORT]");
    const Result<void> reachable = check_peer_url(peer.url, peer.plain_http);
    if (!peer.url.empty() && !reachable) {
      problems.push_back(prefix + "url: " + reachable.error().detail);
    }
    check_present(problems, (prefix + "log_key").c_str(), !peer.log_key.empty(),
                  "NAME+ID+BASE64, as its /healthz says");
    check_present(problems, (prefix + "address").c_str(), !peer.address.empty(), "an EVM address");
  }
}

void check_simulation(std::vector<std::string>& problems, const SimulationConfig& simulation) {
  if (simulation.entropy_seed.empty()) return;
  if (!simulation.virtual_clock) {
    problems.emplace_back(
        "simulation.entropy_seed: found with virtual_clock = false, allowed is none: everybody who "
        "reads this file would know every challenge");
  }
  if (const auto seed = array_from_hex<32>(simulation.entropy_seed); !seed) {
    problems.push_back("simulation.entropy_seed: " + seed.error().detail);
  }
}

void check_channels(std::vector<std::string>& problems, const ChannelsConfig& channels) {
  if (channels.contract.empty()) return;
  const auto contract = rewards::chain::parse_address(channels.contract);
  if (!contract) problems.push_back("channels.contract: " + contract.error().detail);
  check_account(problems, "channels", channels.account);
}

void check_cosigning(std::vector<std::string>& problems, const CosigningConfig& cosigning) {
  for (const std::string& log : cosigning.logs) {
    if (const Result<NoteKey> key = parse_note_key(log); !key) {
      problems.push_back("cosigning.logs: " + key.error().detail);
    }
  }
  for (const std::string& witness : cosigning.witnesses) {
    if (const Result<WitnessAddress> address = parse_witness_address(witness); !address) {
      problems.push_back("cosigning.witnesses: \"" + witness + "\": " + address.error().detail);
    }
  }
  check_range(problems, "cosigning.least", cosigning.least, 0, cosigning.witnesses.size());
  check_range(problems, "cosigning.interval_seconds", cosigning.interval_seconds, 1, 3600);
}

}  // namespace

std::vector<std::string> validate(const Config& config) {
  std::vector<std::string> problems;
  check_present(problems, "network", config.network != 0, "the chain id, for example 31337");
  check_present(problems, "policy_file", !config.policy_file.empty(), "a path");
  check_present(problems, "store.directory", !config.store.directory.empty(), "a path");
  check_present(problems, "chain.rpc_url", !config.chain.rpc_url.empty(), "http://HOST:PORT");
  if (!config.chain.rpc_url.empty() && !config.chain.rpc_url.starts_with("http://")) {
    problems.push_back("chain.rpc_url: found \"" + config.chain.rpc_url +
                       "\", allowed is http://HOST:PORT");
  }
  const std::string& name = config.identity.name;
  if (name.empty() || name.find_first_of(" +\t\n") != std::string::npos) {
    problems.push_back(
        "identity.name: found \"" + name +
        "\", allowed is a name without blanks and +, for example example.org/earshot");
  }
  const HttpConfig& http = config.http;
  check_present(problems, "http.address", !http.address.empty(), "a numeric address");
  check_range(problems, "http.io_threads", http.io_threads, 0, 64);
  check_range(problems, "http.max_body_bytes", http.max_body_bytes, 1024, 16U << 20);
  check_range(problems, "http.max_header_bytes", http.max_header_bytes, 1024, 64U << 10);
  check_range(problems, "http.max_connections", http.max_connections, 1, 65'536);
  check_range(problems, "http.max_buffered_bytes", http.max_buffered_bytes, http.max_body_bytes,
              std::uint64_t{1} << 36);
  if (http.tls_certificate.empty() != http.tls_key.empty()) {
    problems.emplace_back(
        "http.tls_certificate, http.tls_key: found one of them, allowed is both or none");
  }
  check_range(problems, "http.request_timeout_seconds", http.request_timeout_seconds, 1, 3600);
  check_range(problems, "http.idle_timeout_seconds", http.idle_timeout_seconds, 1, 3600);
  check_range(problems, "http.drain_seconds", http.drain_seconds, 0, 600);
  check_range(problems, "store.reserve_bytes", config.store.reserve_bytes, 0,
              std::uint64_t{1} << 40);
  check_range(problems, "store.keep_days", config.store.keep_days, 0, 3650);
  check_range(problems, "chain.timeout_seconds", config.chain.timeout_seconds, 1, 25);
  check_range(problems, "entropy.commit_ahead_seconds", config.entropy.commit_ahead_seconds, 60,
              604'800);
  check_range(problems, "evidence.max_snippet_bytes", config.evidence.max_snippet_bytes, 4096,
              256U << 20);
  check_range(problems, "evidence.keep_days", config.evidence.keep_days, 0, 3650);
  check_ingest(problems, config.ingest);
  check_channels(problems, config.channels);
  check_cosigning(problems, config.cosigning);
  check_peers(problems, config);
  check_simulation(problems, config.simulation);
  static constexpr std::array<std::string_view, 5> kLevels = {"trace", "debug", "info", "warn",
                                                              "error"};
  if (std::ranges::find(kLevels, config.log.level) == kLevels.end()) {
    problems.push_back("log.level: found \"" + config.log.level +
                       "\", allowed is trace, debug, info, warn or error");
  }
  if (config.log.format != "text" && config.log.format != "json") {
    problems.push_back("log.format: found \"" + config.log.format + "\", allowed is text or json");
  }
  return problems;
}

}  // namespace earshot::verifier
