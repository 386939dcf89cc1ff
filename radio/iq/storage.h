// How a file stores the numbers of its samples: our own formats, and what other programs write
// besides. |x| = 1 is full scale in all of them.
#pragma once
#include <optional>
#include <string_view>

#include "radio/iq/format.h"

namespace earshot::radio {

enum class Storage {
  ci8,
  cu8,
  ci16,
  cf32,
  offset8,       // WAV's 8 bits: unsigned around 128, x = (v - 128) / 128.
  ci24,          // Three bytes, x = v / 2^23.
  ci24_in_ci32,  // SDRangel's 24 bits: in four bytes, x = v / 2^23.
  ci32,          // x = v / 2^31.
  cf64,
};

Storage storage_of(SampleFormat format);
std::size_t bytes_per_sample(Storage storage);
std::string_view storage_name(Storage storage);  // For people.
// The format of ours that loses least: ci8 for offset8, cf32 for what is wider than ci16. 24 bits
// and cf32 fit exactly, ci32 and cf64 are rounded.
SampleFormat nearest_format(Storage storage);

// Precondition: as decode_samples.
void decode_stored(Storage storage, ByteView bytes, std::span<Sample> out);
// 8 bits as WAV has them.
Bytes encode_offset8(SampleView samples);

}  // namespace earshot::radio
