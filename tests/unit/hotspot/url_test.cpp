#include "hotspot/url.h"

#include <gtest/gtest.h>

namespace earshot::hotspot {
namespace {

TEST(Url, TakesHostPortAndPrefixApart) {
  const Result<Url> url = parse_url("http://verifier.example:8080/earshot/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "verifier.example");
  EXPECT_EQ(url->port, "8080");
  EXPECT_EQ(url->prefix, "/earshot");
  EXPECT_EQ(parse_url("http://host")->port, "80");
  EXPECT_EQ(parse_url("http://[::1]:81")->host, "::1");
}

TEST(Url, RefusesWhatItCannotReach) {
  for (const char* text : {"", "host:80", "https://host", "http://", "http://host:0",
                           "http://host:99999", "http://host:8x", "http://ho st", "http://:80"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

}  // namespace
}  // namespace earshot::hotspot
