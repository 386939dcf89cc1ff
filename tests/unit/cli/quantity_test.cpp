#include "cli/quantity.h"

#include <gtest/gtest.h>

namespace earshot::cli {
namespace {

TEST(Hertz, AreReadAsPeopleTypeThem) {
  EXPECT_DOUBLE_EQ(*parse_hertz("868100000"), 868.1e6);
  EXPECT_DOUBLE_EQ(*parse_hertz("868.1M"), 868.1e6);
  EXPECT_DOUBLE_EQ(*parse_hertz("868.1MHz"), 868.1e6);
  EXPECT_DOUBLE_EQ(*parse_hertz("8.681e8"), 868.1e6);
  EXPECT_DOUBLE_EQ(*parse_hertz("125k"), 125e3);
  EXPECT_DOUBLE_EQ(*parse_hertz("-200k"), -200e3);
  EXPECT_DOUBLE_EQ(*parse_hertz("+1G"), 1e9);
  EXPECT_DOUBLE_EQ(*parse_hertz("0"), 0);
}

TEST(Hertz, ThatAreNoneAreAUsageErrorThatQuotesThem) {
  for (const char* text : {"", "k", "12Q", "12kk", "1,5M", "nan", "inf", "12 k", "--5"}) {
    const auto hertz = parse_hertz(text);
    ASSERT_FALSE(hertz) << text;
    EXPECT_EQ(hertz.error().code, Errc::usage);
    EXPECT_NE(hertz.error().detail.find('"' + std::string(text) + '"'), std::string::npos);
  }
}

}  // namespace
}  // namespace earshot::cli
