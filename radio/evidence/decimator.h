// Mixes one channel of a stream to zero and brings it to a lower rate, with the filter's delay
// removed exactly: output sample k is the filtered channel at input sample first + k * in / out.
//
// The filter is a Kaiser-windowed low-pass of odd length, symmetric about its middle (linear
// phase), as a bank of polyphase branches when the rates' ratio is no whole number.
#pragma once
#include <cstdint>

#include "core/result.h"
#include "radio/evidence/stored_stream.h"

namespace earshot::radio {

struct Decimation {
  std::uint64_t in_hz = 0;
  std::uint64_t out_hz = 0;  // At most in_hz.
  double channel_hz = 0;     // The channel's centre minus the stream's.
};

// Flat to 0.85 and stopped from 1.15 of out_hz / 2, so that what folds back stays in the outer 15
// %. Input outside the stream counts as zero. Takes input [first, last). Errc::usage when the ratio
// of the rates has a numerator above 1024 (an odd rate: the filter would be huge).
Result<Samples> decimate(const Decimation& how, const StoredStream& stream, std::uint64_t first,
                         std::uint64_t last);

}  // namespace earshot::radio
