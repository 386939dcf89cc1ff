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

}  // namespace
}  // namespace earshot::rewards::chain
