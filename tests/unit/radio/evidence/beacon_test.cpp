#include "radio/evidence/beacon.h"

#include "tests/unit/radio/evidence/scene.h"

namespace earshot::radio {
namespace {

TEST(BeaconTag, IsOnlyOfABeaconThatCameThroughWhole) {
  Scene scene;
  scene.params = beacon_params(9, 125e3);
  const Frame frame = scene.frame();
  EXPECT_EQ(beacon_tag(frame), scene.tag);
  const auto without = [&](auto&& change) {
    Frame other = frame;
    change(other);
    return beacon_tag(other);
  };
  EXPECT_FALSE(without([](Frame& f) { f.crc_ok = false; }));
  EXPECT_FALSE(without([](Frame& f) { f.crc_ok.reset(); }));
  EXPECT_FALSE(without([](Frame& f) { f.params.sync_word = 0x12; }));
  EXPECT_FALSE(without([](Frame& f) { f.params.implicit_header = true; }));
  EXPECT_FALSE(without([](Frame& f) { f.params.coding_rate = 2; }));
  EXPECT_FALSE(without([](Frame& f) { f.payload[0] = 0x40; }));
  EXPECT_FALSE(without([](Frame& f) { f.payload[1] = 2; }));
  EXPECT_FALSE(without([](Frame& f) { f.payload.push_back(0); }));
}

}  // namespace
}  // namespace earshot::radio
