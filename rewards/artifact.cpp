// The rewards file of an epoch and its root.
#include <cassert>

#include "rewards/amount.h"
#include "rewards/epoch_rewards.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards {
namespace {

constexpr std::string_view kMagic = "ERSH";
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kAccountBytes = 20 + 16;

Error bad(const std::string& what) { return {Errc::bad_data, "rewards artifact: " + what}; }

Result<void> check_accounts(const Artifact& artifact) {
  Uint128 sum = 0;
  for (std::size_t i = 0; i < artifact.accounts.size(); ++i) {
    const AccountTotal& total = artifact.accounts[i];
    const std::string name = "account 0x" + to_hex(total.account);
    if (i > 0 && artifact.accounts[i - 1].account >= total.account) {
      return fail(bad(name + " is out of order"));
    }
    if (total.cumulative == 0) return fail(bad(name + " is zero"));
    const std::optional<Uint128> next = checked_sum(sum, total.cumulative);
    if (!next) return fail(bad("the sum leaves 128 bits at " + name));
    sum = *next;
  }
  if (sum == artifact.cumulative_total) return {};
  return fail(bad("the accounts sum to " + amount128_to_decimal(sum) + ", the total says " +
                  amount128_to_decimal(artifact.cumulative_total)));
}

}  // namespace

Bytes encode(const Artifact& artifact) {
  Writer writer;
  writer.put(as_bytes(kMagic));
  writer.put(kVersion);
  writer.put(artifact.epoch);
  writer.put(ByteView(artifact.policy));
  writer.put(ByteView(artifact.previous_artifact));
  writer.put(ByteView(artifact.previous_rewards_root));
  writer.put(artifact.log_size);
  writer.put(ByteView(artifact.log_root));
  put128(writer, artifact.cumulative_total);
  writer.put(static_cast<std::uint32_t>(artifact.accounts.size()));
  for (const AccountTotal& total : artifact.accounts) {
    writer.put(ByteView(total.account));
    put128(writer, total.cumulative);
  }
  return std::move(writer).take();
}

Result<Artifact> decode_artifact(ByteView bytes) {
  Reader reader(bytes);
  const ByteView magic = reader.get_bytes(kMagic.size());
  if (!std::equal(magic.begin(), magic.end(), kMagic.begin(), kMagic.end())) {
    return fail(bad("offset 0: expected the letters ERSH"));
  }
  const auto version = reader.get<std::uint16_t>();
  if (!reader.failed() && version != kVersion) {
    return fail(bad("offset 4: version is " + std::to_string(version) + ", expected 1"));
  }
  Artifact artifact;
  artifact.epoch = reader.get<std::uint64_t>();
  artifact.policy = reader.get_array<32>();
  artifact.previous_artifact = reader.get_array<32>();
  artifact.previous_rewards_root = reader.get_array<32>();
  artifact.log_size = reader.get<std::uint64_t>();
  artifact.log_root = reader.get_array<32>();
  artifact.cumulative_total = get128(reader);
  const std::size_t count = reader.get<std::uint32_t>();
  if (!reader.failed() && reader.left() != count * kAccountBytes) {
    return fail(bad("holds " + std::to_string(reader.left()) + " bytes of accounts, expected " +
                    std::to_string(count) + " times 36"));
  }
  artifact.accounts.reserve(reader.failed() ? 0 : count);
  for (std::size_t i = 0; i < count && !reader.failed(); ++i) {
    const EvmAddress account = reader.get_array<20>();
    artifact.accounts.push_back({account, get128(reader)});
  }
  if (Result<void> whole = reader.finish("rewards artifact"); !whole) return fail(whole.error());
  if (Result<void> ok = check_accounts(artifact); !ok) return fail(ok.error());
  return artifact;
}

Hash256 rewards_root(const Artifact& artifact) {
  std::vector<PayoutLeaf> leaves;
  leaves.reserve(artifact.accounts.size());
  for (const AccountTotal& total : artifact.accounts) {
    leaves.push_back({total.account, amount_from(total.cumulative)});
  }
  const Result<PayoutTree> tree = PayoutTree::build(leaves);
  return tree ? tree->root() : Hash256{};
}

}  // namespace earshot::rewards
