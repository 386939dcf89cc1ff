#include "hotspot/heard_tags.h"

namespace earshot::hotspot {
namespace {

constexpr std::size_t kRewriteBytes = 1U << 20;  // Chosen: some 26'000 tags.

Bytes encode_tag(Round round, const Tag& tag) {
  Writer writer;
  writer.put(round);
  writer.put(ByteView(tag));
  return std::move(writer).take();
}

}  // namespace

Result<HeardTags> HeardTags::open(const std::string& path, std::uint32_t window_rounds) {
  Result<Journal::Opened> opened = Journal::open(path);
  if (!opened) return fail(opened.error());
  HeardTags tags(std::move(opened->journal), window_rounds);
  for (const Bytes& payload : opened->payloads) {
    Reader reader(payload);
    const auto round = reader.get<Round>();
    const auto tag = reader.get_array<std::tuple_size_v<Tag>>();
    if (Result<void> whole = reader.finish("tag entry"); !whole) {
      return fail(Errc::bad_data, path + ": " + whole.error().detail);
    }
    tags.remember(round, tag);
  }
  return tags;
}

void HeardTags::remember(Round round, const Tag& tag) {
  tags_.try_emplace(tag, round);
  if (round <= newest_) return;
  const Round window = newest_ / window_rounds_;
  newest_ = round;
  // At the turn of a window, what is older than the one before goes.
  const Round kept = newest_ - newest_ % window_rounds_;
  if (newest_ / window_rounds_ == window || kept < window_rounds_) return;
  std::erase_if(tags_, [&](const auto& entry) { return entry.second < kept - window_rounds_; });
}

Result<void> HeardTags::add(Round round, const Tag& tag) {
  if (holds(tag)) return {};
  if (Result<void> written = journal_.append(encode_tag(round, tag)); !written) return written;
  remember(round, tag);
  if (journal_.size() < kRewriteBytes) return {};
  std::vector<Bytes> kept;
  kept.reserve(tags_.size());
  for (const auto& [held, when] : tags_) kept.push_back(encode_tag(when, held));
  return journal_.rewrite(kept);
}

}  // namespace earshot::hotspot
