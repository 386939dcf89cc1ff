#include "hotspot/heard_tags.h"

#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

Tag tag_of(std::uint8_t number) {
  Tag tag{};
  tag.fill(number);
  return tag;
}

TEST(HeardTags, RemembersAcrossARestart) {
  const TemporaryDirectory directory;
  {
    Result<HeardTags> tags = HeardTags::open(directory.file("tags"), 360);
    ASSERT_TRUE(tags);
    EXPECT_FALSE(tags->holds(tag_of(1)));
    ASSERT_TRUE(tags->add(kTestRound, tag_of(1)));
    ASSERT_TRUE(tags->add(kTestRound + 1, tag_of(1)));
  }
  const Result<HeardTags> tags = HeardTags::open(directory.file("tags"), 360);
  ASSERT_TRUE(tags);
  EXPECT_TRUE(tags->holds(tag_of(1)));
  EXPECT_FALSE(tags->holds(tag_of(2)));
}

TEST(HeardTags, ForgetsAfterTheWindowThatFollows) {
  const TemporaryDirectory directory;
  Result<HeardTags> tags = HeardTags::open(directory.file("tags"), 360);
  ASSERT_TRUE(tags);
  ASSERT_TRUE(tags->add(kTestRound, tag_of(1)));
  ASSERT_TRUE(tags->add(kTestRound + 719, tag_of(2)));
  EXPECT_TRUE(tags->holds(tag_of(1))) << "the window before is kept";
  ASSERT_TRUE(tags->add(kTestRound + 720, tag_of(3)));
  EXPECT_FALSE(tags->holds(tag_of(1)));
  EXPECT_TRUE(tags->holds(tag_of(2)));
}

TEST(HeardTags, TakesTagsOutOfOrder) {
  const TemporaryDirectory directory;
  Result<HeardTags> tags = HeardTags::open(directory.file("tags"), 360);
  ASSERT_TRUE(tags);
  ASSERT_TRUE(tags->add(kTestRound + 50, tag_of(1)));
  ASSERT_TRUE(tags->add(kTestRound + 40, tag_of(2)));
  EXPECT_TRUE(tags->holds(tag_of(1)));
  EXPECT_TRUE(tags->holds(tag_of(2)));
}

}  // namespace
}  // namespace earshot::hotspot
