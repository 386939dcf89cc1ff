// Typed access to the keys of a JSON object from outside, with errors that name the key. The one
// place of this folder where the JSON library's exceptions end.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace earshot::radio {

// Errc::bad_data names the byte offset.
Result<nlohmann::json> parse_json(std::string_view text, const std::string& where);

// Borrows the object; each reader gives nothing when the key is absent and Errc::bad_data when its
// value has another type or leaves the range.
class Fields {
 public:
  // Precondition: `object` is a JSON object. `where` begins every error.
  Fields(const nlohmann::json& object, std::string where)
      : object_(object), where_(std::move(where)) {}

  const nlohmann::json& object() const { return object_; }
  Result<std::optional<std::string>> text(const char* key) const;
  Result<std::optional<double>> number(const char* key) const;        // Finite.
  Result<std::optional<std::uint64_t>> count(const char* key) const;  // 0 .. 2^63 - 1
  // "<where>/<key> <what>"
  tl::unexpected<Error> error(const char* key, const std::string& what) const;

 private:
  const nlohmann::json& object_;
  std::string where_;
};

}  // namespace earshot::radio
