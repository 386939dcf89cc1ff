// Recursive length prefix, in which Ethereum's transactions are written (yellow paper, appendix B).
// Pure functions, any thread.
#pragma once
#include <span>
#include <vector>

#include "core/bytes.h"
#include "core/fixed.h"

namespace earshot::rewards::chain {

Bytes rlp_bytes(ByteView bytes);
// Big-endian without leading zeros, as transactions want numbers; zero is the empty string.
Bytes rlp_integer(Uint128 value);
// The same of a big-endian number of any width.
Bytes rlp_integer(ByteView big_endian);
// `items` are encoded already.
Bytes rlp_list(std::span<const Bytes> items);

// What comes from outside is read strictly: every length in its shortest form, nothing left over.
struct RlpItem {
  bool is_list = false;
  ByteView payload;  // Of a list: its items, encoded.
};
// The one item that `bytes` is. It looks into `bytes`, which outlive it. Errc::bad_data.
Result<RlpItem> rlp_item(ByteView bytes);
// Of a list, one level deep. Errc::bad_data, for an item that is no list, too.
Result<std::vector<RlpItem>> rlp_items(const RlpItem& list);
// A number as rlp_integer writes it, below 2^128. Errc::bad_data.
Result<Uint128> rlp_number(const RlpItem& item);

}  // namespace earshot::rewards::chain
