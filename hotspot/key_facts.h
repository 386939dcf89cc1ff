// What a key file stands for, as people and registries want it.
#pragma once
#include <string>

#include "hotspot/settings.h"

namespace earshot::hotspot {

struct KeyFacts {
  std::string file;
  PublicKey key{};
  VrfPublicKey vrf_key{};
};

// Makes a key file from the operating system's randomness; never overwrites.
Result<KeyFacts> make_key(const std::string& path);
Result<KeyFacts> read_key(const std::string& path);
// Copies a key file to another place (a backup, or back from there), reads the copy and compares.
// Neither end may be readable by others; never overwrites.
Result<KeyFacts> copy_key(const std::string& from, const std::string& to);
std::string to_text(const KeyFacts& facts);  // For people: four lines.
std::string to_json(const KeyFacts& facts);  // One line.

}  // namespace earshot::hotspot
