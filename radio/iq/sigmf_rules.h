// The rules of SigMF (specification 1.2) for metadata and collections, all of them looked at: each
// breach is a Violation. Stricter than reading, which takes what it understands. Pure.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace earshot::radio {

struct Violation {
  std::string key;   // "global/core:datatype", "captures[1]/core:sample_start"
  std::string what;  // What was found and what the rule is.
};

// `root` as parsed from a .sigmf-meta.
std::vector<Violation> check_meta_rules(const nlohmann::json& root);
// `root` as parsed from a .sigmf-collection.
std::vector<Violation> check_collection_rules(const nlohmann::json& root);

// What the metadata says of a dataset of `bytes` bytes under `file_name`: length, headers, captures
// and annotations within it, the name. For metadata that breaks no rule about these keys; wrong
// ones count as absent.
std::vector<Violation> check_dataset_rules(const nlohmann::json& root, std::uint64_t bytes,
                                           const std::string& file_name);

}  // namespace earshot::radio
