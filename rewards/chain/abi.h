// The contract ABI (Solidity documentation, "Contract ABI Specification"): arguments of calls as
// 32-byte words, and words of results back. Pure functions, any thread.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/fixed.h"
#include "core/messages.h"

namespace earshot::rewards::chain {

using Word = ByteArray<32>;

Word word_of(Uint128 value);
Word word_of(const EvmAddress& address);
// Two's complement, sign-extended: intN of any width.
Word signed_word_of(std::int64_t value);

// One argument, encoded. `dynamic`: its place holds an offset, its bytes follow the heads.
struct AbiValue {
  Bytes bytes;
  bool dynamic = false;
};
AbiValue abi_word(const Word& word);
inline AbiValue abi_uint(Uint128 value) { return abi_word(word_of(value)); }
inline AbiValue abi_address(const EvmAddress& address) { return abi_word(word_of(address)); }
AbiValue abi_bytes(ByteView bytes);  // Of any length.
AbiValue abi_array(std::span<const AbiValue> items);
AbiValue abi_words(std::span<const Word> words);  // bytes32[], uint256[].
AbiValue abi_tuple(std::span<const AbiValue> members);

// Arguments one after another, as after a selector or a contract's creation code.
Bytes abi_encode(std::span<const AbiValue> arguments);
// The first four bytes of the Keccak-256 of `signature` ("claim(address,uint256,bytes32[])").
ByteArray<4> abi_selector(std::string_view signature);
// Selector and arguments: what a transaction to a contract carries.
Bytes abi_call(std::string_view signature, std::span<const AbiValue> arguments);

// Results. Errc::bad_data says what was found and what is expected.
Result<std::vector<Word>> abi_result_words(ByteView result, std::size_t count);
Result<Uint128> uint128_of(const Word& word);  // When it is below 2^128.
Result<std::uint64_t> uint64_of(const Word& word);
Result<EvmAddress> address_of(const Word& word);

}  // namespace earshot::rewards::chain
