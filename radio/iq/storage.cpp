#include "radio/iq/storage.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace earshot::radio {
namespace {

constexpr std::uint8_t kOffset8 = 128;  // Given: WAV's zero.
constexpr float kScale24 = 1.0F / (1 << 23);
constexpr double kScale32 = 1.0 / 2147483648.0;

std::int32_t little_endian(const std::uint8_t* bytes, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
  return static_cast<std::int32_t>(value);
}

std::int32_t signed24(const std::uint8_t* bytes) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(little_endian(bytes, 3)) << 8U) >> 8;
}

double real64(const std::uint8_t* bytes) {
  double value = 0;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

template <class ToFloat>
void each_part(ByteView bytes, std::size_t size, std::span<Sample> out, ToFloat to_float) {
  auto* parts = reinterpret_cast<float*>(out.data());
  for (std::size_t i = 0; i < out.size() * 2; ++i) parts[i] = to_float(bytes.data() + i * size);
}

}  // namespace

Storage storage_of(SampleFormat format) {
  switch (format) {
    case SampleFormat::ci8:
      return Storage::ci8;
    case SampleFormat::cu8:
      return Storage::cu8;
    case SampleFormat::ci16:
      return Storage::ci16;
    case SampleFormat::cf32:
      return Storage::cf32;
  }
  return Storage::cf32;
}

std::size_t bytes_per_sample(Storage storage) {
  switch (storage) {
    case Storage::ci8:
    case Storage::cu8:
    case Storage::offset8:
      return 2;
    case Storage::ci16:
      return 4;
    case Storage::ci24:
      return 6;
    case Storage::cf32:
    case Storage::ci32:
    case Storage::ci24_in_ci32:
      return 8;
    case Storage::cf64:
      return 16;
  }
  return 0;
}

SampleFormat nearest_format(Storage storage) {
  switch (storage) {
    case Storage::ci8:
    case Storage::offset8:
      return SampleFormat::ci8;
    case Storage::cu8:
      return SampleFormat::cu8;
    case Storage::ci16:
      return SampleFormat::ci16;
    default:
      return SampleFormat::cf32;
  }
}

std::string_view storage_name(Storage storage) {
  switch (storage) {
    case Storage::offset8:
      return "8 bits around 128";
    case Storage::ci24:
      return "ci24";
    case Storage::ci24_in_ci32:
      return "24 bits in ci32";
    case Storage::ci32:
      return "ci32";
    case Storage::cf64:
      return "cf64";
    default:
      return format_name(nearest_format(storage));
  }
}

void decode_stored(Storage storage, ByteView bytes, std::span<Sample> out) {
  assert(bytes.size() == out.size() * bytes_per_sample(storage));
  switch (storage) {
    case Storage::offset8:
      return each_part(bytes, 1, out, [](const std::uint8_t* at) {
        return static_cast<float>(*at - kOffset8) / kOffset8;
      });
    case Storage::ci24:
      return each_part(bytes, 3, out, [](const std::uint8_t* at) {
        return static_cast<float>(signed24(at)) * kScale24;
      });
    case Storage::ci24_in_ci32:
      return each_part(bytes, 4, out, [](const std::uint8_t* at) {
        return static_cast<float>(little_endian(at, 4)) * kScale24;
      });
    case Storage::ci32:
      return each_part(bytes, 4, out, [](const std::uint8_t* at) {
        return static_cast<float>(little_endian(at, 4) * kScale32);
      });
    case Storage::cf64:
      return each_part(bytes, 8, out,
                       [](const std::uint8_t* at) { return static_cast<float>(real64(at)); });
    default:
      return decode_samples(nearest_format(storage), bytes, out);
  }
}

Bytes encode_offset8(SampleView samples) {
  Bytes bytes = encode_samples(SampleFormat::ci8, samples);
  for (std::uint8_t& byte : bytes) byte ^= kOffset8;  // Two's complement to around 128.
  return bytes;
}

}  // namespace earshot::radio
