// Recursive length prefix, in which Ethereum's transactions are written (yellow paper, appendix B).
// Encoding only: nothing that comes from outside is decoded. Pure functions, any thread.
#pragma once
#include <span>

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

}  // namespace earshot::rewards::chain
