// Keccak-256, as Ethereum uses it, of many short messages at once: eight side by side, one in each
// lane of an AVX-512 vector, or four of an AVX2 one. Where the CPU has neither, and for a few left
// over, one after another (core/owner_signature.h). The hashes are the same, bit for bit.
//
// Any thread.
#pragma once
#include <span>
#include <string_view>

#include "core/bytes.h"

namespace earshot {

enum class KeccakEngine : std::uint8_t { one_by_one, avx2, avx512 };
// The fastest that this machine has.
KeccakEngine keccak_engine();
bool has_engine(KeccakEngine engine);
std::string_view engine_name(KeccakEngine engine);

// Bytes of the longest message that fits one block with its padding.
constexpr std::size_t kMostKeccakBytes = 135;

// Hashes of hashes.size() messages that stand one after another in `messages`, each of `length`
// bytes. Messages of 32 bytes may stand where their hashes go. Preconditions: messages holds just
// them; length <= kMostKeccakBytes; the machine has the engine.
void keccak256_each(ByteView messages, std::size_t length, std::span<Hash256> hashes,
                    KeccakEngine engine = keccak_engine());

}  // namespace earshot
