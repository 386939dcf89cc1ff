#include <gtest/gtest.h>

#include "core/merkle.h"
#include "core/messages.h"
#include "tests/doubles/random_messages.h"

namespace earshot {
namespace {

TEST(Evidence, JoinsWhatWasCutAtAnySizeProperty) {
  RandomMessages random(20);
  for (const std::size_t size : {0, 1, 4095, 4096, 4097, 8192, 20'000, 41'000}) {
    const Bytes snippet = random.bytes(size);
    const auto chunks = cut_evidence(snippet);
    const auto again = decode_evidence(encode(chunks)).value();
    EXPECT_EQ(again, chunks);
    EXPECT_EQ(
        join_evidence(again, merkle_root_of_chunks(snippet, kEvidenceChunkBytes), size).value(),
        snippet);
  }
}

TEST(Evidence, TakesChunksInAnyOrder) {
  const Bytes snippet = RandomMessages(21).bytes(20'000);
  auto chunks = cut_evidence(snippet);
  std::reverse(chunks.begin(), chunks.end());
  EXPECT_EQ(
      join_evidence(chunks, merkle_root_of_chunks(snippet, kEvidenceChunkBytes), 20'000).value(),
      snippet);
}

TEST(Evidence, SaysWhichChunkFails) {
  const Bytes snippet = RandomMessages(22).bytes(10'000);
  const Hash256 root = merkle_root_of_chunks(snippet, kEvidenceChunkBytes);
  const auto chunks = cut_evidence(snippet);
  const auto refusal = [&](const std::vector<EvidenceChunk>& changed) {
    const auto joined = join_evidence(changed, root, 10'000);
    return joined ? std::string("accepted") : joined.error().detail;
  };
  EXPECT_EQ(refusal(chunks), "accepted");
  auto changed = chunks;
  changed[1].bytes[7] ^= 1;
  EXPECT_EQ(refusal(changed), "evidence chunk 1: does not hash to the signed root");
  changed = chunks;
  changed[2] = changed[0];
  EXPECT_EQ(refusal(changed), "evidence chunk 0: came twice");
  changed = chunks;
  changed[2].index = 3;
  EXPECT_EQ(refusal(changed), "evidence chunk 3: beyond the snippet's end");
  changed = chunks;
  changed[2].bytes.pop_back();
  EXPECT_EQ(refusal(changed), "evidence chunk 2: holds 1807 bytes, expected 1808");
  changed = chunks;
  changed.pop_back();
  EXPECT_EQ(refusal(changed), "evidence: found 2 chunks, expected 3");
  EXPECT_FALSE(join_evidence(chunks, root, ~0ULL));
  EXPECT_FALSE(join_evidence({}, root, 0));
}

TEST(Evidence, RefusesMalformedBytes) {
  const Bytes bytes = encode(cut_evidence(RandomMessages(23).bytes(5000)));
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{5}, std::size_t{4102}, bytes.size() - 1}) {
    EXPECT_FALSE(decode_evidence(ByteView(bytes).first(size))) << size;
  }
  EXPECT_FALSE(decode_evidence(Bytes{0, 0, 0, 0, 0, 0, 0}));      // Length 0.
  EXPECT_FALSE(decode_evidence(Bytes{0, 0, 0, 0, 0, 1, 7, 33}));  // Path of 33.
  EXPECT_TRUE(decode_evidence({}).value().empty());
}

}  // namespace
}  // namespace earshot
