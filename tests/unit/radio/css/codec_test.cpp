#include "radio/css/codec.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "radio/css/gray.h"
#include "radio/css/hamming.h"
#include "radio/css/interleaver.h"
#include "radio/css/whitening.h"

namespace earshot::radio {
namespace {

std::vector<std::uint8_t> random_bytes(std::mt19937& random, int size) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(Whitening, BeginsAsThePublishedSequence) {
  std::vector<std::uint8_t> zeros(20, 0);
  whiten(zeros);
  const std::vector<std::uint8_t> published = {0xFF, 0xFE, 0xFC, 0xF8, 0xF0, 0xE1, 0xC2,
                                               0x85, 0x0B, 0x17, 0x2F, 0x5E, 0xBC, 0x78,
                                               0xF1, 0xE3, 0xC6, 0x8D, 0x1A, 0x34};
  EXPECT_EQ(zeros, published);
}

TEST(Gray, DecodeUndoesEncodeAndNeighboursDifferInOneBit) {
  for (std::uint32_t value = 0; value < 4096; ++value) {
    EXPECT_EQ(gray_decode(gray_encode(value)), value);
    EXPECT_EQ(std::popcount(gray_encode(value) ^ gray_encode(value + 1)), 1);
  }
}

TEST(Hamming, CodewordsMatchThePublishedTable) {
  // Published first sent bit leftmost: 0b10001011 for the nibble whose first bit alone is set.
  EXPECT_EQ(hamming_encode(1, 4), 0b11010001);
  EXPECT_EQ(hamming_encode(1, 1), 0b10001);
  EXPECT_EQ(hamming_encode(15, 4), 0xFF);
}

TEST(Hamming, CorrectsAnySingleErrorAtFourSevenAndFourEight) {
  for (const int rate : {3, 4}) {
    for (std::uint8_t nibble = 0; nibble < 16; ++nibble) {
      for (int flipped = -1; flipped < rate + 4; ++flipped) {
        std::vector<float> llrs;
        for (int bit = 0; bit < rate + 4; ++bit) {
          const bool one = (hamming_encode(nibble, rate) >> bit & 1) != (bit == flipped ? 1 : 0);
          llrs.push_back(one ? 1.0F : -1.0F);
        }
        EXPECT_EQ(hamming_decode(llrs).nibble, nibble);
      }
    }
  }
}

TEST(Hamming, AWeakBitIsCorrectedByParityAtEveryRate) {
  for (int rate = 1; rate <= 4; ++rate) {
    for (std::uint8_t nibble = 0; nibble < 16; ++nibble) {
      for (int weak = 0; weak < rate + 4; ++weak) {
        std::vector<float> llrs;
        for (int bit = 0; bit < rate + 4; ++bit) {
          const float sign = (hamming_encode(nibble, rate) >> bit & 1) != 0 ? 1.0F : -1.0F;
          llrs.push_back(bit == weak ? -0.1F * sign : sign);
        }
        EXPECT_EQ(hamming_decode(llrs).nibble, nibble);
      }
    }
  }
}

TEST(Hamming, ExtrinsicKnowledgeOfABitComesFromTheOthersAlone) {
  for (int rate = 1; rate <= 4; ++rate) {
    for (std::uint8_t nibble = 0; nibble < 16; ++nibble) {
      const int size = rate + 4;
      std::vector<float> llrs;
      for (int bit = 0; bit < size; ++bit) {
        llrs.push_back((hamming_encode(nibble, rate) >> bit & 1) != 0 ? 3.0F : -3.0F);
      }
      std::vector<float> sure(llrs.size());
      hamming_extrinsic(llrs, sure);
      for (std::size_t bit = 0; bit < llrs.size(); ++bit) {
        EXPECT_GT(sure[bit] * llrs[bit], 0) << "4/" << size << " bit " << bit;
        std::vector<float> changed = llrs;
        changed[bit] = 0.5F;
        std::vector<float> again(llrs.size());
        hamming_extrinsic(changed, again);
        EXPECT_NEAR(again[bit], sure[bit], 1e-4F);
      }
    }
  }
}

TEST(Interleaver, SoftBitsComeBackInTheirPlaces) {
  for (int rows = 5; rows <= 12; ++rows) {
    std::vector<float> llrs(static_cast<std::size_t>(rows) * 7);
    for (std::size_t i = 0; i < llrs.size(); ++i) llrs[i] = static_cast<float>(i);
    std::vector<float> words(llrs.size());
    std::vector<float> back(llrs.size());
    deinterleave(llrs, rows, words);
    interleave(words, rows, back);
    EXPECT_EQ(back, llrs);
  }
}

TEST(Interleaver, DeinterleaveUndoesInterleave) {
  std::mt19937 random(1);
  for (int rows = 5; rows <= 12; ++rows) {
    for (int columns = 5; columns <= 8; ++columns) {
      std::vector<std::uint8_t> codewords = random_bytes(random, rows);
      for (auto& word : codewords) word = static_cast<std::uint8_t>(word & ((1 << columns) - 1));
      std::vector<float> llrs;
      for (const std::uint16_t symbol : interleave(codewords, columns)) {
        for (int bit = rows - 1; bit >= 0; --bit) {
          llrs.push_back((symbol >> bit & 1) != 0 ? 1.0F : -1.0F);
        }
      }
      std::vector<float> words(llrs.size());
      deinterleave(llrs, rows, words);
      for (int row = 0; row < rows; ++row) {
        for (int bit = 0; bit < columns; ++bit) {
          EXPECT_EQ(words[static_cast<std::size_t>(row * columns + bit)] > 0,
                    (codewords[static_cast<std::size_t>(row)] >> bit & 1) != 0);
        }
      }
    }
  }
}

TEST(Header, EveryHeaderDecodesToItselfAndNoSingleBitErrorPasses) {
  for (int bytes = 1; bytes <= 255; ++bytes) {
    for (int rate = 1; rate <= 4; ++rate) {
      const PhyHeader header = {bytes, rate, bytes % 2 == 0};
      auto nibbles = encode_header(header);
      EXPECT_EQ(decode_header(nibbles), header);
      for (std::size_t i = 0; i < 3; ++i) {
        for (int bit = 0; bit < 4; ++bit) {
          nibbles[i] = static_cast<std::uint8_t>(nibbles[i] ^ (1 << bit));
          EXPECT_FALSE(decode_header(nibbles));
          nibbles[i] = static_cast<std::uint8_t>(nibbles[i] ^ (1 << bit));
        }
      }
    }
  }
}

TEST(Codec, ReducedRateSymbolsShareTheResidueOne) {
  CssParams params = {.spreading_factor = 10, .coding_rate = 2, .ldro = LowDataRate::on};
  std::mt19937 random(2);
  for (const std::uint16_t symbol : encode_symbols(params, random_bytes(random, 50))) {
    EXPECT_EQ(symbol % 4, 1);
  }
}

TEST(Codec, CountsTheSymbolsThatItEncodesAndDecodesThemPropertyForAllModes) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 600; ++trial) {
    CssParams params;
    params.spreading_factor = 7 + static_cast<int>(random() % 6);
    params.coding_rate = 1 + static_cast<int>(random() % 4);
    params.implicit_header = random() % 2 == 0;
    params.crc = random() % 2 == 0;
    params.ldro = random() % 2 == 0 ? LowDataRate::on : LowDataRate::off;
    const int size = 1 + static_cast<int>(random() % 255);
    const auto payload = random_bytes(random, size);
    const auto symbols = encode_symbols(params, payload);
    ASSERT_EQ(static_cast<int>(symbols.size()), payload_symbols(params, size));
    const auto decoded = decode_symbols(params, symbols, size);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->bytes.payload, payload);
    EXPECT_EQ(decoded->bytes.crc_ok, params.crc ? std::optional(true) : std::nullopt);
  }
}

TEST(Codec, RefusesMissingSymbolsAndValuesOutOfRange) {
  const CssParams params;
  auto symbols = encode_symbols(params, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_TRUE(decode_symbols(params, symbols));
  EXPECT_FALSE(decode_symbols(params, std::span(symbols).first(symbols.size() - 1)));
  symbols.back() = 128;
  EXPECT_FALSE(decode_symbols(params, symbols));
}

}  // namespace
}  // namespace earshot::radio
