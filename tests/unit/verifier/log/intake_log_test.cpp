#include "verifier/log/intake_log.h"

#include <gtest/gtest.h>

#include "core/hash.h"
#include "core/merkle.h"

namespace earshot::verifier {
namespace {

LogEntry entry_of(std::uint64_t i) {
  Writer out;
  out.put(i);
  return {.kind = LogKind::message, .time = static_cast<UnixNanos>(i), .id = sha256(out.bytes())};
}

TEST(IntakeLog, RootIsThatOfTheWholeTreeForEverySize) {
  LogFrontier frontier;
  std::vector<Hash256> leaves;
  for (std::uint64_t size = 0; size <= 130; ++size) {
    EXPECT_EQ(frontier.head(), (LogHead{size, merkle_root(leaves)}));
    leaves.push_back(merkle_leaf(encode(entry_of(size))));
    frontier.append(entry_of(size));
  }
}

TEST(IntakeLog, FrontierGoesOnAfterItsBytesWereRead) {
  LogFrontier frontier;
  for (std::uint64_t i = 0; i < 77; ++i) frontier.append(entry_of(i));
  Result<LogFrontier> again = LogFrontier::decode(frontier.encode());
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, frontier);
  frontier.append(entry_of(77));
  again->append(entry_of(77));
  EXPECT_EQ(again->head(), frontier.head());
}

TEST(IntakeLog, RefusesABrokenFrontier) {
  LogFrontier frontier;
  for (std::uint64_t i = 0; i < 3; ++i) frontier.append(entry_of(i));
  Bytes bytes = frontier.encode();
  bytes.pop_back();
  EXPECT_EQ(LogFrontier::decode(bytes).error().code, Errc::bad_data);
}

TEST(IntakeLog, EntryIsFortyOneBytesAndComesBack) {
  const LogEntry entry{.kind = LogKind::evidence, .time = 1'700'000'000, .id = sha256({})};
  const Bytes bytes = encode(entry);
  EXPECT_EQ(bytes.size(), kLogEntryBytes);
  EXPECT_EQ(*decode_log_entry(bytes), entry);
  Bytes unknown = bytes;
  unknown[0] = 9;
  EXPECT_EQ(decode_log_entry(unknown).error().detail, "log entry: kind 9, expected 1 to 5");
}

}  // namespace
}  // namespace earshot::verifier
