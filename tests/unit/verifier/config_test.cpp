#include "verifier/config.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace earshot::verifier {
namespace {

constexpr const char* kLeast = R"(
network = 31337
policy_file = "p.toml"
[store]
directory = "d"
[chain]
rpc_url = "http://127.0.0.1:8545"
)";

std::string error_of(const std::string& text) {
  const Result<Config> config = parse_config(text, "v.toml");
  if (config) return "";
  EXPECT_EQ(config.error().code, Errc::configuration);
  return config.error().detail;
}

TEST(Config, WhatIsNotSaidHasItsDefault) {
  const Result<Config> config = parse_config(kLeast, "/etc/earshot/v.toml");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->network, 31337U);
  EXPECT_EQ(config->policy_file, "/etc/earshot/p.toml");
  EXPECT_EQ(config->store.directory, "/etc/earshot/d");
  EXPECT_EQ(config->http.port, 8480);
  EXPECT_EQ(config->http.max_body_bytes, 1'048'576U);
  EXPECT_FALSE(config->simulation.virtual_clock);
}

TEST(Config, PackagedExampleSaysTheDefaults) {
  const std::string path = std::string(EARSHOT_SOURCE_DIR) + "/verifier/verifierd.example.toml";
  const Result<Config> example = read_config(path);
  ASSERT_TRUE(example) << example.error().detail;
  const Config defaults;
  EXPECT_EQ(example->http.address, defaults.http.address);
  EXPECT_EQ(example->http.port, defaults.http.port);
  EXPECT_EQ(example->http.io_threads, defaults.http.io_threads);
  EXPECT_EQ(example->http.tls_certificate, defaults.http.tls_certificate);
  EXPECT_EQ(example->http.tls_key, defaults.http.tls_key);
  EXPECT_EQ(example->http.max_buffered_bytes, defaults.http.max_buffered_bytes);
  EXPECT_EQ(example->ingest.queue_requests, defaults.ingest.queue_requests);
  EXPECT_EQ(example->ingest.key_requests_per_second, defaults.ingest.key_requests_per_second);
  EXPECT_EQ(example->ingest.key_burst, defaults.ingest.key_burst);
  EXPECT_EQ(example->ingest.strangers_per_second, defaults.ingest.strangers_per_second);
  EXPECT_EQ(example->log.format, defaults.log.format);
  EXPECT_EQ(example->http.max_body_bytes, defaults.http.max_body_bytes);
  EXPECT_EQ(example->http.max_header_bytes, defaults.http.max_header_bytes);
  EXPECT_EQ(example->http.max_connections, defaults.http.max_connections);
  EXPECT_EQ(example->http.request_timeout_seconds, defaults.http.request_timeout_seconds);
  EXPECT_EQ(example->http.idle_timeout_seconds, defaults.http.idle_timeout_seconds);
  EXPECT_EQ(example->http.drain_seconds, defaults.http.drain_seconds);
  EXPECT_EQ(example->store.reserve_bytes, defaults.store.reserve_bytes);
  EXPECT_EQ(example->chain.timeout_seconds, defaults.chain.timeout_seconds);
  EXPECT_EQ(example->entropy.commit_ahead_seconds, defaults.entropy.commit_ahead_seconds);
  EXPECT_EQ(example->identity.name, defaults.identity.name);
  EXPECT_EQ(example->identity.key_file, defaults.identity.key_file);
  EXPECT_EQ(example->channels.contract, defaults.channels.contract);
  EXPECT_EQ(example->channels.account, defaults.channels.account);
  EXPECT_EQ(example->evidence.max_snippet_bytes, defaults.evidence.max_snippet_bytes);
  EXPECT_EQ(example->cosigning.logs, defaults.cosigning.logs);
  EXPECT_EQ(example->cosigning.witnesses, defaults.cosigning.witnesses);
  EXPECT_EQ(example->cosigning.least, defaults.cosigning.least);
  EXPECT_EQ(example->cosigning.interval_seconds, defaults.cosigning.interval_seconds);
  EXPECT_EQ(example->quorum.threshold, defaults.quorum.threshold);
  EXPECT_EQ(example->quorum.first_epoch, defaults.quorum.first_epoch);
  EXPECT_EQ(example->quorum.step_seconds, defaults.quorum.step_seconds);
  EXPECT_TRUE(example->quorum.contract.empty());
  EXPECT_EQ(example->quorum.account, defaults.quorum.account);
  EXPECT_TRUE(example->quorum.ca_file.empty());
  EXPECT_TRUE(example->peers.empty());
  EXPECT_EQ(example->simulation.virtual_clock, defaults.simulation.virtual_clock);
  EXPECT_EQ(example->simulation.entropy_seed, defaults.simulation.entropy_seed);
  EXPECT_EQ(example->log.level, defaults.log.level);
  EXPECT_TRUE(std::filesystem::exists(example->policy_file)) << example->policy_file;
}

