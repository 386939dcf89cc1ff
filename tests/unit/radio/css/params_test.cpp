#include "radio/css/params.h"

#include <gtest/gtest.h>

namespace earshot::radio {
namespace {

TEST(CssParams, LowDataRateStartsAboveSixteenMilliseconds) {
  EXPECT_FALSE(uses_low_data_rate({.spreading_factor = 10}));
  EXPECT_TRUE(uses_low_data_rate({.spreading_factor = 11}));
  EXPECT_FALSE(uses_low_data_rate({.spreading_factor = 11, .bandwidth_hz = 250e3}));
  EXPECT_TRUE(uses_low_data_rate({.spreading_factor = 12, .bandwidth_hz = 250e3}));
  EXPECT_FALSE(uses_low_data_rate({.spreading_factor = 12, .ldro = LowDataRate::off}));
}

TEST(CssParams, AirTimeIsTheDataSheets) {
  // SX1276 calculator: SF7, 125 kHz, 4/5, explicit, CRC, preamble 8, 20 bytes: 56.58 ms.
  EXPECT_NEAR(frame_seconds({}, 20), 56.576e-3, 1e-6);
  // SF12, LDRO on, 12 bytes: 1155.07 ms.
  EXPECT_NEAR(frame_seconds({.spreading_factor = 12}, 12), 1155.072e-3, 1e-6);
}

TEST(CssParams, ValidateNamesTheMember) {
  const CssParams low = {.spreading_factor = 6};
  ASSERT_FALSE(validate(low));
  EXPECT_EQ(validate(low).error().code, Errc::usage);
  EXPECT_NE(validate(low).error().detail.find("spreading_factor"), std::string::npos);
  EXPECT_FALSE(validate({.coding_rate = 5}));
  EXPECT_FALSE(validate({.bandwidth_hz = 0}));
  EXPECT_FALSE(validate({.preamble_symbols = 5}));
  EXPECT_TRUE(validate({}));
}

}  // namespace
}  // namespace earshot::radio
