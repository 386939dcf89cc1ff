// Reading a TOML table strictly: every key that is missing, of a wrong kind, out of range or
// unknown becomes a line in one list of problems, so that a person fixes a file in one go.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/toml.h"

namespace earshot::simulator {

// "file: key: found X, allowed Y" for each.
using Problems = std::vector<std::string>;

// One table of a file, and which of its keys were asked for. Borrows the table and the list.
class TomlTable {
 public:
  // `where` names the table in problems ("village.toml: hotspot.mill").
  TomlTable(const toml::table& table, std::string where, Problems& problems)
      : table_(table), where_(std::move(where)), problems_(problems) {}

  // With `fallback`, the key may be absent; without, its absence is a problem (and 0 or "").
  double number(const std::string& key, double low, double high,
                std::optional<double> fallback = std::nullopt);
  std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high,
                       std::optional<std::int64_t> fallback = std::nullopt);
  std::string text(const std::string& key, const std::optional<std::string>& fallback = {});
  bool boolean(const std::string& key, std::optional<bool> fallback = std::nullopt);
  // The sub-table, nullptr when absent (a problem when `required`).
  const toml::table* table(const std::string& key, bool required);
  // The array of tables, empty when absent.
  std::vector<const toml::table*> tables(const std::string& key);

  bool has(const std::string& key) const { return table_.contains(key); }
  void problem(const std::string& key, const std::string& found, const std::string& allowed);
  // Call last: keys that nobody asked for are problems.
  void refuse_unknown();
  const std::string& where() const { return where_; }

 private:
  const toml::node* find(const std::string& key, bool required, const std::string& allowed);

  const toml::table& table_;
  std::string where_;
  Problems& problems_;
  std::set<std::string> known_;
};

// A node as a person wrote it, shortened.
std::string toml_text(const toml::node& node);

}  // namespace earshot::simulator