TEST(Config, AChannelContractNeedsAKey) {
  const std::string head =
      "network = 1\npolicy_file = \"p\"\nstore.directory = \"s\"\nchain.rpc_url = \"http://n\"\n";
  const std::string error = error_of(head + "[channels]\ncontract = \"0x12\"\n");
  EXPECT_NE(error.find("channels.contract: found \"0x12\""), std::string::npos) << error;
  EXPECT_NE(error.find("channels.key_file: missing"), std::string::npos) << error;
}

TEST(Config, SeveralVerifiersSettleChannelsOfTheirOwnContractWithTheirOwnKey) {
  const std::string head =
      "network = 1\npolicy_file = \"p\"\nstore.directory = \"s\"\nchain.rpc_url = \"http://n\"\n"
      "[quorum]\nthreshold = 2\nfirst_epoch = 9\nkey_file = \"k\"\n"
      "contract = \"0x2222222222222222222222222222222222222222\"\n"
      "[[peers]]\nurl = \"http://127.0.0.1:1\"\nlog_key = \"l\"\naddress = \"a\"\n";
  const auto channels = [](const std::string& digit, const std::string& key) {
    return "[channels]\ncontract = \"0x" + std::string(40, digit[0]) + "\"\nkey_file = \"" + key +
           "\"\n";
  };
  EXPECT_EQ(error_of(head + channels("2", "k")), "");
  EXPECT_EQ(error_of(head + channels("3", "j")),
            "v.toml: channels.contract: found \"0x3333333333333333333333333333333333333333\", "
            "allowed with [[peers]] is quorum.contract, or none\n"
            "v.toml: channels: found another key_file, signer_url or signer_account, allowed with "
            "[[peers]] are those of quorum");
}

TEST(Config, AKeyIsInAFileOrInAnotherProgram) {
  const std::string head =
      "network = 1\npolicy_file = \"p\"\nstore.directory = \"s\"\nchain.rpc_url = \"http://n\"\n"
      "[channels]\ncontract = \"0x2222222222222222222222222222222222222222\"\n";
  const std::string url = "signer_url = \"http://127.0.0.1:9000\"\n";
  const std::string account = "signer_account = \"0x3333333333333333333333333333333333333333\"\n";
  EXPECT_EQ(error_of(head + url + account), "");
  EXPECT_EQ(error_of(head + url + account + "key_file = \"k\"\n"),
            "v.toml: channels.signer_url: found with key_file, allowed is one of them");
  EXPECT_EQ(error_of(head + "key_file = \"k\"\n" + account),
            "v.toml: channels.signer_account: found without signer_url");
  EXPECT_NE(error_of(head + url).find("channels.signer_account: found \"\""), std::string::npos)
      << error_of(head + url);
  EXPECT_NE(error_of(head + account + "signer_url = \"n\"\n").find("channels.signer_url: \"n\""),
            std::string::npos);
}

