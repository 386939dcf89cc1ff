// Sample formats on disk and their conversion: |x| = 1 is full scale.
//
// ci8: x = v / 128, ci16: v / 32768, cu8: (v - 127.5) / 127.5, cf32: as is, little-endian. To
// integers: round half away from zero, clip.
#pragma once
#include <string_view>

#include "core/bytes.h"
#include "core/messages.h"
#include "radio/samples.h"

namespace earshot::radio {

std::size_t bytes_per_sample(SampleFormat format);  // Complex: ci8 2, cf32 8.
// "ci8" (also cs8), "ci16" (cs16), "cf32" (cfile, fc32), "cu8". Errc::usage lists what is allowed.
Result<SampleFormat> parse_format(std::string_view name);
std::string_view format_name(SampleFormat format);

// Precondition: bytes.size() is a multiple of bytes_per_sample, out has as many samples.
void decode_samples(SampleFormat format, ByteView bytes, std::span<Sample> out);
Samples decode_samples(SampleFormat format, ByteView bytes);
Bytes encode_samples(SampleFormat format, SampleView samples);
// Samples of which encode_samples clips a part, or which are not numbers; 0 for cf32.
std::uint64_t count_clipped(SampleFormat format, SampleView samples);

}  // namespace earshot::radio
