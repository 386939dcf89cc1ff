#include "radio/iq/json_fields.h"

#include <cmath>
#include <limits>

namespace earshot::radio {

using nlohmann::json;

namespace {

constexpr auto kMaxCount = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

}  // namespace

Result<json> parse_json(std::string_view text, const std::string& where) {
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    return fail(Errc::bad_data, where + ": is not JSON at byte " + std::to_string(error.byte));
  } catch (const json::exception& error) {  // A number beyond every range.
    return fail(Errc::bad_data, where + ": " + error.what());
  }
}

Result<std::optional<std::string>> Fields::text(const char* key) const {
  const auto found = object_.find(key);
  if (found == object_.end()) return std::optional<std::string>();
  if (!found->is_string()) return error(key, "must be a string");
  return std::optional<std::string>(found->get<std::string>());
}

Result<std::optional<double>> Fields::number(const char* key) const {
  const auto found = object_.find(key);
  if (found == object_.end()) return std::optional<double>();
  if (!found->is_number() || !std::isfinite(found->get<double>())) {
    return error(key, "must be a number");
  }
  return std::optional<double>(found->get<double>());
}

Result<std::optional<std::uint64_t>> Fields::count(const char* key) const {
  const auto found = object_.find(key);
  if (found == object_.end()) return std::optional<std::uint64_t>();
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > kMaxCount) {
    return error(key, "must be a whole number from 0 to 2^63 - 1");
  }
  return std::optional<std::uint64_t>(found->get<std::uint64_t>());
}

tl::unexpected<Error> Fields::error(const char* key, const std::string& what) const {
  return fail(Errc::bad_data, where_ + "/" + key + " " + what);
}

}  // namespace earshot::radio