TEST(Config, NamesEveryProblemAtOnce) {
  EXPECT_EQ(error_of(R"(
network = "main"
colour = 3
[http]
port = 70000
io_threads = 65
[log]
level = "loud"
)"),
            "v.toml: network: found 'main', allowed is a whole number from 0\n"
            "v.toml: http.port: found 70000, allowed is a whole number from 0 to 65535\n"
            "v.toml: colour: unknown key\n"
            "v.toml: network: missing, allowed is the chain id, for example 31337\n"
            "v.toml: policy_file: missing, allowed is a path\n"
            "v.toml: store.directory: missing, allowed is a path\n"
            "v.toml: chain.rpc_url: missing, allowed is http://HOST:PORT\n"
            "v.toml: http.io_threads: found 65, allowed is 0 to 64\n"
            "v.toml: log.level: found \"loud\", allowed is trace, debug, info, warn or error");
}

TEST(Config, NamesWhatPeersAndQuorumLack) {
  EXPECT_EQ(error_of(kLeast + std::string("[quorum]\nthreshold = 2\n")),
            "v.toml: quorum: found without [[peers]], allowed is none: it is for several");
  EXPECT_EQ(
      error_of(kLeast + std::string("[quorum]\nthreshold = 2\nstep_seconds = 1\n"
                                    "[[peers]]\nurl = \"http://b\"\ncolour = 3\n")),
      "v.toml: peers[0].colour: unknown key\n"
      "v.toml: quorum.first_epoch: missing, allowed is an epoch's number\n"
      "v.toml: quorum.contract: missing, allowed is an EVM address\n"
      "v.toml: quorum.key_file: missing, allowed is a path\n"
      "v.toml: quorum.step_seconds: found 1, allowed is 5 to 3600\n"
      "v.toml: peers[0].url: \"http://b\" is plain HTTP to a host that is neither this one nor "
      "on a private network: https:// is allowed, or plain_http = true\n"
      "v.toml: peers[0].log_key: missing, allowed is NAME+ID+BASE64, as its /healthz says\n"
      "v.toml: peers[0].address: missing, allowed is an EVM address");
  EXPECT_EQ(error_of(std::string("peers = 3\n") + kLeast),
            "v.toml: peers: found 3, allowed is [[peers]], tables");
}

TEST(Config, SaysWhereTheTextIsNotToml) {
  EXPECT_EQ(error_of("network = = 3").substr(0, 9), "v.toml:1:");
}

TEST(Config, RefusesAKnownEntropySeedWithoutAVirtualClock) {
  const std::string seed = "entropy_seed = \"" + std::string(64, 'a') + "\"\n";
  EXPECT_NE(error_of(kLeast + std::string("[simulation]\n") + seed).find("entropy_seed"),
            std::string::npos);
  EXPECT_EQ(error_of(kLeast + std::string("[simulation]\nvirtual_clock = true\n") + seed), "");
  EXPECT_NE(
      error_of(kLeast + std::string("[simulation]\nvirtual_clock = true\nentropy_seed = \"ab\"\n")),
      "");
}

TEST(Config, NamesWhatIsWrongWithLogsAndWitnesses) {
  const std::string error = error_of(std::string(kLeast) + R"(
[cosigning]
logs = ["example.org"]
witnesses = ["example.net http://host"]
least = 2
interval_seconds = 0
)");
  EXPECT_NE(error.find("cosigning.logs: note key"), error.npos) << error;
  EXPECT_NE(error.find("cosigning.witnesses: \"example.net http://host\": note key"), error.npos);
  EXPECT_NE(error.find("cosigning.least: found 2, allowed is 0 to 1"), error.npos);
  EXPECT_NE(error.find("cosigning.interval_seconds: found 0, allowed is 1 to 3600"), error.npos);
  EXPECT_NE(error_of(std::string(kLeast) + "[cosigning]\nlogs = [1]\n")
                .find("cosigning.logs: found [ 1 ], allowed is an array of strings"),
            std::string::npos);
}

TEST(Config, MissingFileIsOneLine) {
  const Result<Config> config = read_config("/nowhere/v.toml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Errc::configuration);
  EXPECT_EQ(config.error().detail, "/nowhere/v.toml: cannot read: No such file or directory");
}

}  // namespace
}  // namespace earshot::verifier
