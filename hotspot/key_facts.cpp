#include "hotspot/key_facts.h"

#include <nlohmann/json.hpp>

namespace earshot::hotspot {

Result<KeyFacts> read_key(const std::string& path) {
  const Result<SigningKey> key = read_key_file(path);
  if (!key) return fail(key.error());
  return KeyFacts{path, key->public_key, vrf_key_from_seed(key->seed).public_key};
}

Result<KeyFacts> make_key(const std::string& path) {
  if (Result<void> written = write_key_file(path, random_seed()); !written) {
    return fail(written.error());
  }
  return read_key(path);
}

std::string to_text(const KeyFacts& facts) {
  return "file     " + facts.file + "\nhotspot  " + to_hex(facts.key) + "\nvrf      " +
         to_hex(facts.vrf_key) + "\n";
}

std::string to_json(const KeyFacts& facts) {
  return nlohmann::ordered_json{
      {"file", facts.file}, {"hotspot", to_hex(facts.key)}, {"vrf_key", to_hex(facts.vrf_key)}}
      .dump();
}

}  // namespace earshot::hotspot
