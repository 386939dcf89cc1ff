// MessageStore in memory, for tests of what stands above it. Can be told to fail.
#pragma once
#include <map>
#include <mutex>
#include <set>

#include "core/merkle.h"
#include "verifier/store_codec.h"

namespace earshot::verifier {

class MemoryStore final : public MessageStore {
 public:
  bool fails_to_write = false;
  bool fails_to_read = false;
  bool is_down = false;  // Until it is written to.
  std::size_t commits = 0;

  bool is_up() const override { return !is_down; }

  Result<void> commit(const WriteSet& writes) override {
    const std::lock_guard lock(mutex_);
    if (fails_to_write) return fail(Errc::unavailable, "no space left on device");
    ++commits;
    is_down = false;
    for (const HeaderPlace& header : writes.forgotten_headers) {
      headers_.erase(header.id);
      sequences_.erase({header.signer, header.sequence});
    }
    for (const Hash256& id : writes.unindexed) by_id_.erase(id);
    if (writes.first_kept) forget_before(*writes.first_kept);
    for (const StoredHeader& header : writes.headers) {
      headers_[header.id] = header;
      sequences_[{header.header.header.signer, header.header.header.sequence}] = header.id;
    }
    for (const StoredMessage& message : writes.messages) {
      const bool onboards = std::holds_alternative<Onboarding>(message.message);
      (onboards ? onboardings_ : messages_)[place_of(message)] = message;
      if (onboards) by_id_[message.id] = message;
    }
    for (const IndexedMessage& indexed : writes.indexed) {
      StoredMessage wanted;
      wanted.id = indexed.id;
      wanted.message = indexed.message;
      const auto held = messages_.find(place_of(wanted));
      if (held != messages_.end()) by_id_[indexed.id] = held->second;
    }
    for (const auto& [key, id] : writes.statements) statements_[key] = id;
    for (const Equivocation& e : writes.equivocations) equivocations_[e.second] = e;
    for (const StoredChunk& stored : writes.chunks) {
      chunks_[stored.report][stored.chunk.index] = stored.chunk;
    }
    mismatches_.insert(writes.mismatched_reports.begin(), writes.mismatched_reports.end());
    for (const Hash256& report : writes.forgotten_reports) {
      chunks_.erase(report);
      mismatches_.erase(report);
    }
    for (const LogEntry& entry : writes.log) {
      log_.push_back(entry);
      frontier_.append(entry);
    }
    return {};
  }

