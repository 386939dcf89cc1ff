// Everything the service can be told, in one place. The packaged example, verifierd.example.toml,
// has the same keys with the same defaults, and a test keeps the two together.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/hash.h"
#include "core/result.h"
#include "core/time.h"

namespace earshot::verifier {

struct HttpConfig {
  std::string address = "127.0.0.1";        // Numeric.
  std::uint16_t port = 8480;                // 0: any free one, named on standard output.
  std::string tls_certificate;              // PEM, with its chain; empty: plain HTTP.
  std::string tls_key;                      // PEM, of the certificate.
  std::uint32_t io_threads = 0;             // 0..64; 0: one for each core.
  std::uint32_t max_body_bytes = 1U << 20;  // 1 KiB..16 MiB. Given: the API's limit, 1 MiB.
  std::uint32_t max_header_bytes = 8192;    // 1 KiB..64 KiB. Chosen: as common servers.
  std::uint32_t max_connections = 1024;     // 1..65536; beyond 3/4 none is kept, one more is 503.
  // Bodies of all requests in memory at once, and as much again of answers on their way; what is
  // beyond is answered 503. Chosen: a thousand batches of a hundred reports.
  std::uint64_t max_buffered_bytes = 64U << 20;  // max_body_bytes..2^36.
  std::uint32_t request_timeout_seconds = 30;    // 1..3600. For a request to arrive or leave whole.
  std::uint32_t idle_timeout_seconds = 75;       // 1..3600. Between requests of one connection.
  std::uint32_t drain_seconds = 10;              // 0..600. For requests in progress, after SIGTERM.
};

// How much is taken in. Under a virtual clock, where a day may take a second, keys have no limit.
struct IngestConfig {
  std::uint32_t queue_requests = 4096;  // 1..1000000. That wait; one more is answered 503.
  // A hotspot sends two requests every few minutes. Chosen: a day's backlog goes out in minutes.
  std::uint32_t key_requests_per_second = 5;  // 0..1000000; 0: no limit. Beyond: 429.
  std::uint32_t key_burst = 300;              // 1..1000000. Requests at once after a pause.
  // Keys that have not onboarded, all together. Chosen: a tenth of a core's signatures.
  std::uint32_t strangers_per_second = 1000;  // 0..1000000; 0: no limit. Beyond: 429.
};

struct StoreConfig {
  std::string directory;  // Required; made when missing. Holds messages/ and registry.sqlite.
  // While less is free on its disk nothing is taken (503). 0: until the disk is full. Derived: logs
  // of 256 MiB that become tables before they go, and room to seal the epochs.
  std::uint64_t reserve_bytes = 512U << 20;  // 0..2^40.
  // How long headers, reports and notices stay after their epoch's seal; never before its root has
  // matured and its record is published. Chosen: a month in which sending again is answered 200.
  std::uint32_t keep_days = 30;  // 0..3650.
};

struct ChainConfig {
  std::string rpc_url;  // Required: JSON-RPC of the node that entropy comes from.
  // 1..25, per request: two of them fit between the openings of two rounds.
  std::uint32_t timeout_seconds = 5;
};

struct EntropyConfig {
  // When the service commits to an epoch's entropy, before its opening. Onboardings that arrive
  // later wait for the epoch after. Chosen: a node that is dead for most of an hour costs nothing.
  std::uint32_t commit_ahead_seconds = 3600;  // 60..604800.
};

struct EvidenceConfig {
  // Largest snippet an audit accepts. Derived: SF12 at 125 kHz is about 125 symbols of 32.8 ms,
  // at 250 kS/s and 2 bytes 2.1 MB; fourfold.
  std::uint32_t max_snippet_bytes = 8U << 20;  // 4 KiB..256 MiB.
  // How long snippets stay after their epoch's seal where no contract is configured; with one they
  // stay until the epoch's root has matured. Chosen: a week to look at what a verdict says.
  std::uint32_t keep_days = 7;  // 0..3650.
};

// Whose checkpoints of the intake log are (C2SP tlog-checkpoint).
struct IdentityConfig {
  // The log's origin: a name that nobody else uses, by custom a URL without its scheme.
  std::string name = "localhost/earshot";
  // Ed25519 seed as `earshot key new` writes it; made when missing. Empty: verifier.key in the
  // store's directory.
  std::string key_file;
};

// The verifier's account on the chain, one of the contract's signers: a key file, or another
// program that holds the key.
struct AccountConfig {
  std::string key_file;        // 64 hex digits, mode 0600.
  std::string signer_url;      // http://HOST:PORT of its JSON-RPC (eth_signTypedData_v4).
  std::string signer_account;  // With signer_url: the account that it signs with.
  bool operator==(const AccountConfig&) const = default;
};

// Payment channels: with a contract this verifier reserves payers' deposits and settles what they
// spend.
struct ChannelsConfig {
  std::string contract;   // 0x and 40 digits. Empty: no channels.
  AccountConfig account;  // Required with a contract.
};

// Cosignatures (C2SP tlog-witness): whoever trusts a witness knows that a log shows everybody the
// same history.
struct CosigningConfig {
  // Logs of others that this service is a witness of: their keys, NAME+ID+BASE64.
  std::vector<std::string> logs;
  // Witnesses of this service's logs: "NAME+ID+BASE64 http://HOST:PORT/PREFIX".
  std::vector<std::string> witnesses;
  std::uint32_t least = 0;  // 0..witnesses. A checkpoint with fewer cosignatures is not published.
  std::uint32_t interval_seconds = 10;  // 1..3600, between two checkpoints. Chosen.
};

// Another verifier of this network.
struct PeerConfig {
  std::string url;      // Required: https://HOST[:PORT] of its API.
  std::string log_key;  // Required: what its /healthz says, NAME+ID+BASE64.
  std::string address;  // Required: EVM address that signs epochs.
  // Allows http:// to a host that is neither this one nor on a private network: it is reached
  // through something else that nobody can listen to.
  bool plain_http = false;
};

// How the verifiers of a network agree; only with [[peers]], and alike at all of them.
struct QuorumConfig {
  std::uint64_t threshold = 0;    // Required: M, more than half of all verifiers.
  std::uint64_t first_epoch = 0;  // Required: the first epoch that they judge.
  std::string contract;           // Required: address of the rewards contract.
  AccountConfig account;          // Required: signs epochs.
  // What a statement is given to reach all. Chosen: clocks and polls are far below it.
  std::uint32_t step_seconds = 300;  // 5..3600.
  // PEM certificates that peers' certificates have to come from. Empty: the system's store.
  std::string ca_file;
};

struct SimulationConfig {
  bool virtual_clock = false;  // Time is what POST /v1/simulation/clock says. Never in production.
  // 64 hex digits from which entropy's seeds are derived, so that a simulation repeats; only with
  // virtual_clock. Empty: from the operating system.
  std::string entropy_seed;
};

struct LogConfig {
  std::string level = "info";   // trace, debug, info, warn, error.
  std::string format = "text";  // text, json (one object a line).
};

struct Config {
  NetworkId network = 0;    // Required: EVM chain id of the chain that rewards settle on.
  std::string policy_file;  // Required: rewards/policies/*.toml.
  HttpConfig http;
  IngestConfig ingest;
  StoreConfig store;
  ChainConfig chain;
  EntropyConfig entropy;
  EvidenceConfig evidence;
  IdentityConfig identity;
  ChannelsConfig channels;
  CosigningConfig cosigning;
  QuorumConfig quorum;
  std::vector<PeerConfig> peers;  // None: this verifier is alone.
  SimulationConfig simulation;
  LogConfig log;
};

// Unknown keys, wrong types and every problem that `validate` finds, all in one Error
// (Errc::configuration), one line each: file, key, what was found, what is allowed. A relative
// path is taken from the configuration file's folder.
Result<Config> parse_config(const std::string& toml_text, const std::string& file_name);
Result<Config> read_config(const std::string& path);

// One line for each problem; empty when the configuration can be run with.
std::vector<std::string> validate(const Config& config);

}  // namespace earshot::verifier
