#include "core/base64.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

TEST(Base64, GivesTheVectorsOfRfc4648) {
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    const Result<Bytes> back = from_base64(coded);
    ASSERT_TRUE(back);
    EXPECT_EQ(std::string(back->begin(), back->end()), plain);
  }
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  for (const std::string text :
       {"Zg", "Zg=", "Zh==", "Zg== ", "Z g=", "Zg==Zg==", "_-__", "====", "Zm9v\n"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

}  // namespace
}  // namespace earshot
