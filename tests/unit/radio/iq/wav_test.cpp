#include "radio/iq/wav.h"

#include <gtest/gtest.h>

namespace earshot::radio {
namespace {

Result<WavHeader> read(const Bytes& bytes) {
  return read_wav_header(bytes_of(bytes, "w.wav"), "w.wav");
}

Bytes file(Storage storage, std::size_t data_bytes) {
  Bytes bytes = wav_header(storage, 250e3, data_bytes, 868.1e6, Instant{1'700'000'000, 0}, {});
  bytes.resize(bytes.size() + data_bytes, 7);
  return bytes;
}

TEST(Wav, HeadersThatWeWriteSayWhatWeSaid) {
  for (const Storage storage : {Storage::offset8, Storage::ci16, Storage::cf32}) {
    const auto header = read(file(storage, 80));
    ASSERT_TRUE(header) << header.error().detail;
    EXPECT_EQ(header->storage, storage);
    EXPECT_EQ(header->rate_hz, 250e3);
    EXPECT_EQ(header->data_bytes, 80U);
    EXPECT_EQ(header->data_offset + 80, file(storage, 80).size());
    EXPECT_EQ(header->centre_hz, 868.1e6);
    EXPECT_EQ(header->time, (Instant{1'700'000'000, 0}));
    EXPECT_TRUE(header->notes.empty());
  }
}

TEST(Wav, HeadersWithoutFrequencyAndTimeHaveNoAuxiChunk) {
  const Bytes plain = wav_header(Storage::ci16, 48e3, 0, {}, {}, {});
  EXPECT_EQ(plain.size(), 44U);
  EXPECT_FALSE(read(plain)->centre_hz);
}

TEST(Wav, ThatAreLongerThan32BitsCanSayAreRf64) {
  const std::uint64_t data_bytes = 5'000'000'000;
  const Bytes head = wav_header(Storage::ci16, 2e6, data_bytes, {}, {}, {});
  EXPECT_EQ(std::string(head.begin(), head.begin() + 4), "RF64");
  const ByteSource source = {head.size() + data_bytes,
                             [&head](std::uint64_t offset, std::span<std::uint8_t> out) {
                               return bytes_of(head, "w").read_at(offset, out);
                             }};
  const auto header = read_wav_header(source, "w");
  ASSERT_TRUE(header) << header.error().detail;
  EXPECT_EQ(header->data_bytes, data_bytes);
  EXPECT_EQ(header->data_offset, head.size());
}

TEST(Wav, ThatAreTruncatedAnywhereAreRefused) {
  const Bytes whole = file(Storage::ci16, 80);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto header = read(Bytes(whole.begin(), whole.begin() + static_cast<long>(size)));
    ASSERT_FALSE(header) << size;
    EXPECT_EQ(header.error().code, Errc::bad_data);
    EXPECT_NE(header.error().detail.find("truncated"), std::string::npos) << header.error().detail;
  }
}

TEST(Wav, ThatAreNoIqAreRefusedWithTheReason) {
  const auto changed = [](std::size_t at, std::uint8_t value) {
    Bytes bytes = file(Storage::ci16, 80);
    bytes[at] = value;
    const auto header = read(bytes);
    return header ? std::string("read") : header.error().detail;
  };
  EXPECT_NE(changed(22, 1).find("1 channel(s): real-valued"), std::string::npos);
  EXPECT_NE(changed(22, 6).find("6 channel(s)"), std::string::npos);
  EXPECT_NE(changed(20, 17).find("format 17"), std::string::npos);
  EXPECT_NE(changed(34, 12).find("12 bits"), std::string::npos);
  EXPECT_NE(changed(32, 8).find("8 bytes per sample"), std::string::npos);
  EXPECT_NE(changed(0, 'X').find("is no WAV file"), std::string::npos);
}

TEST(Wav, AnAuxiChunkOfAnotherFormIsNotGuessedAt) {
  Bytes bytes = file(Storage::ci16, 4);
  bytes[44] = '<';  // Where the auxi chunk's content begins.
  const auto header = read(bytes);
  ASSERT_TRUE(header);
  EXPECT_FALSE(header->centre_hz);
  EXPECT_EQ(header->notes.size(), 1U);
}

}  // namespace
}  // namespace earshot::radio
