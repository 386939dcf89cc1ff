// Policies as TOML. The one file that knows toml++.
#include <set>

#include "core/toml.h"
#include "rewards/amount.h"
#include "rewards/policy.h"
#include "rewards/policy_fields.h"

namespace earshot::rewards {
namespace {

std::string dotted(std::string_view section, std::string_view key) {
  return section.empty() ? std::string(key) : std::string(section) + "." + std::string(key);
}

// Without these there is no policy; everything else has a default.
bool is_required(std::string_view key) {
  return key == "name" || key == "verifiers_account" || key == "reserve_account";
}

// Reads members and collects every problem.
class FieldReader {
 public:
  explicit FieldReader(const toml::table& root) : root_(root) {}

  template <class T>
  void operator()(std::string_view section, std::string_view key, T& member, std::int64_t low,
                  std::int64_t high) {
    const std::string name = dotted(section, key);
    known_.insert(name);
    const toml::node* node = root_.at_path(name).node();
    if (node != nullptr) {
      taken_.insert(node);
      get(name, *node, member, low, high);
    } else if (is_required(key)) {
      add(name + " is missing");
    }
  }
  void refuse_unknown() { refuse_unknown(root_, ""); }
  void add(const std::string& problem) { problems_ += (problems_.empty() ? "" : "; ") + problem; }
  const std::string& problems() const { return problems_; }

 private:
  template <std::integral T>
  void get(const std::string& name, const toml::node& node, T& member, std::int64_t low,
           std::int64_t high) {
    const std::string expected =
        "an integer from " + std::to_string(low) + " to " + std::to_string(high);
    if (!node.is_integer()) return wrong(name, node, "is no integer", expected);
    const std::int64_t value = node.as_integer()->get();
    if (value < low || value > high) {
      return wrong(name, node, "is " + std::to_string(value), expected);
    }
    member = static_cast<T>(value);
  }
  void get(const std::string& name, const toml::node& node, RuleSet& member, std::int64_t,
           std::int64_t) {
    constexpr auto kExpected = "\"earshot\" or \"helium\"";
    if (!node.is_string()) return wrong(name, node, "is no string", kExpected);
    const std::string& text = node.as_string()->get();
    for (const RuleSet known : {RuleSet::earshot, RuleSet::helium}) {
      if (text == rule_set_name(known)) {
        member = known;
        return;
      }
    }
    wrong(name, node, "is '" + text + "'", kExpected);
  }
  void get(const std::string& name, const toml::node& node, EvmAddress& member, std::int64_t,
           std::int64_t) {
    const std::string expected = "an address, 0x and 40 hexadecimal digits, in quotes";
    if (!node.is_string()) return wrong(name, node, "is no string", expected);
    const auto address = array_from_hex<20>(node.as_string()->get());
    if (!address) return wrong(name, node, "is '" + node.as_string()->get() + "'", expected);
    member = *address;
  }
  void get(const std::string& name, const toml::node& node, std::string& member, std::int64_t low,
           std::int64_t high) {
    if (!node.is_string()) return wrong(name, node, "is no string", "text in quotes");
    const std::string& text = node.as_string()->get();
    const auto size = static_cast<std::int64_t>(text.size());
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (size < low || size > high || !plain) {
      return wrong(name, node, "is '" + text + "'",
                   std::to_string(low) + " to " + std::to_string(high) +
                       " lower-case letters, digits and hyphens");
    }
    if (name == "money.emission_per_epoch" && !amount128_from_decimal(text)) {
      return wrong(name, node, "is '" + text + "'", "decimal digits, below 2^128");
    }
    member = text;
  }
  void wrong(const std::string& name, const toml::node& node, const std::string& found,
             const std::string& expected) {
    add("line " + std::to_string(node.source().begin.line) + ": " + name + " " + found +
        ", expected " + expected);
  }
  void refuse_unknown(const toml::table& table, const std::string& section) {
    for (const auto& [key, node] : table) {
      const std::string name = dotted(section, key.str());
      if (taken_.contains(&node)) continue;
      if (node.is_table() && is_section(name)) {
        refuse_unknown(*node.as_table(), name);
      } else {
        add("line " + std::to_string(key.source().begin.line) + ": " + name + " is unknown");
      }
    }
  }
  bool is_section(const std::string& name) const {
    const auto next = known_.lower_bound(name + ".");
    return next != known_.end() && next->starts_with(name + ".");
  }

