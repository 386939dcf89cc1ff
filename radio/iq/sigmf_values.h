// What values the keys of SigMF's core namespace may have. For sigmf_rules.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace earshot::radio {

enum class ValueKind {
  text,
  number,
  count,
  positive,
  boolean,
  hash,
  time,
  version,
  datatype,
  place,
  list
};

// What a value of this kind has to be; empty when it is.
std::string fault_of(ValueKind kind, const nlohmann::json& value);
// The value, cut so that a line stays one.
std::string shown(const nlohmann::json& value);
bool is_count(const nlohmann::json& value);  // 0 .. 2^63 - 1
bool is_sha512(const std::string& text);     // In hex.
// "ci16_le", "ru8", ...: bytes of one sample of one channel; nothing for no datatype of SigMF.
std::optional<std::uint64_t> datatype_bytes(const std::string& datatype);
// `otherwise` also for a value that is none.
std::uint64_t count_or(const nlohmann::json& object, const char* key, std::uint64_t otherwise);

}  // namespace earshot::radio
