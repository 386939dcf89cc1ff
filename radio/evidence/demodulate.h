// The beacon of a snippet, found and measured again: what remeasure and residual_of have in common.
#pragma once
#include "radio/css/measure.h"
#include "radio/evidence/snippet.h"

namespace earshot::radio {

struct Demodulated {
  Tag tag{};
  Bytes payload;
  Measurement measured;
  Samples samples;  // Of the whole snippet.
};
// As remeasure (snippet.h).
Result<std::optional<Demodulated>> demodulate(const Snippet& snippet, int spreading_factor,
                                              std::uint32_t bandwidth_hz);

}  // namespace earshot::radio
