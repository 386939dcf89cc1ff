// The canonical form of a policy and its hash.
#include "rewards/policy.h"

#include <cassert>

#include "core/hash.h"
#include "rewards/amount.h"
#include "rewards/policy_fields.h"

namespace earshot::rewards {
namespace {

struct FieldWriter {
  Writer& writer;

  template <std::integral T>
  void operator()(std::string_view, std::string_view, T value, std::int64_t, std::int64_t) {
    writer.put(value);
  }
  void operator()(std::string_view, std::string_view, RuleSet value, std::int64_t, std::int64_t) {
    writer.put(static_cast<std::uint8_t>(value));
  }
  void operator()(std::string_view, std::string_view, const EvmAddress& value, std::int64_t,
                  std::int64_t) {
    writer.put(ByteView(value));
  }
  void operator()(std::string_view, std::string_view key, const std::string& value, std::int64_t,
                  std::int64_t) {
    if (key == "emission_per_epoch") {
      const Result<Uint128> amount = amount128_from_decimal(value);
      assert(amount);
      return put128(writer, *amount);
    }
    assert(value.size() <= 0xFF);
    writer.put(static_cast<std::uint8_t>(value.size()));
    writer.put(as_bytes(value));
  }
};

}  // namespace

std::string_view tier_name(Tier tier) {
  switch (tier) {
    case Tier::unproven:
      return "unproven";
    case Tier::listener:
      return "listener";
    case Tier::establishing:
      return "establishing";
    case Tier::plausible:
      return "plausible";
    case Tier::located:
      return "located";
  }
  return "";
}

std::string_view rule_set_name(RuleSet rules) {
  return rules == RuleSet::helium ? "helium" : "earshot";
}

Bytes encode(const Policy& policy) {
  Writer writer;
  fields::for_each(policy, FieldWriter{writer});
  return std::move(writer).take();
}

Hash256 policy_hash(const Policy& policy) { return sha256(encode(policy)); }

}  // namespace earshot::rewards
