#include "hotspot/key_facts.h"

#include <nlohmann/json.hpp>

#include "hotspot/hotspot_name.h"

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

Result<KeyFacts> copy_key(const std::string& from, const std::string& to) {
  const Result<SigningKey> key = read_key_file(from);
  if (!key) return fail(key.error());
  if (Result<void> written = write_key_file(to, key->seed); !written) return fail(written.error());
  Result<KeyFacts> copy = read_key(to);
  if (copy && copy->key != key->public_key) {
    return fail(Errc::unavailable, to + ": what was written does not read back");
  }
  return copy;
}

std::string to_text(const KeyFacts& facts) {
  return "file     " + facts.file + "\nname     " + name_of(facts.key) + "\nhotspot  " +
         to_hex(facts.key) + "\nvrf      " + to_hex(facts.vrf_key) + "\n";
}

std::string to_json(const KeyFacts& facts) {
  return nlohmann::ordered_json{{"file", facts.file},
                                {"name", name_of(facts.key)},
                                {"hotspot", to_hex(facts.key)},
                                {"vrf_key", to_hex(facts.vrf_key)}}
      .dump();
}

}  // namespace earshot::hotspot
