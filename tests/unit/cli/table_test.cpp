#include "cli/table.h"

#include <gtest/gtest.h>

namespace earshot::cli {
namespace {

TEST(Table, AlignsItsColumnsAndLeavesNoBlanksAtTheEnd) {
  Table table({"name", ">number", "last"});
  table.add({"a", "1", "x"});
  table.add({"longer", "12345678", ""});
  EXPECT_EQ(table.text(),
            "name      number  last\n"
            "a              1  x\n"
            "longer  12345678\n");
}

TEST(Table, CountsLettersAndNotBytes) {
  Table table({"a", "b"});
  table.add({"é", "x"});
  EXPECT_EQ(table.text(), "a  b\né  x\n");
}

TEST(Show, WritesFrequenciesWithTheUnitThatFits) {
  EXPECT_EQ(show_hertz(868.1e6), "868.1 MHz");
  EXPECT_EQ(show_hertz(125e3), "125 kHz");
  EXPECT_EQ(show_hertz(-200e3), "-200 kHz");
  EXPECT_EQ(show_hertz(0), "0 Hz");
  EXPECT_EQ(show_hertz(2.4e9), "2.4 GHz");
}

TEST(ShowFixed, NeverShowsAMinusZero) {
  EXPECT_EQ(show_fixed(-0.04, 1), "0.0");
  EXPECT_EQ(show_fixed(-0.06, 1), "-0.1");
  EXPECT_EQ(show_fixed(0.0, 0), "0");
}

}  // namespace
}  // namespace earshot::cli
