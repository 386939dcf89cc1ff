#include "radio/iq/storage.h"

#include <gtest/gtest.h>

#include <cstring>

namespace earshot::radio {
namespace {

Samples decoded(Storage storage, const Bytes& bytes) {
  Samples out(bytes.size() / bytes_per_sample(storage));
  decode_stored(storage, bytes, out);
  return out;
}

TEST(Storage, NumbersOfEverySizeAreFractionsOfFullScale) {
  EXPECT_EQ(decoded(Storage::offset8, {0, 128}), (Samples{{-1, 0}}));
  EXPECT_EQ(decoded(Storage::ci24, {0, 0, 0x80, 1, 0, 0}), (Samples{{-1, 1.0F / (1 << 23)}}));
  EXPECT_EQ(decoded(Storage::ci24_in_ci32, {0, 0, 0x80, 0xFF, 0, 0, 0x40, 0}),
            (Samples{{-1, 0.5}}));
  EXPECT_EQ(decoded(Storage::ci32, {0, 0, 0, 0x80, 0, 0, 0, 0x40}), (Samples{{-1, 0.5}}));
  Bytes wide(16);
  const double half = 0.5;
  std::memcpy(wide.data() + 8, &half, 8);
  EXPECT_EQ(decoded(Storage::cf64, wide), (Samples{{0, 0.5}}));
}

TEST(Storage, OurOwnFormatsDecodeAsTheyDo) {
  const Bytes bytes = {1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 0};
  for (const SampleFormat format :
       {SampleFormat::ci8, SampleFormat::cu8, SampleFormat::ci16, SampleFormat::cf32}) {
    EXPECT_EQ(decoded(storage_of(format), bytes), decode_samples(format, bytes));
    EXPECT_EQ(nearest_format(storage_of(format)), format);
    EXPECT_EQ(bytes_per_sample(storage_of(format)), bytes_per_sample(format));
  }
}

TEST(Storage, EightBitsOfWavAndCi8AreTheSameNumbers) {
  Bytes all;
  for (int value = 0; value < 256; ++value) all.push_back(static_cast<std::uint8_t>(value));
  EXPECT_EQ(encode_offset8(decoded(Storage::offset8, all)), all);
}

}  // namespace
}  // namespace earshot::radio