  const toml::table& root_;
  std::set<std::string> known_;
  std::set<const toml::node*> taken_;  // By node: a quoted "a.b" has the name of a key b of a.
  std::string problems_;
};

// What no single key can say.
void check_together(const Policy& p, FieldReader& reader) {
  const auto in_order = [&](std::int64_t low, std::int64_t high, const char* what) {
    if (low > high) reader.add(what);
  };
  in_order(p.sortition.min_spreading_factor, p.sortition.max_spreading_factor,
           "challenge.min_spreading_factor is above max_spreading_factor");
  in_order(static_cast<std::int64_t>(p.min_distance_mm),
           static_cast<std::int64_t>(p.max_distance_mm),
           "physics.min_distance_mm is above max_distance_mm");
  in_order(p.min_noise_floor_cdbm, p.max_noise_floor_cdbm,
           "physics.min_noise_floor_cdbm is above max_noise_floor_cdbm");
  in_order(p.audit_answer_seconds, p.grace_seconds,
           "epoch.audit_answer_seconds is above grace_seconds, so no audit could be judged");
  if (p.epoch_rounds % p.sortition.window_rounds != 0) {
    reader.add("epoch.rounds is " + std::to_string(p.epoch_rounds) +
               ", expected a multiple of challenge.window_rounds, which is " +
               std::to_string(p.sortition.window_rounds));
  }
  for (std::size_t i = 0; i < kDensityLevels; ++i) {
    const DensityLevel& level = p.density[i];
    if (level.max > 0 && level.target == 0) {
      reader.add(std::string(fields::kDensitySections[i]) + " has a max, but no target");
    }
    if (level.max < level.target) {
      reader.add(std::string(fields::kDensitySections[i]) + ".target is above max");
    }
  }
  std::uint64_t sum = 0;
  for (const std::uint32_t permille : p.bucket_permille) sum += permille;
  if (sum != 1000) {
    reader.add("money.bucket_permille sums to " + std::to_string(sum) + ", expected 1000");
  }
}

struct FieldPrinter {
  std::string text;
  std::string open_section;

  template <class T>
  void operator()(std::string_view section, std::string_view key, const T& member, std::int64_t,
                  std::int64_t) {
    if (section != open_section) {
      text += "\n[" + std::string(section) + "]\n";
      open_section = section;
    }
    text += std::string(key) + " = " + print(member) + "\n";
  }
  template <std::integral T>
  static std::string print(T value) {
    return std::to_string(value);
  }
  static std::string print(RuleSet value) { return '"' + std::string(rule_set_name(value)) + '"'; }
  static std::string print(const std::string& value) { return '"' + value + '"'; }
  static std::string print(const EvmAddress& value) { return "\"0x" + to_hex(value) + '"'; }
};

}  // namespace

Result<Policy> parse_policy(const std::string& toml_text, const std::string& file_name) {
  toml::table root;
  try {
    root = toml::parse(toml_text, file_name);
  } catch (const toml::parse_error& error) {
    return fail(Errc::configuration, file_name + ": line " +
                                         std::to_string(error.source().begin.line) + ": " +
                                         std::string(error.description()));
  }
  Policy policy;
  FieldReader reader(root);
  fields::for_each(policy, reader);
  reader.refuse_unknown();
  check_together(policy, reader);
  if (!reader.problems().empty()) {
    return fail(Errc::configuration, file_name + ": " + reader.problems());
  }
  return policy;
}

std::string policy_to_toml(const Policy& policy) {
  FieldPrinter printer;
  fields::for_each(policy, printer);
  return printer.text;
}

}  // namespace earshot::rewards
