#include "radio/iq/sigmf_values.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/time.h"

namespace earshot::radio {
namespace {

using nlohmann::json;
using Kind = ValueKind;

constexpr double kMaxHertz = 1e12;  // Given: the schema's bound of rates and frequencies.
constexpr auto kMaxCount = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

bool is_digits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool is_version(const std::string& text) {
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string::npos ? first : text.find('.', first + 1);
  return second != std::string::npos && is_digits(text.substr(0, first)) &&
         is_digits(text.substr(first + 1, second - first - 1)) &&
         is_digits(text.substr(second + 1, 1));
}

// RFC 3339 with Z and any number of digits after the point; we count picoseconds only.
bool is_time(const std::string& text) {
  constexpr std::size_t kept = 32;  // "2026-11-22T08:00:00.123456789012"
  const bool long_fraction = text.size() > kept + 1 && text.back() == 'Z' &&
                             is_digits(text.substr(kept, text.size() - kept - 1));
  return from_iso8601(long_fraction ? text.substr(0, kept) + "Z" : text).has_value();
}

bool is_number_within(const json& value, double low, double high) {
  return value.is_number() && value.get<double>() >= low && value.get<double>() <= high;
}

bool is_place(const json& value) {
  if (!value.is_object() || value.value("type", json()) != json("Point")) return false;
  const json numbers = value.value("coordinates", json());
  if (!numbers.is_array() || numbers.size() < 2 || numbers.size() > 3) return false;
  return is_number_within(numbers[0], -180, 180) && is_number_within(numbers[1], -90, 90) &&
         (numbers.size() == 2 || numbers[2].is_number());
}

bool holds(Kind kind, const json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : std::string();
  switch (kind) {
    case Kind::text:
      return value.is_string();
    case Kind::number:
      return is_number_within(value, -kMaxHertz, kMaxHertz);
    case Kind::positive:
      return is_number_within(value, 1, kMaxHertz);
    case Kind::count:
      return is_count(value);
    case Kind::boolean:
      return value.is_boolean();
    case Kind::hash:
      return is_sha512(text);
    case Kind::time:
      return is_time(text);
    case Kind::version:
      return is_version(text);
    case Kind::datatype:
      return datatype_bytes(text).has_value();
    case Kind::place:
      return is_place(value);
    case Kind::list:
      return value.is_array();
  }
  return false;
}

std::string rule_of(Kind kind) {
  switch (kind) {
    case Kind::text:
      return "must be a string";
    case Kind::number:
      return "must be a number within 1e12";
    case Kind::positive:
      return "must be a number from 1 to 1e12";
    case Kind::count:
      return "must be a whole number from 0 to 2^63 - 1";
    case Kind::boolean:
      return "must be true or false";
    case Kind::hash:
      return "must be 128 digits of hex";
    case Kind::time:
      return "must be UTC like 2026-11-22T08:00:00.123Z";
    case Kind::version:
      return "must be a version like 1.2.0";
    case Kind::datatype:
      return "must be c or r, then f32, f64, i32, i16, u32 or u16 with _le or _be, or i8 or u8";
    case Kind::place:
      return "must be a GeoJSON Point [longitude, latitude, height]";
    case Kind::list:
      return "must be an array";
  }
  return "";
}

}  // namespace

bool is_count(const json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() <= kMaxCount;
}

bool is_sha512(const std::string& text) {
  return text.size() == 128 &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

std::string fault_of(Kind kind, const json& value) {
  return holds(kind, value) ? "" : rule_of(kind);
}

std::string shown(const json& value) {
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  constexpr std::size_t most = 40;  // Chosen: the line stays one line.
  return text.size() > most ? text.substr(0, most) + "..." : text;
}

std::optional<std::uint64_t> datatype_bytes(const std::string& datatype) {
  if (datatype.size() < 3 || (datatype[0] != 'c' && datatype[0] != 'r')) return std::nullopt;
  const std::uint64_t parts = datatype[0] == 'c' ? 2 : 1;
  const std::string rest = datatype.substr(1);
  if (rest == "i8" || rest == "u8") return parts;
  if (!rest.ends_with("_le") && !rest.ends_with("_be")) return std::nullopt;
  const std::string type = rest.substr(0, rest.size() - 3);
  if (type == "i16" || type == "u16") return 2 * parts;
  if (type == "f32" || type == "i32" || type == "u32") return 4 * parts;
  if (type == "f64") return 8 * parts;
  return std::nullopt;
}

std::uint64_t count_or(const json& object, const char* key, std::uint64_t otherwise) {
  const auto found = object.find(key);
  return found != object.end() && is_count(*found) ? found->get<std::uint64_t>() : otherwise;
}

}  // namespace earshot::radio
