#include "core/posting.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/message_json.h"

namespace earshot {
namespace {

struct Signed {
  SignedHeader header;
  Batch batch;
};

Signed signed_silence(Round round) {
  const SigningKey key = signing_key_from_seed({});
  const std::vector<Message> messages = {
      SilenceNotice{.hotspot = key.public_key, .round = round, .reason = {}}};
  Signed out;
  out.header = sign_batch(31337, key, 1, {}, messages);
  out.batch = {header_id(31337, out.header.header),
               {SilenceNotice{key.public_key, round, SilenceReason::duty_cycle}}};
  return out;
}

TEST(Posting, IsTypeLengthAndWhatTheOtherResourcesTake) {
  const Signed said = signed_silence(7);
  Bytes request;
  add_posted(request, PostedType::header, encode(said.header));
  add_posted(request, PostedType::batch, encode(said.batch));
  EXPECT_EQ(to_hex(ByteView(request).first(5)), "01000000bc");
  const std::size_t second = 5 + kSignedHeaderBytes;
  EXPECT_EQ(to_hex(ByteView(request).subspan(second, 5)), "020000004a");
  EXPECT_EQ(request.size(), second + 5 + 0x4A);
  const Result<std::vector<Posted>> items = decode_posting(request);
  ASSERT_TRUE(items) << items.error().detail;
  EXPECT_EQ(*items, (std::vector<Posted>{said.header, said.batch}));
}

TEST(Posting, InJsonIsAnArrayOfWhatTheyTake) {
  const Signed said = signed_silence(7);
  const auto json = nlohmann::json::array({to_json(said.batch), to_json(said.header)});
  const Result<std::vector<Posted>> items = posting_from_json(json);
  ASSERT_TRUE(items) << items.error().detail;
  EXPECT_EQ(*items, (std::vector<Posted>{said.batch, said.header}));
}

TEST(Posting, RefusesWhatIsNotWholeAndNamesTheItem) {
  const Signed said = signed_silence(7);
  Bytes request;
  add_posted(request, PostedType::header, encode(said.header));
  const auto error_of = [](ByteView bytes) {
    const Result<std::vector<Posted>> items = decode_posting(bytes);
    return items ? "none" : items.error().detail;
  };
  EXPECT_EQ(error_of({}), "no item in the request");
  for (std::size_t size = 1; size < request.size(); ++size) {
    EXPECT_EQ(error_of(ByteView(request).first(size)),
              "item 0: at offset 0, is longer than the request");
  }
  Bytes strange = request;
  add_posted(strange, static_cast<PostedType>(3), {});
  EXPECT_EQ(error_of(strange), "item 1: type 3, expected 1 or 2");
  Bytes shorter = request;
  add_posted(shorter, PostedType::header, ByteView(encode(said.header)).first(187));
  EXPECT_TRUE(error_of(shorter).starts_with("item 1: ")) << error_of(shorter);
  EXPECT_FALSE(posting_from_json(nlohmann::json::object()));
  EXPECT_FALSE(posting_from_json(nlohmann::json::array()));
  const Result<std::vector<Posted>> item = posting_from_json({{{"signer", 7}}});
  ASSERT_FALSE(item);
  EXPECT_TRUE(item.error().detail.starts_with("item 0: ")) << item.error().detail;
}

TEST(Posting, HoldsABoundedNumberOfItems) {
  const Bytes header = encode(signed_silence(7).header);
  Bytes request;
  for (std::size_t i = 0; i < kMaxPostedItems; ++i) {
    add_posted(request, PostedType::header, header);
  }
  EXPECT_TRUE(decode_posting(request));
  add_posted(request, PostedType::header, header);
  EXPECT_EQ(decode_posting(request).error().detail, "more than 256 items in one request");
}

}  // namespace
}  // namespace earshot
