// The rewards file of an epoch and its root.
#include <cassert>

#include "rewards/amount.h"
#include "rewards/epoch_rewards.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards {
namespace {

constexpr std::string_view kMagic = "ERSH";
constexpr std::uint16_t kVersion = 2;
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
  if (artifact.cumulative_data > sum) {
    return fail(bad("deposits paid " + amount128_to_decimal(artifact.cumulative_data) + " of " +
                    amount128_to_decimal(sum)));
  }
  if (sum == artifact.cumulative_total) return {};
  return fail(bad("the accounts sum to " + amount128_to_decimal(sum) + ", the total says " +
                  amount128_to_decimal(artifact.cumulative_total)));
}

Result<void> check_debits(const Artifact& artifact) {
  Uint128 sum = 0;
  for (std::size_t i = 0; i < artifact.debits.size(); ++i) {
    const AccountTotal& debit = artifact.debits[i];
    if (i > 0 && artifact.debits[i - 1].account >= debit.account) {
      return fail(bad("payer 0x" + to_hex(debit.account) + " is out of order"));
    }
    const std::optional<Uint128> next = checked_sum(sum, debit.cumulative);
    if (!next) return fail(bad("the debits leave 128 bits"));
    sum = *next;
  }
  if (artifact.cumulative_data <= sum) return {};
  return fail(bad("deposits paid " + amount128_to_decimal(artifact.cumulative_data) +
                  ", payers spent " + amount128_to_decimal(sum)));
}

void put_totals(Writer& writer, const std::vector<AccountTotal>& totals) {
  writer.put(static_cast<std::uint32_t>(totals.size()));
  for (const AccountTotal& total : totals) {
    writer.put(ByteView(total.account));
    put128(writer, total.cumulative);
  }
}

std::vector<AccountTotal> get_totals(Reader& reader, std::size_t count) {
  std::vector<AccountTotal> totals;
  totals.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const EvmAddress account = reader.get_array<20>();
    totals.push_back({account, get128(reader)});
  }
  return totals;
}

Result<void> get_lists(Reader& reader, Artifact& artifact) {
  const std::size_t debits = reader.get<std::uint32_t>();
  if (reader.failed() || reader.left() / kAccountBytes < debits) {
    return fail(bad("holds fewer than " + std::to_string(debits) + " debits of 36 bytes"));
  }
  artifact.debits = get_totals(reader, debits);
  const std::size_t count = reader.get<std::uint32_t>();
  if (!reader.failed() && reader.left() != count * kAccountBytes) {
    return fail(bad("holds " + std::to_string(reader.left()) + " bytes of accounts, expected " +
                    std::to_string(count) + " times 36"));
  }
  if (!reader.failed()) artifact.accounts = get_totals(reader, count);
  return reader.finish("rewards artifact");
}

Hash256 root_over(const std::vector<AccountTotal>& totals) {
  std::vector<PayoutLeaf> leaves;
  leaves.reserve(totals.size());
  for (const AccountTotal& total : totals) {
    leaves.push_back({total.account, amount_from(total.cumulative)});
  }
  const Result<PayoutTree> tree = PayoutTree::build(leaves);
  return tree ? tree->root() : Hash256{};
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
  put128(writer, artifact.cumulative_data);
  put_totals(writer, artifact.debits);
  put_totals(writer, artifact.accounts);
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
    return fail(bad("offset 4: version is " + std::to_string(version) + ", expected 2"));
  }
  Artifact artifact;
  artifact.epoch = reader.get<std::uint64_t>();
  artifact.policy = reader.get_array<32>();
  artifact.previous_artifact = reader.get_array<32>();
  artifact.previous_rewards_root = reader.get_array<32>();
  artifact.log_size = reader.get<std::uint64_t>();
  artifact.log_root = reader.get_array<32>();
  artifact.cumulative_total = get128(reader);
  artifact.cumulative_data = get128(reader);
  if (Result<void> lists = get_lists(reader, artifact); !lists) return fail(lists.error());
  if (Result<void> ok = check_debits(artifact); !ok) return fail(ok.error());
  if (Result<void> ok = check_accounts(artifact); !ok) return fail(ok.error());
  return artifact;
}

Hash256 rewards_root(const Artifact& artifact) { return root_over(artifact.accounts); }

Hash256 debits_root(const Artifact& artifact) { return root_over(artifact.debits); }

}  // namespace earshot::rewards
