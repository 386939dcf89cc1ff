#include "simulator/toml_table.h"

#include <array>
#include <charconv>
#include <sstream>

namespace earshot::simulator {
namespace {

std::string brief(double value) {
  std::array<char, 32> text{};
  const std::to_chars_result end = std::to_chars(text.begin(), text.end(), value);
  return {text.begin(), end.ptr};
}

}  // namespace

std::string toml_text(const toml::node& node) {
  std::ostringstream out;
  node.visit([&out](const auto& value) { out << value; });
  // toml++ writes 17 digits of a number; a person wrote fewer.
  std::string text = node.is_floating_point() ? brief(**node.as_floating_point()) : out.str();
  constexpr std::size_t longest = 60;  // Chosen: a problem stays one readable line.
  return text.size() <= longest ? text : text.substr(0, longest) + "...";
}

void TomlTable::problem(const std::string& key, const std::string& found,
                        const std::string& allowed) {
  problems_.push_back(where_ + ": " + key + ": found " + found + ", allowed: " + allowed);
}

const toml::node* TomlTable::find(const std::string& key, bool required,
                                  const std::string& allowed) {
  known_.insert(key);
  const toml::node* node = table_.get(key);
  if (node == nullptr && required) problem(key, "nothing", allowed);
  return node;
}

double TomlTable::number(const std::string& key, double low, double high,
                         std::optional<double> fallback) {
  const std::string allowed = "a number from " + brief(low) + " to " + brief(high);
  const toml::node* node = find(key, !fallback, allowed);
  if (node == nullptr) return fallback.value_or(0);
  const std::optional<double> value = node->value<double>();
  if (!node->is_number() || !value || !(*value >= low && *value <= high)) {
    problem(key, toml_text(*node), allowed);
    return fallback.value_or(0);
  }
  return *value;
}

std::int64_t TomlTable::integer(const std::string& key, std::int64_t low, std::int64_t high,
                                std::optional<std::int64_t> fallback) {
  const std::string allowed =
      "an integer from " + std::to_string(low) + " to " + std::to_string(high);
  const toml::node* node = find(key, !fallback, allowed);
  if (node == nullptr) return fallback.value_or(0);
  const auto* value = node->as_integer();
  if (value == nullptr || value->get() < low || value->get() > high) {
    problem(key, toml_text(*node), allowed);
    return fallback.value_or(0);
  }
  return value->get();
}

std::string TomlTable::text(const std::string& key, const std::optional<std::string>& fallback) {
  const toml::node* node = find(key, !fallback, "a text");
  if (node == nullptr) return fallback.value_or("");
  const auto* value = node->as_string();
  if (value == nullptr) {
    problem(key, toml_text(*node), "a text");
    return fallback.value_or("");
  }
  return value->get();
}

bool TomlTable::boolean(const std::string& key, std::optional<bool> fallback) {
  const toml::node* node = find(key, !fallback, "true or false");
  if (node == nullptr) return fallback.value_or(false);
  const auto* value = node->as_boolean();
  if (value == nullptr) problem(key, toml_text(*node), "true or false");
  return value == nullptr ? fallback.value_or(false) : value->get();
}

const toml::table* TomlTable::table(const std::string& key, bool required) {
  const toml::node* node = find(key, required, "a table");
  if (node != nullptr && !node->is_table()) problem(key, toml_text(*node), "a table");
  return node == nullptr ? nullptr : node->as_table();
}

std::vector<const toml::table*> TomlTable::tables(const std::string& key) {
  std::vector<const toml::table*> out;
  const toml::node* node = find(key, false, "tables [[" + key + "]]");
  if (node == nullptr) return out;
  const toml::array* array = node->as_array();
  if (array == nullptr || !array->is_array_of_tables()) {
    problem(key, toml_text(*node), "tables [[" + key + "]]");
    return out;
  }
  for (const toml::node& entry : *array) out.push_back(entry.as_table());
  return out;
}

void TomlTable::refuse_unknown() {
  std::string allowed;
  for (const std::string& key : known_) allowed += (allowed.empty() ? "" : ", ") + key;
  for (const auto& [key, node] : table_) {
    const std::string name(key.str());
    if (known_.count(name) == 0) problem(name, "an unknown key", allowed);
  }
}

}  // namespace earshot::simulator