  Result<std::optional<StoredHeader>> find_header(const Hash256& id) const override {
    return find(headers_, id);
  }
  Result<std::optional<Hash256>> find_header_at(const PublicKey& signer,
                                                std::uint64_t sequence) const override {
    return find(sequences_, std::pair{signer, sequence});
  }
  Result<std::optional<StoredMessage>> find_message(const Hash256& id) const override {
    return find(by_id_, id);
  }
  Result<std::optional<Hash256>> find_statement(const Bytes& statement) const override {
    return find(statements_, statement);
  }
  Result<std::vector<StoredMessage>> messages_of_rounds(Round first, Round end) const override {
    const std::lock_guard lock(mutex_);
    std::vector<StoredMessage> found;
    for (const auto& [place, message] : messages_) {
      const Round round = round_of(message.message);
      if (round >= first && round < end) found.push_back(message);
    }
    return found;
  }
  Result<std::vector<StoredMessage>> onboardings(
      const std::optional<PublicKey>& hotspot) const override {
    const std::lock_guard lock(mutex_);
    if (fails_to_read) return fail(Errc::unavailable, "the disk does not answer");
    std::vector<StoredMessage> found;
    for (const auto& [place, message] : onboardings_) {
      if (!hotspot || signer_of(message.message) == *hotspot) found.push_back(message);
    }
    return found;
  }
  Result<bool> is_registered(const PublicKey& hotspot) const override {
    Result<std::vector<StoredMessage>> found = onboardings(hotspot);
    if (!found) return fail(found.error());
    return !found->empty();
  }
  Result<std::vector<Equivocation>> equivocations() const override {
    const std::lock_guard lock(mutex_);
    std::vector<Equivocation> found;
    for (const auto& [second, equivocation] : equivocations_) found.push_back(equivocation);
    return found;
  }
  Result<bool> has_equivocation(const Hash256& second) const override {
    const std::lock_guard lock(mutex_);
    return equivocations_.contains(second);
  }
  Result<std::vector<EvidenceChunk>> chunks(const Hash256& report) const override {
    const std::lock_guard lock(mutex_);
    std::vector<EvidenceChunk> found;
    const auto kept = chunks_.find(report);
    if (kept == chunks_.end()) return found;
    for (const auto& [index, chunk] : kept->second) found.push_back(chunk);
    return found;
  }
  Result<bool> has_mismatch(const Hash256& report) const override {
    const std::lock_guard lock(mutex_);
    return mismatches_.contains(report);
  }
  Round first_kept() const override {
    const std::lock_guard lock(mutex_);
    return first_kept_;
  }
  Result<std::vector<StoredHeader>> headers_after(const std::optional<Hash256>& after,
                                                  std::size_t most) const override {
    const std::lock_guard lock(mutex_);
    std::vector<StoredHeader> found;
    auto header = after ? headers_.upper_bound(*after) : headers_.begin();
    for (; header != headers_.end() && found.size() < most; ++header) {
      found.push_back(header->second);
    }
    return found;
  }
  LogHead log_head() const override {
    const std::lock_guard lock(mutex_);
    return frontier_.head();
  }
  Result<std::vector<LogEntry>> log_entries(std::uint64_t first,
                                            std::uint64_t count) const override {
    const std::lock_guard lock(mutex_);
    std::vector<LogEntry> found;
    for (std::uint64_t i = first; i < log_.size() && found.size() < count; ++i) {
      found.push_back(log_[i]);
    }
    return found;
  }
  Result<std::vector<Hash256>> tile_hashes(int level, std::uint64_t first,
                                           std::uint64_t count) const override {
    const std::lock_guard lock(mutex_);
    std::vector<Hash256> row;
    for (const LogEntry& entry : log_) row.push_back(merkle_leaf(encode(entry)));
    for (; level > 0; --level) {
      for (std::size_t i = 0; i < row.size() / 256; ++i) {
        row[i] = merkle_root(std::span(row).subspan(i * 256, 256));
      }
      row.resize(row.size() / 256);
    }
    const std::size_t from = std::min<std::size_t>(first, row.size());
    const std::size_t some = std::min<std::size_t>(count, row.size() - from);
    const auto begin = row.begin() + static_cast<std::ptrdiff_t>(from);
    return std::vector<Hash256>(begin, begin + static_cast<std::ptrdiff_t>(some));
  }

 private:
  void forget_before(Round first) {
    first_kept_ = first;
    std::erase_if(messages_,
                  [&](const auto& entry) { return round_of(entry.second.message) < first; });
    std::erase_if(statements_, [&](const auto& entry) {
      const ByteView key = entry.first;
      const bool onboards =
          key[sizeof(PublicKey)] == static_cast<std::uint8_t>(MessageType::onboarding);
      return !onboards && Reader(key.subspan(sizeof(PublicKey) + 1)).get<Round>() < first;
    });
  }

  template <class Map, class Key>
  auto find(const Map& map, const Key& key) const
      -> Result<std::optional<typename Map::mapped_type>> {
    const std::lock_guard lock(mutex_);
    if (fails_to_read) return fail(Errc::unavailable, "the disk does not answer");
    const auto found = map.find(key);
    if (found == map.end()) return std::optional<typename Map::mapped_type>{};
    return std::optional<typename Map::mapped_type>{found->second};
  }

  mutable std::mutex mutex_;
  std::map<Hash256, StoredHeader> headers_;
  std::map<std::pair<PublicKey, std::uint64_t>, Hash256> sequences_;
  std::map<Bytes, StoredMessage> messages_;
  std::map<Bytes, StoredMessage> onboardings_;
  std::map<Hash256, StoredMessage> by_id_;
  std::map<Bytes, Hash256> statements_;
  std::map<Hash256, Equivocation> equivocations_;
  std::map<Hash256, std::map<std::uint32_t, EvidenceChunk>> chunks_;
  std::set<Hash256> mismatches_;
  Round first_kept_ = 0;
  std::vector<LogEntry> log_;
  LogFrontier frontier_;
};

}  // namespace earshot::verifier
