// links: rewards
// Signed transactions as another program gives them back, and the encoding that they are in: what
// is read is written again as the same bytes, what is not is refused.
#include <cstdlib>

#include "rewards/chain/rlp.h"
#include "rewards/chain/transaction.h"

namespace {

using namespace earshot;                  // NOLINT: a fuzz target, not a header
using namespace earshot::rewards::chain;  // NOLINT

void must(bool holds) {
  if (!holds) std::abort();
}

Bytes encoded(const RlpItem& item) {
  if (!item.is_list) return rlp_bytes(item.payload);
  const auto items = rlp_items(item);
  must(items.has_value());
  std::vector<Bytes> all;
  for (const RlpItem& one : *items) all.push_back(rlp_bytes(one.payload));
  return rlp_list(all);
}

// Lists within lists are taken as they are: one level is what is read at a time.
bool is_flat(const RlpItem& item) {
  if (!item.is_list) return true;
  const auto items = rlp_items(item);
  if (!items) return false;
  for (const RlpItem& one : *items) {
    if (one.is_list) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (const auto item = rlp_item(bytes)) {
    const Bytes same(bytes.begin(), bytes.end());
    if (is_flat(*item)) must(encoded(*item) == same);
    if (const auto number = rlp_number(*item)) must(rlp_integer(*number) == same);
  }
  if (const auto read = read_transaction(bytes)) {
    // The sender is whose key it is: nobody else's signature gives the same bytes.
    ByteArray<32> secret{};
    secret.back() = 1;
    const SignedTransaction ours = sign_transaction(*account_key(secret), read->transaction);
    const auto again = read_transaction(ours.raw);
    must(again && again->transaction == read->transaction);
    must(again->from == account_key(secret)->address);
  }
  return 0;
}
