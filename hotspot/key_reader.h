// Takes values out of a configuration file, key by key, and notes what is wrong with each: a person
// gets every problem at once, one line each.
#pragma once
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/toml.h"

namespace earshot::hotspot {

// Keys and values may hold anything; a problem is one line all the same.
inline std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

// Borrows the file and the list that it adds problems to.
class KeyReader {
 public:
  KeyReader(const toml::table& file, std::string name, std::vector<std::string>& problems)
      : file_(file), name_(std::move(name)), problems_(problems) {}

  void problem(const std::string& key, const std::string& what) const {
    problems_.push_back(one_line(name_ + ": " + key + ": " + what));
  }

  // The node of "section.key"; remembers the key as a known one.
  const toml::node* node(const std::string& key, bool required) {
    known_.insert(key);
    const toml::node* found = file_.at_path(key).node();
    if (found == nullptr && required) problem(key, "missing");
    return found;
  }

  std::optional<std::string> text(const std::string& key, bool required) {
    const toml::node* found = node(key, required);
    if (found == nullptr) return std::nullopt;
    std::optional<std::string> value = found->value_exact<std::string>();
    if (!value) problem(key, "not a string");
    if (value && value->empty()) problem(key, "empty");
    return value;
  }

  std::optional<double> number(const std::string& key, double low, double high, bool required) {
    const toml::node* found = node(key, required);
    if (found == nullptr) return std::nullopt;
    const std::optional<double> value =
        found->is_number() ? found->value<double>() : std::optional<double>();
    if (!value || !(*value >= low && *value <= high)) {
      std::ostringstream range;
      range << (value ? "found " + shown(*found) : "not a number") << ", allowed " << low << " to "
            << high;
      problem(key, range.str());
      return std::nullopt;
    }
    return value;
  }

  std::optional<std::int64_t> whole(const std::string& key, std::int64_t low, std::int64_t high,
                                    bool required) {
    const toml::node* found = node(key, required);
    if (found == nullptr) return std::nullopt;
    const std::optional<std::int64_t> value = found->value_exact<std::int64_t>();
    if (!value || *value < low || *value > high) {
      problem(key, (value ? "found " + std::to_string(*value) : "not a whole number") +
                       ", allowed " + std::to_string(low) + " to " + std::to_string(high));
      return std::nullopt;
    }
    return value;
  }

  std::optional<bool> flag(const std::string& key) {
    const toml::node* found = node(key, false);
    if (found == nullptr) return std::nullopt;
    const std::optional<bool> value = found->value_exact<bool>();
    if (!value) problem(key, "not true or false");
    return value;
  }

  std::vector<std::string> texts(const std::string& key) {
    std::vector<std::string> values;
    const toml::node* found = node(key, false);
    if (found == nullptr) return values;
    const toml::array* list = found->as_array();
    if (list == nullptr) problem(key, "not a list of strings");
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const auto value = list->get(i)->value_exact<std::string>();
      if (!value) problem(key, "not a list of strings");
      if (value) values.push_back(*value);
    }
    return values;
  }

  // { LNA = 24, VGA = 20 }
  std::map<std::string, double> decibels(const std::string& key) {
    std::map<std::string, double> values;
    const toml::node* found = node(key, false);
    if (found == nullptr) return values;
    const toml::table* table = found->as_table();
    if (table == nullptr) problem(key, "not a table of gains in dB, like { LNA = 24 }");
    if (table == nullptr) return values;
    for (const auto& [name, value] : *table) {
      const std::optional<double> db = value.is_number() ? value.value<double>() : std::nullopt;
      if (!db || !(std::abs(*db) <= 200)) {
        problem(key + "." + std::string(name.str()), "not a number of dB, -200 to 200");
      } else {
        values[std::string(name.str())] = *db;
      }
    }
    return values;
  }

  template <class T>
  std::optional<T> choice(const std::string& key, const std::map<std::string, T>& allowed,
                          bool required) {
    const std::optional<std::string> value = text(key, required);
    if (!value) return std::nullopt;
    const auto found = allowed.find(*value);
    if (found != allowed.end()) return found->second;
    std::string names;
    for (const auto& [name, unused] : allowed) names += (names.empty() ? "" : ", ") + name;
    problem(key, "found \"" + *value + "\", allowed: " + names);
    return std::nullopt;
  }

  // What nobody asked for.
  void report_unknown() const {
    for (const auto& [section, node] : file_) {
      const std::string prefix(section.str());
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        problem(prefix, "unknown key");
        continue;
      }
      for (const auto& [key, unused] : *table) {
        const std::string path = prefix + "." + std::string(key.str());
        if (!known_.contains(path)) problem(path, "unknown key");
      }
    }
  }

 private:
  static std::string shown(const toml::node& node) {
    std::ostringstream out;
    if (const auto* whole = node.as_integer()) out << whole->get();
    if (const auto* real = node.as_floating_point()) out << real->get();
    return out.str();
  }

  const toml::table& file_;
  std::string name_;
  std::vector<std::string>& problems_;
  std::set<std::string> known_;
};

}  // namespace earshot::hotspot
