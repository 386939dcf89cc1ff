// One block of symbols from the likelihoods of their chirp values to its nibbles, by iteration
// (BICM-ID): what the codewords say of each bit goes back to the symbols as prior knowledge, so
// that a symbol's doubtful bits gain from its certain ones.
#pragma once
#include <span>
#include <vector>

#include "radio/css/codec.h"
#include "radio/css/demodulator.h"

namespace earshot::radio {

// symbols: the values' likelihoods of `shape.columns` symbols. rounds: 0 is plain soft decoding;
// each costs about as much again.
BlockNibbles decode_block(BitLikelihoods& bits, std::span<const std::vector<float>> symbols,
                          const BlockShape& shape, int rounds);

}  // namespace earshot::radio
