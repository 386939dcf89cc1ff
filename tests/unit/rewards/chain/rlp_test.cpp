#include "rewards/chain/rlp.h"

#include <gtest/gtest.h>

#include "tests/unit/rewards/chain/evm_vectors.h"

namespace earshot::rewards::chain {
namespace {

Bytes repeated(std::size_t count, std::uint8_t byte) { return Bytes(count, byte); }

TEST(Rlp, EncodesStringsAsCastDoes) {
  EXPECT_EQ(prefixed_hex(rlp_bytes({})), evm_vector("rlp_empty"));
  EXPECT_EQ(prefixed_hex(rlp_bytes(Bytes{0x7F})), evm_vector("rlp_low_byte"));
  EXPECT_EQ(prefixed_hex(rlp_bytes(Bytes{0x80})), evm_vector("rlp_high_byte"));
  EXPECT_EQ(prefixed_hex(rlp_bytes(repeated(55, 0xAB))), evm_vector("rlp_55_bytes"));
  EXPECT_EQ(prefixed_hex(rlp_bytes(repeated(56, 0xAB))), evm_vector("rlp_56_bytes"));
  EXPECT_EQ(prefixed_hex(rlp_bytes(repeated(1024, 0xAB))), evm_vector("rlp_1024_bytes"));
}

TEST(Rlp, EncodesListsAsCastDoes) {
  const Bytes empty = rlp_list({});
  const Bytes nested = rlp_list(std::vector<Bytes>{empty});
  const Bytes pair = rlp_list(std::vector<Bytes>{rlp_bytes(Bytes{0x01}), rlp_bytes(Bytes{0x80})});
  EXPECT_EQ(prefixed_hex(rlp_list(std::vector<Bytes>{empty, nested, pair})),
            evm_vector("rlp_nested"));
  const std::vector<Bytes> items = {rlp_bytes(repeated(40, 0xAB)), rlp_bytes(repeated(40, 0xCD))};
  EXPECT_EQ(prefixed_hex(rlp_list(items)), evm_vector("rlp_long_list"));
}

TEST(Rlp, WritesNumbersWithoutLeadingZeros) {
  EXPECT_EQ(rlp_integer(Uint128{0}), Bytes{0x80});
  EXPECT_EQ(rlp_integer(Uint128{0x7F}), Bytes{0x7F});
  EXPECT_EQ(rlp_integer(Uint128{0x80}), (Bytes{0x81, 0x80}));
  EXPECT_EQ(rlp_integer(Uint128{1} << 64), (Bytes{0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(rlp_integer(ByteView(Bytes{0, 0, 1, 2})), (Bytes{0x82, 1, 2}));
}

Bytes evm_bytes(const std::string& name) { return *from_hex(evm_vector(name)); }

TEST(Rlp, ReadsWhatCastWrites) {
  for (const char* name : {"rlp_empty", "rlp_low_byte", "rlp_high_byte", "rlp_55_bytes",
                           "rlp_56_bytes", "rlp_1024_bytes"}) {
    const Bytes encoded = evm_bytes(name);
    const RlpItem item = rlp_item(encoded).value();
    EXPECT_FALSE(item.is_list);
    EXPECT_EQ(rlp_bytes(item.payload), encoded) << name;
  }
  const Bytes nested = evm_bytes("rlp_nested");
  const std::vector<RlpItem> items = rlp_items(rlp_item(nested).value()).value();
  ASSERT_EQ(items.size(), 3U);
  EXPECT_TRUE(items[0].payload.empty());
  EXPECT_EQ(rlp_items(items[1])->size(), 1U);
  EXPECT_EQ(rlp_items(items[2])->back().payload.front(), 0x80);
  const Bytes longer = evm_bytes("rlp_long_list");
  EXPECT_EQ(rlp_items(rlp_item(longer).value())->front().payload.size(), 40U);
}

TEST(Rlp, ReadsOneFormOnly) {
  const auto why = [](const char* hex) {
    const Bytes bytes = *from_hex(hex);
    const Result<RlpItem> item = rlp_item(bytes);
    if (!item) return item.error().detail;
    const auto items = rlp_items(*item);
    return items ? std::string("read") : items.error().detail;
  };
  EXPECT_EQ(why(""), "RLP: an item is missing");
  EXPECT_EQ(why("8101"), "RLP: a prefix before a byte that needs none");
  EXPECT_EQ(why("82ab"), "RLP: found 1 bytes, expected 2");
  EXPECT_EQ(why("b801ab"), "RLP: a length longer than need be");
  EXPECT_EQ(why("b80038"), "RLP: a length with leading zeros");
  EXPECT_EQ(why("bfffffffffffffffff"), "RLP: found 0 bytes, expected 18446744073709551615");
  EXPECT_EQ(why("b9ff"), "RLP: ends within a length");
  EXPECT_EQ(why("8080"), "RLP: 1 bytes after the item");
  EXPECT_EQ(why("c182"), "RLP: found 0 bytes, expected 2");
  EXPECT_EQ(why("82abcd"), "RLP: found bytes, expected a list");
}

TEST(Rlp, ReadsNumbersBelow128Bits) {
  const auto number = [](const Bytes& bytes) { return rlp_number(rlp_item(bytes).value()); };
  EXPECT_EQ(*number(rlp_integer(Uint128{0})), Uint128{0});
  EXPECT_TRUE(*number(rlp_integer(~Uint128{0})) == ~Uint128{0});
  EXPECT_EQ(number(rlp_bytes(Bytes{0, 1})).error().detail, "RLP: a number with leading zeros");
  EXPECT_EQ(number(rlp_bytes(Bytes(17, 1))).error().detail,
            "RLP: found a number of 17 bytes, expected at most 16");
  EXPECT_EQ(number(rlp_list({})).error().detail, "RLP: found a list, expected a number");
}

}  // namespace
}  // namespace earshot::rewards::chain
