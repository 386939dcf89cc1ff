// Reading a configuration file; what may stand in it is in config_check.cpp.
#include "verifier/config.h"

#include <filesystem>
#include <limits>
#include <set>
#include <sstream>

#include "core/files.h"
#include "core/toml.h"

namespace earshot::verifier {
namespace {

std::string shown(const toml::node& node) {
  std::ostringstream text;
  node.visit([&](const auto& value) { text << value; });
  return text.str();
}

// Reads one table; remembers what it was asked for, so that the rest is unknown.
class Section {
 public:
  Section(const toml::table* table, std::string prefix, std::vector<std::string>& problems)
      : table_(table), prefix_(std::move(prefix)), problems_(problems) {}

  void read(const char* key, std::string& value) {
    if (const toml::node* node = find(key)) {
      if (node->is_string()) {
        value = **node->as_string();
      } else {
        complain(key, *node, "a string");
      }
    }
  }
  void read(const char* key, bool& value) {
    if (const toml::node* node = find(key)) {
      if (node->is_boolean()) {
        value = **node->as_boolean();
      } else {
        complain(key, *node, "true or false");
      }
    }
  }
  void read(const char* key, std::vector<std::string>& values) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    std::vector<std::string> found;
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
      if (const auto* text = array->get(i)->as_string()) found.push_back(text->get());
    }
    if (array == nullptr || found.size() != array->size()) {
      return complain(key, *node, "an array of strings");
    }
    values = std::move(found);
  }
  template <std::unsigned_integral T>
  void read(const char* key, T& value) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const std::int64_t found = node->is_integer() ? **node->as_integer() : -1;
    if (found < 0 || static_cast<std::uint64_t>(found) > std::numeric_limits<T>::max()) {
      constexpr std::uint64_t kLargest = std::numeric_limits<T>::max();
      const std::string end = sizeof(T) < 8 ? " to " + std::to_string(kLargest) : "";
      complain(key, *node, "a whole number from 0" + end);
    } else {
      value = static_cast<T>(found);
    }
  }
  Section table(const char* key) {
    const toml::node* node = find(key);
    if (node != nullptr && !node->is_table()) complain(key, *node, "a table");
    return {node != nullptr ? node->as_table() : nullptr, prefix_ + key + ".", problems_};
  }
  // Of an array of tables.
  std::vector<Section> tables(const char* key) {
    std::vector<Section> sections;
    const toml::node* node = find(key);
    if (node == nullptr) return sections;
    const toml::array* array = node->as_array();
    if (array == nullptr || !array->is_array_of_tables()) {
      complain(key, *node, "[[" + std::string(key) + "]], tables");
      return sections;
    }
    for (std::size_t i = 0; i < array->size(); ++i) {
      sections.push_back(
          {array->get(i)->as_table(), prefix_ + key + "[" + std::to_string(i) + "].", problems_});
    }
    return sections;
  }
  void refuse_unknown() const {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_) {
      if (!known_.contains(std::string(key.str()))) {
        problems_.push_back(prefix_ + std::string(key.str()) + ": unknown key");
      }
    }
  }

 private:
  const toml::node* find(const char* key) {
    known_.insert(key);
    return table_ == nullptr ? nullptr : table_->get(key);
  }
  void complain(const char* key, const toml::node& node, const std::string& allowed) {
    problems_.push_back(prefix_ + key + ": found " + shown(node) + ", allowed is " + allowed);
  }

  const toml::table* table_;
  std::string prefix_;
  std::vector<std::string>& problems_;
  std::set<std::string> known_;
};

void read_http(Section section, HttpConfig& http) {
  section.read("address", http.address);
  section.read("port", http.port);
  section.read("tls_certificate", http.tls_certificate);
  section.read("tls_key", http.tls_key);
  section.read("io_threads", http.io_threads);
  section.read("max_body_bytes", http.max_body_bytes);
  section.read("max_header_bytes", http.max_header_bytes);
  section.read("max_connections", http.max_connections);
  section.read("max_buffered_bytes", http.max_buffered_bytes);
  section.read("request_timeout_seconds", http.request_timeout_seconds);
  section.read("idle_timeout_seconds", http.idle_timeout_seconds);
  section.read("drain_seconds", http.drain_seconds);
  section.refuse_unknown();
}

void read_ingest(Section section, IngestConfig& ingest) {
  section.read("queue_requests", ingest.queue_requests);
  section.read("key_requests_per_second", ingest.key_requests_per_second);
  section.read("key_burst", ingest.key_burst);
  section.read("strangers_per_second", ingest.strangers_per_second);
  section.refuse_unknown();
}

void read_account(Section& section, AccountConfig& account) {
  section.read("key_file", account.key_file);
  section.read("signer_url", account.signer_url);
  section.read("signer_account", account.signer_account);
}

