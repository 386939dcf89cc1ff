#include "rewards/chain/transaction.h"

#include <algorithm>
#include <string>
#include <vector>

#include "rewards/chain/rlp.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards::chain {
namespace {

constexpr std::uint8_t kFeeMarketType = 0x02;  // Given: EIP-1559.

Bytes typed_list(std::span<const Bytes> fields) {
  const Bytes list = rlp_list(fields);
  Writer out;
  out.put(kFeeMarketType);
  out.put(list);
  return std::move(out).take();
}

// What is signed.
std::vector<Bytes> unsigned_fields(const Transaction& transaction) {
  return {
      rlp_integer(transaction.chain_id),
      rlp_integer(transaction.nonce),
      rlp_integer(transaction.priority_fee),
      rlp_integer(transaction.max_fee),
      rlp_integer(transaction.gas),
      rlp_bytes(transaction.to ? ByteView(*transaction.to) : ByteView()),
      rlp_integer(Uint128{0}),  // Value: nothing here pays ether.
      rlp_bytes(transaction.data),
      rlp_list({}),  // Access list.
  };
}

constexpr std::size_t kSignedFields = 12;
constexpr std::size_t kParity = 9;  // Then r and s.
constexpr std::uint8_t kLegacyParity = 27;

// Reads fields in order and keeps the first error, so that a caller asks once at the end.
class Fields {
 public:
  explicit Fields(std::span<const RlpItem> items) : items_(items) {}

  Uint128 number() { return keep(rlp_number(next())); }
  std::uint64_t number64() {
    const Uint128 value = number();
    if (value >> 64 != 0) complain("found a number above 64 bits");
    return static_cast<std::uint64_t>(value);
  }
  ByteView bytes() {
    if (next().is_list) complain("found a list, expected bytes");
    return last_->payload;
  }
  void expect_empty_list() {
    if (!next().is_list || !last_->payload.empty()) complain("found an access list, expected none");
  }
  void complain(const std::string& what) {
    if (!error_) error_ = Error{Errc::bad_data, what};
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const RlpItem& next() { return *(last_ = &items_[index_++]); }
  Uint128 keep(const Result<Uint128>& value) {
    if (value) return *value;
    complain(value.error().detail);
    return 0;
  }

  std::span<const RlpItem> items_;
  std::size_t index_ = 0;
  const RlpItem* last_ = nullptr;
  std::optional<Error> error_;
};

Result<Transaction> transaction_of(std::span<const RlpItem> items) {
  Fields fields(items);
  Transaction transaction;
  transaction.chain_id = fields.number64();
  transaction.nonce = fields.number64();
  transaction.priority_fee = fields.number();
  transaction.max_fee = fields.number();
  transaction.gas = fields.number64();
  const ByteView to = fields.bytes();
  if (to.size() == std::tuple_size_v<EvmAddress>) {
    transaction.to.emplace();
    std::ranges::copy(to, transaction.to->begin());
  } else if (!to.empty()) {
    fields.complain("found a receiver of " + std::to_string(to.size()) + " bytes, expected 20");
  }
  if (fields.number() != 0) fields.complain("found a value, expected none");
  const ByteView data = fields.bytes();
  transaction.data.assign(data.begin(), data.end());
  fields.expect_empty_list();
  if (fields.error()) return fail(*fields.error());
  return transaction;
}

// Parity, r and s in the 65 bytes that recover_signer takes.
Result<EvmSignature> signature_of(std::span<const RlpItem> items) {
  const Result<Uint128> parity = rlp_number(items[0]);
  if (!parity || *parity > 1) return fail(Errc::bad_data, "found a parity that is neither 0 nor 1");
  EvmSignature signature{};
  signature.back() = static_cast<std::uint8_t>(kLegacyParity + *parity);
  for (std::size_t half = 0; half < 2; ++half) {
    const ByteView number = items[1 + half].payload;
    if (items[1 + half].is_list || number.size() > 32 || (!number.empty() && number[0] == 0)) {
      return fail(Errc::bad_data, "found a signature that is no pair of numbers");
    }
    std::ranges::copy(
        number, signature.begin() + static_cast<std::ptrdiff_t>(32 * (half + 1) - number.size()));
  }
  return signature;
}

}  // namespace

SignedTransaction sign_transaction(const AccountKey& key, const Transaction& transaction) {
  std::vector<Bytes> fields = unsigned_fields(transaction);
  const EvmSignature signature = sign_digest(key, keccak256(typed_list(fields)));
  const ByteView parts(signature);
  fields.push_back(rlp_integer(Uint128{signature.back()} - kLegacyParity));
  fields.push_back(rlp_integer(parts.first(32)));
  fields.push_back(rlp_integer(parts.subspan(32, 32)));
  SignedTransaction out{typed_list(fields), {}};
  out.hash = keccak256(out.raw);
  return out;
}

Result<ReadTransaction> read_transaction(ByteView raw) {
  const auto bad = [](const std::string& what) {
    return fail(Errc::bad_data, "transaction: " + what);
  };
  if (raw.empty() || raw.front() != kFeeMarketType) {
    return bad("expected one of type 2 (EIP-1559)");
  }
  const Result<RlpItem> list = rlp_item(raw.subspan(1));
  if (!list) return bad(list.error().detail);
  const Result<std::vector<RlpItem>> items = rlp_items(*list);
  if (!items) return bad(items.error().detail);
  if (items->size() != kSignedFields) {
    return bad("found " + std::to_string(items->size()) + " fields, expected 12");
  }
  Result<Transaction> transaction = transaction_of(*items);
  if (!transaction) return bad(transaction.error().detail);
  const Result<EvmSignature> signature = signature_of(std::span(*items).subspan(kParity));
  if (!signature) return bad(signature.error().detail);
  const Hash256 digest = keccak256(typed_list(unsigned_fields(*transaction)));
  const std::optional<EvmAddress> from = recover_signer(digest, *signature);
  if (!from) return bad("its signature is nobody's");
  return ReadTransaction{std::move(*transaction), *from};
}

}  // namespace earshot::rewards::chain
