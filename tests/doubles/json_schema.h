// Checks JSON against the part of JSON Schema 2020-12 that openapi.json uses. An unknown keyword is
// an error, so that nothing in the description goes unchecked.
#pragma once
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

namespace earshot::verifier {

class JsonSchema {
 public:
  using Json = nlohmann::json;
  explicit JsonSchema(const Json& document) : document_(document) {}

  // Empty when `value` is what `schema` says; otherwise where and why not.
  std::string fault_of(const Json& schema, const Json& value, const std::string& at = "$") const {
    if (schema.contains("$ref")) return fault_of(resolve(schema["$ref"]), value, at);
    for (const auto& [keyword, wanted] : schema.items()) {
      if (std::string fault = fault_by(keyword, wanted, schema, value, at); !fault.empty()) {
        return fault;
      }
    }
    return "";
  }
  const Json& resolve(const std::string& reference) const {
    return document_.at(Json::json_pointer(reference.substr(1)));
  }

 private:
  static bool is_of(const std::string& type, const Json& value) {
    if (type == "integer") return value.is_number_integer();
    return type == value.type_name();
  }
  std::string fault_by(const std::string& keyword, const Json& wanted, const Json& schema,
                       const Json& value, const std::string& at) const {
    static const std::set<std::string> kTold = {"description", "format"};
    const std::string no = at + ": " + keyword + ": found " + value.dump().substr(0, 80);
    if (kTold.contains(keyword)) return "";
    if (keyword == "type") return is_of(wanted, value) ? "" : no;
    if (keyword == "const") return value == wanted ? "" : no;
    if (keyword == "enum") return std::ranges::find(wanted, value) != wanted.end() ? "" : no;
    if (keyword == "minimum") return !value.is_number() || value >= wanted ? "" : no;
    if (keyword == "maximum") return !value.is_number() || value <= wanted ? "" : no;
    if (keyword == "minItems") return value.size() >= wanted ? "" : no;
    if (keyword == "pattern") {
      const std::regex pattern(wanted.get<std::string>());
      return !value.is_string() || std::regex_search(value.get<std::string>(), pattern) ? "" : no;
    }
    if (keyword == "required") {
      for (const std::string name : wanted) {
        if (value.is_object() && !value.contains(name)) return at + ": lacks " + name;
      }
      return "";
    }
    if (keyword == "properties") return fault_of_members(wanted, value, at);
    if (keyword == "additionalProperties") {
      for (const auto& [name, member] : value.items()) {
        if (!schema.at("properties").contains(name)) return at + ": has unknown " + name;
      }
      return "";
    }
    if (keyword == "items") {
      for (std::size_t i = 0; i < value.size(); ++i) {
        const std::string where = at + "[" + std::to_string(i) + "]";
        if (std::string fault = fault_of(wanted, value[i], where); !fault.empty()) return fault;
      }
      return "";
    }
    if (keyword == "oneOf") {
      const auto fits = std::ranges::count_if(
          wanted, [&](const Json& option) { return fault_of(option, value, at).empty(); });
      return fits == 1 ? "" : no + ", which fits " + std::to_string(fits) + " of them";
    }
    return "the schema has an unknown keyword: " + keyword;
  }
  std::string fault_of_members(const Json& properties, const Json& value,
                               const std::string& at) const {
    for (const auto& [name, schema] : properties.items()) {
      if (!value.is_object() || !value.contains(name)) continue;
      if (std::string fault = fault_of(schema, value[name], at + "." + name); !fault.empty()) {
        return fault;
      }
    }
    return "";
  }

  const Json& document_;
};

}  // namespace earshot::verifier