void read_all(Section root, Config& config) {
  root.read("network", config.network);
  root.read("policy_file", config.policy_file);
  read_http(root.table("http"), config.http);
  read_ingest(root.table("ingest"), config.ingest);
  Section store = root.table("store");
  store.read("directory", config.store.directory);
  store.read("reserve_bytes", config.store.reserve_bytes);
  store.read("keep_days", config.store.keep_days);
  store.refuse_unknown();
  Section chain = root.table("chain");
  chain.read("rpc_url", config.chain.rpc_url);
  chain.read("timeout_seconds", config.chain.timeout_seconds);
  chain.refuse_unknown();
  Section entropy = root.table("entropy");
  entropy.read("commit_ahead_seconds", config.entropy.commit_ahead_seconds);
  entropy.refuse_unknown();
  Section evidence = root.table("evidence");
  evidence.read("max_snippet_bytes", config.evidence.max_snippet_bytes);
  evidence.read("keep_days", config.evidence.keep_days);
  evidence.refuse_unknown();
  Section identity = root.table("identity");
  identity.read("name", config.identity.name);
  identity.read("key_file", config.identity.key_file);
  identity.refuse_unknown();
  Section channels = root.table("channels");
  channels.read("contract", config.channels.contract);
  read_account(channels, config.channels.account);
  channels.refuse_unknown();
  Section cosigning = root.table("cosigning");
  cosigning.read("logs", config.cosigning.logs);
  cosigning.read("witnesses", config.cosigning.witnesses);
  cosigning.read("least", config.cosigning.least);
  cosigning.read("interval_seconds", config.cosigning.interval_seconds);
  cosigning.refuse_unknown();
  Section quorum = root.table("quorum");
  quorum.read("threshold", config.quorum.threshold);
  quorum.read("first_epoch", config.quorum.first_epoch);
  quorum.read("contract", config.quorum.contract);
  read_account(quorum, config.quorum.account);
  quorum.read("step_seconds", config.quorum.step_seconds);
  quorum.read("ca_file", config.quorum.ca_file);
  quorum.refuse_unknown();
  for (Section& section : root.tables("peers")) {
    PeerConfig& peer = config.peers.emplace_back();
    section.read("url", peer.url);
    section.read("log_key", peer.log_key);
    section.read("address", peer.address);
    section.read("plain_http", peer.plain_http);
    section.refuse_unknown();
  }
  Section simulation = root.table("simulation");
  simulation.read("virtual_clock", config.simulation.virtual_clock);
  simulation.read("entropy_seed", config.simulation.entropy_seed);
  simulation.refuse_unknown();
  Section log = root.table("log");
  log.read("level", config.log.level);
  log.read("format", config.log.format);
  log.refuse_unknown();
  root.refuse_unknown();
}

Error all_of(const std::string& file_name, const std::vector<std::string>& problems) {
  std::string lines;
  for (const std::string& problem : problems) {
    if (!lines.empty()) lines += '\n';
    lines += file_name;
    lines += ": " + problem;
  }
  return {Errc::configuration, lines};
}

void resolve(std::string& path, const std::string& file_name) {
  if (path.empty() || std::filesystem::path(path).is_absolute()) return;
  const std::filesystem::path folder = std::filesystem::path(file_name).parent_path();
  path = (folder / path).lexically_normal().string();
}

Result<toml::table> parse_toml(const std::string& text, const std::string& file_name) {
  try {
    return toml::parse(text, file_name);
  } catch (const toml::parse_error& error) {
    std::ostringstream line;
    line << file_name << ":" << error.source().begin.line << ": " << error.description();
    return fail(Errc::configuration, line.str());
  }
}

}  // namespace

Result<Config> parse_config(const std::string& toml_text, const std::string& file_name) {
  const Result<toml::table> table = parse_toml(toml_text, file_name);
  if (!table) return fail(table.error());
  Config config;
  std::vector<std::string> problems;
  read_all(Section(&*table, "", problems), config);
  for (std::string& problem : validate(config)) problems.push_back(std::move(problem));
  if (!problems.empty()) return fail(all_of(file_name, problems));
  resolve(config.policy_file, file_name);
  resolve(config.store.directory, file_name);
  resolve(config.identity.key_file, file_name);
  resolve(config.http.tls_certificate, file_name);
  resolve(config.http.tls_key, file_name);
  resolve(config.channels.account.key_file, file_name);
  resolve(config.quorum.account.key_file, file_name);
  resolve(config.quorum.ca_file, file_name);
  return config;
}

Result<Config> read_config(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(Errc::configuration, text.error().detail);
  return parse_config(*text, path);
}

}  // namespace earshot::verifier
