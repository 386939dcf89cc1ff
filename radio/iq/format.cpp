#include "radio/iq/format.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

namespace earshot::radio {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian, and so are we");

struct Name {
  std::string_view name;
  SampleFormat format;
};
// The first name of each format is the one we write; the rest are what other tools call it.
constexpr std::array<Name, 10> kNames = {{{"ci8", SampleFormat::ci8},
                                          {"cs8", SampleFormat::ci8},
                                          {"ci16", SampleFormat::ci16},
                                          {"cs16", SampleFormat::ci16},
                                          {"cf32", SampleFormat::cf32},
                                          {"fc32", SampleFormat::cf32},
                                          {"cfile", SampleFormat::cf32},
                                          {"complex", SampleFormat::cf32},
                                          {"cu8", SampleFormat::cu8},
                                          {"complex16u", SampleFormat::cu8}}};

constexpr float kCu8Middle = 127.5F;  // Given: radio/iq/format.h.

// To an integer of [low, high], half away from zero. `value - truncated` is exact, so no half is
// ever invented by rounding; what is not a number becomes 0.
inline int to_integer(float value, float low, float high) {
  const float finite = value == value ? value : 0.0F;
  const float clipped = std::min(std::max(finite, low), high);
  const int truncated = static_cast<int>(clipped);
  const float rest = clipped - static_cast<float>(truncated);
  return truncated + static_cast<int>(rest >= 0.5F) - static_cast<int>(rest <= -0.5F);
}

// A complex number is its two parts in a row (guaranteed by the language for std::complex).
std::span<const float> parts(SampleView samples) {
  return {reinterpret_cast<const float*>(samples.data()), samples.size() * 2};
}

template <class Integer>
void encode_integers(std::span<const float> in, float scale, std::uint8_t* out) {
  constexpr auto low = static_cast<float>(std::numeric_limits<Integer>::min());
  constexpr auto high = static_cast<float>(std::numeric_limits<Integer>::max());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const auto value = static_cast<Integer>(to_integer(in[i] * scale, low, high));
    std::memcpy(out + i * sizeof(Integer), &value, sizeof(Integer));
  }
}

template <class Integer>
void decode_integers(ByteView in, float scale, float* out) {
  for (std::size_t i = 0; i < in.size() / sizeof(Integer); ++i) {
    Integer value;
    std::memcpy(&value, in.data() + i * sizeof(Integer), sizeof(Integer));
    out[i] = static_cast<float>(value) * scale;
  }
}

}  // namespace

std::size_t bytes_per_sample(SampleFormat format) {
  switch (format) {
    case SampleFormat::ci8:
    case SampleFormat::cu8:
      return 2;
    case SampleFormat::ci16:
      return 4;
    case SampleFormat::cf32:
      return 8;
  }
  return 0;
}

Result<SampleFormat> parse_format(std::string_view name) {
  const auto* found = std::find_if(kNames.begin(), kNames.end(),
                                   [name](const Name& known) { return known.name == name; });
  if (found != kNames.end()) return found->format;
  return fail(Errc::usage, "sample format \"" + std::string(name) +
                               "\" is not known: use cf32, ci16 (cs16), ci8 (cs8) or cu8");
}

std::string_view format_name(SampleFormat format) {
  const auto* found = std::find_if(kNames.begin(), kNames.end(),
                                   [format](const Name& known) { return known.format == format; });
  assert(found != kNames.end());
  return found->name;
}

void decode_samples(SampleFormat format, ByteView bytes, std::span<Sample> out) {
  assert(bytes.size() == out.size() * bytes_per_sample(format));
  auto* values = reinterpret_cast<float*>(out.data());
  switch (format) {
    case SampleFormat::ci8:
      return decode_integers<std::int8_t>(bytes, 1.0F / 128, values);
    case SampleFormat::ci16:
      return decode_integers<std::int16_t>(bytes, 1.0F / 32768, values);
    case SampleFormat::cf32:
      if (!bytes.empty()) std::memcpy(values, bytes.data(), bytes.size());
      return;
    case SampleFormat::cu8:
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        values[i] = (static_cast<float>(bytes[i]) - kCu8Middle) / kCu8Middle;
      }
      return;
  }
}

Samples decode_samples(SampleFormat format, ByteView bytes) {
  Samples out(bytes.size() / bytes_per_sample(format));
  decode_samples(format, bytes, out);
  return out;
}

Bytes encode_samples(SampleFormat format, SampleView samples) {
  Bytes out(samples.size() * bytes_per_sample(format));
  const std::span<const float> in = parts(samples);
  switch (format) {
    case SampleFormat::ci8:
      encode_integers<std::int8_t>(in, 128.0F, out.data());
      break;
    case SampleFormat::ci16:
      encode_integers<std::int16_t>(in, 32768.0F, out.data());
      break;
    case SampleFormat::cf32:
      if (!out.empty()) std::memcpy(out.data(), in.data(), out.size());
      break;
    case SampleFormat::cu8:
      for (std::size_t i = 0; i < in.size(); ++i) {
        out[i] =
            static_cast<std::uint8_t>(to_integer(in[i] * kCu8Middle + kCu8Middle, 0.0F, 255.0F));
      }
      break;
  }
  return out;
}

std::uint64_t count_clipped(SampleFormat format, SampleView samples) {
  if (format == SampleFormat::cf32) return 0;
  // Of |x| = 1: the value that still rounds to the lowest and to the highest step.
  struct Range {
    float low, high;
  };
  const Range range = format == SampleFormat::ci8    ? Range{-128.5F / 128, 127.5F / 128}
                      : format == SampleFormat::ci16 ? Range{-32768.5F / 32768, 32767.5F / 32768}
                                                     : Range{-128.0F / 127.5F, 128.0F / 127.5F};
  const auto fits = [range](float value) { return value > range.low && value < range.high; };
  return static_cast<std::uint64_t>(std::count_if(
      samples.begin(), samples.end(),
      [&fits](const Sample& sample) { return !fits(sample.real()) || !fits(sample.imag()); }));
}

}  // namespace earshot::radio
