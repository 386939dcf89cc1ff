// The compiled contract (rewards/contracts/EarshotRewards.json), built into the program: no
// compiler and no file is needed at run time. Any thread.
#pragma once
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace earshot::rewards::chain {

// The whole file: ABI, bytecode, compiler and the hash of its input.
std::string_view contract_json();
// What creates the contract, before the constructor's arguments.
Bytes contract_creation_code();
// The reason of a revert in words: "OverEmissionCap(found 12, cap 10)"; hexadecimal when the
// contract declares no such error.
std::string describe_revert(ByteView data);

}  // namespace earshot::rewards::chain
