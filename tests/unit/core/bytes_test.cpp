#include "core/bytes.h"

#include <gtest/gtest.h>

#include "tests/doubles/random_messages.h"

namespace earshot {
namespace {

TEST(Hex, ReadsWhatItWroteForAnyBytesProperty) {
  RandomMessages random(1);
  for (int i = 0; i < 500; ++i) {
    const Bytes bytes = random.bytes(random.below(70));
    EXPECT_EQ(from_hex(to_hex(bytes)).value(), bytes);
  }
}

TEST(Hex, TakesUpperCaseAndPrefix) {
  EXPECT_EQ(from_hex("0xAbCd").value(), (Bytes{0xAB, 0xCD}));
  EXPECT_EQ(from_hex("").value(), Bytes{});
  EXPECT_EQ(to_hex(Bytes{0x00, 0x0F, 0xF0}), "000ff0");
}

TEST(Hex, RefusesOddCountsAndOtherCharacters) {
  EXPECT_EQ(from_hex("abc").error().code, Errc::bad_data);
  EXPECT_NE(from_hex("0xab zz").error().detail.find("even"), std::string::npos);
  EXPECT_NE(from_hex("abzz").error().detail.find("character 2"), std::string::npos);
  EXPECT_EQ(from_hex("0x0x").error().code, Errc::bad_data);
}

TEST(Hex, SaysWhichLengthAnArrayWants) {
  const auto wrong = array_from_hex<4>("aabbcc");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().detail, "found 3 bytes of hex, expected 4");
}

TEST(Writer, WritesBigEndian) {
  Writer writer;
  writer.put(std::uint16_t{0x0102});
  writer.put(std::int32_t{-2});
  writer.put(std::uint64_t{0x0102030405060708});
  EXPECT_EQ(to_hex(writer.bytes()), "0102fffffffe0102030405060708");
}

TEST(Reader, ReadsBackWhatWriterWroteProperty) {
  RandomMessages random(2);
  for (int i = 0; i < 500; ++i) {
    const auto a = static_cast<std::int8_t>(random.word());
    const auto b = static_cast<std::uint16_t>(random.word());
    const auto c = static_cast<std::int32_t>(random.word());
    const auto d = static_cast<std::int64_t>(random.word());
    Writer writer;
    writer.put(a);
    writer.put(b);
    writer.put(c);
    writer.put(d);
    Reader reader(writer.bytes());
    EXPECT_EQ(reader.get<std::int8_t>(), a);
    EXPECT_EQ(reader.get<std::uint16_t>(), b);
    EXPECT_EQ(reader.get<std::int32_t>(), c);
    EXPECT_EQ(reader.get<std::int64_t>(), d);
    EXPECT_TRUE(reader.finish("numbers"));
  }
}

TEST(Reader, RemembersTheFirstShortage) {
  const Bytes bytes = {1, 2, 3};
  Reader reader(bytes);
  reader.get<std::uint16_t>();
  EXPECT_EQ(reader.get<std::uint32_t>(), 0U);
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.get<std::uint8_t>(), 0U);  // Stays failed, although a byte is left.
  EXPECT_EQ(reader.finish("thing").error().detail, "thing: ends early, at offset 2 of 3 bytes");
}

TEST(Reader, RefusesWhatIsLeft) {
  const Bytes bytes = {1, 2, 3};
  Reader reader(bytes);
  reader.get<std::uint8_t>();
  EXPECT_EQ(reader.finish("thing").error().detail, "thing: 2 bytes too many after offset 1");
}

}  // namespace
}  // namespace earshot
