// links: rewards
// What a contract returns, why it refuses, and what it logged, as a node passes it on: words that
// are read are written back as they were, sums never wrap, nothing is thrown.
#include <cstdlib>

#include "rewards/chain/abi.h"
#include "rewards/chain/contract_artifact.h"
#include "rewards/chain/contract_events.h"

namespace {

using namespace earshot;                  // NOLINT: a fuzz target, not a header
using namespace earshot::rewards::chain;  // NOLINT

constexpr std::size_t kWordBytes = std::tuple_size_v<Word>;

void must(bool holds) {
  if (!holds) std::abort();
}

void read_words(ByteView bytes) {
  const std::size_t count = bytes.size() / kWordBytes;
  const auto words = abi_result_words(bytes, count);
  if (!words) return;
  must(words->size() == count);
  for (const Word& word : *words) {
    if (const auto number = uint128_of(word)) must(word_of(*number) == word);
    if (const auto number = uint64_of(word)) must(word_of(Uint128{*number}) == word);
    if (const auto address = address_of(word)) must(word_of(*address) == word);
  }
}

// Cuts the input into events: how many topics, how many bytes of data, both in one byte each.
std::vector<Event> events_of(ByteView bytes) {
  constexpr std::size_t kMostTopics = 4;
  std::vector<Event> events;
  Reader reader(bytes);
  while (reader.left() > 2) {
    const std::size_t topics = reader.get<std::uint8_t>() % (kMostTopics + 1);
    const std::size_t size = reader.get<std::uint8_t>();
    if (reader.left() < topics * kWordBytes + size) break;
    Event event;
    for (std::size_t i = 0; i < topics; ++i) event.topics.push_back(reader.get_array<32>());
    const ByteView data = reader.get_bytes(size);
    event.data.assign(data.begin(), data.end());
    events.push_back(std::move(event));
  }
  return events;
}

void read_events(ByteView bytes) {
  const std::vector<Event> events = events_of(bytes);
  const std::size_t half = events.size() / 2;
  if (const auto deposits =
          deposits_of(std::span(events).first(half), std::span(events).subspan(half))) {
    for (std::size_t i = 1; i < deposits->size(); ++i) {
      must((*deposits)[i - 1].account < (*deposits)[i].account);
    }
  }
  if (const auto sets = signer_sets_of(events)) {
    must(events.empty() || sets->threshold > 0);
    for (std::size_t i = 1; i < sets->signers.size(); ++i) {
      must(sets->signers[i - 1] < sets->signers[i]);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  read_words(bytes);
  static_cast<void>(describe_revert(bytes));
  read_events(bytes);
  return 0;
}
