#include "verifier/hashed_memtable.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "verifier/keyed_hash.h"

namespace earshot::verifier {
namespace {

using Comparator = rocksdb::MemTableRep::KeyComparator;

// Chosen: a third of the keys that a full table in memory has; a megabyte.
constexpr std::size_t kBuckets = std::size_t{1} << 16;
constexpr std::size_t kTrailerBytes = 8;  // Given: sequence and kind behind each key (RocksDB).

std::uint64_t hash_of(const rocksdb::Slice& key) {
  return keyed_hash(as_bytes(key.ToStringView()));
}

// Key with trailer -> key.
rocksdb::Slice without_trailer(const rocksdb::Slice& key) {
  return {key.data(), key.size() - kTrailerBytes};
}

// Stands in front of its entry, in the same piece of memory; written once, before it is linked.
struct Node {
  const Node* next = nullptr;  // Older, of the same bucket.
  std::uint64_t hash = 0;      // Of the entry's key.
  const char* entry() const { return reinterpret_cast<const char*>(this + 1); }
};

struct Bucket {
  std::atomic<const Node*> newest{nullptr};
  // A bit for each node, by the top of its hash: most keys that are asked for are not there, and
  // that shows without a look at the nodes.
  std::atomic<std::uint64_t> bits{0};
};
std::uint64_t bit_of(std::uint64_t hash) { return std::uint64_t{1} << (hash >> 58); }

// The versions of one key, from the newest that a reader may see to the oldest.
class VersionsOfKey final : public rocksdb::MemTableRep::Iterator {
 public:
  VersionsOfKey(const Bucket* buckets, const Comparator& comparator)
      : buckets_(buckets), comparator_(comparator) {}

  bool Valid() const override { return at_ != nullptr; }
  const char* key() const override { return at_->entry(); }
  void Next() override { at_ = version_from(at_->next); }
  // `key_`'s bytes are the caller's; it goes on at once.
  void Seek(const rocksdb::Slice& internal_key, const char* /*memtable_key*/) override {
    key_ = without_trailer(internal_key);
    hash_ = hash_of(key_);
    const Bucket& bucket = buckets_[hash_ % kBuckets];
    const Node* const newest = bucket.newest.load(std::memory_order_acquire);
    const bool may_be = (bucket.bits.load(std::memory_order_relaxed) & bit_of(hash_)) != 0;
    at_ = may_be ? version_from(newest) : nullptr;
    while (at_ != nullptr && comparator_(at_->entry(), internal_key) < 0) Next();
  }
  // Not how one key is asked for.
  void Prev() override { at_ = nullptr; }
  void SeekForPrev(const rocksdb::Slice& /*key*/, const char* /*memtable_key*/) override {
    at_ = nullptr;
  }
  void SeekToFirst() override { at_ = nullptr; }
  void SeekToLast() override { at_ = nullptr; }

  // It is not of the heap: see GetDynamicPrefixIterator.
  static void operator delete(void* /*memory*/) {}

 private:
  const Node* version_from(const Node* node) const {
    for (; node != nullptr; node = node->next) {
      if (node->hash == hash_ && without_trailer(comparator_.decode_key(node->entry())) == key_) {
        break;
      }
    }
    return node;
  }

  const Bucket* buckets_;
  const Comparator& comparator_;
  rocksdb::Slice key_;
  std::uint64_t hash_ = 0;
  const Node* at_ = nullptr;
};

// An entry, with the first bytes of its key: what most comparisons need, without a look at it.
struct Item {
  std::uint64_t first = 0;  // Of the key, as numbers that compare as the bytes do.
  std::uint64_t second = 0;
  const char* entry = nullptr;
};
using Items = std::vector<Item>;

std::uint64_t number_at(const rocksdb::Slice& key, std::size_t at) {
  std::array<std::uint8_t, 8> bytes{};
  if (key.size() > at)
    std::memcpy(bytes.data(), key.data() + at, std::min(key.size() - at, bytes.size()));
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

// All that there was when it was made, in order.
class InOrder final : public rocksdb::MemTableRep::Iterator {
 public:
  static Iterator* make(std::shared_ptr<const Items> items, const Comparator& comparator) {
    std::vector<Memory>& free = free_memory();
    if (free.empty()) free.emplace_back(new std::byte[sizeof(InOrder)]);
    std::byte* const memory = free.back().release();
    free.pop_back();
    return new (memory) InOrder(std::move(items), comparator);
  }
  // RocksDB ends iterators without giving back their memory when it has asked for them with an
  // arena, which this table cannot use, and with `delete` otherwise. Either way the memory stays
  // for the next one of this thread.
  ~InOrder() override {
    std::vector<Memory>& free = free_memory();
    if (free.size() == kMostFree) free.erase(free.begin());
    free.emplace_back(reinterpret_cast<std::byte*>(this));
  }
  static void operator delete(void* /*memory*/) {}
  InOrder(const InOrder&) = delete;
  InOrder& operator=(const InOrder&) = delete;

  bool Valid() const override { return at_ < items_->size(); }
  const char* key() const override { return (*items_)[at_].entry; }
  void Next() override { ++at_; }
  void Prev() override { at_ = at_ > 0 ? at_ - 1 : items_->size(); }
  void Seek(const rocksdb::Slice& internal_key, const char* /*memtable_key*/) override {
    at_ = first_not([&](const char* entry) { return comparator_(entry, internal_key) < 0; });
  }
  void SeekForPrev(const rocksdb::Slice& internal_key, const char* /*memtable_key*/) override {
    at_ = first_not([&](const char* entry) { return comparator_(entry, internal_key) <= 0; });
    Prev();
  }
  void SeekToFirst() override { at_ = 0; }
  void SeekToLast() override {
    at_ = items_->size();
    Prev();
  }

 private:
  using Memory = std::unique_ptr<std::byte[]>;
  static constexpr std::size_t kMostFree = 16;
  static std::vector<Memory>& free_memory() {
    thread_local std::vector<Memory> free;
    return free;
  }

  InOrder(std::shared_ptr<const Items> items, const Comparator& comparator)
      : items_(std::move(items)), comparator_(comparator), at_(items_->size()) {}
  std::size_t first_not(const auto& is_before) const {
    const auto found = std::ranges::partition_point(*items_, is_before, &Item::entry);
    return static_cast<std::size_t>(found - items_->begin());
  }

  const std::shared_ptr<const Items> items_;
  const Comparator& comparator_;
  std::size_t at_;  // The number of items: at none.
};

class HashedMemtable final : public rocksdb::MemTableRep {
 public:
  HashedMemtable(const Comparator& comparator, rocksdb::Allocator* allocator)
      : MemTableRep(allocator),
        comparator_(comparator),
        buckets_(std::make_unique<Bucket[]>(kBuckets)) {}

  rocksdb::KeyHandle Allocate(const std::size_t size, char** entry) override {
    char* memory = nullptr;
    MemTableRep::Allocate(sizeof(Node) + alignof(Node) - 1 + size, &memory);
    const auto excess = reinterpret_cast<std::uintptr_t>(memory) % alignof(Node);
    if (excess > 0) memory += alignof(Node) - excess;
    *entry = memory + sizeof(Node);
    return *entry;
  }
  void Insert(rocksdb::KeyHandle handle) override {
    char* const entry = static_cast<char*>(handle);
    const std::uint64_t hash = hash_of(without_trailer(comparator_.decode_key(entry)));
    Bucket& bucket = buckets_[hash % kBuckets];
    const Node* const older = bucket.newest.load(std::memory_order_relaxed);
    const std::uint64_t bits = bucket.bits.load(std::memory_order_relaxed);
    bucket.bits.store(bits | bit_of(hash), std::memory_order_relaxed);
    // Whoever sees the node sees all of it, and its bit.
    bucket.newest.store(new (entry - sizeof(Node)) Node{older, hash}, std::memory_order_release);
    size_.fetch_add(1, std::memory_order_relaxed);
  }
  bool Contains(const char* entry) const override {
    VersionsOfKey versions(buckets_.get(), comparator_);
    versions.Seek(comparator_.decode_key(entry), entry);
    return versions.Valid() && comparator_(versions.key(), entry) == 0;
  }
  void MarkReadOnly() override { is_read_only_ = true; }
  std::size_t ApproximateMemoryUsage() override { return kBuckets * sizeof(buckets_[0]); }

  Iterator* GetIterator(rocksdb::Arena* /*arena*/) override {
    if (!is_read_only_) return InOrder::make(sorted(), comparator_);
    const std::lock_guard lock(mutex_);
    if (!in_order_) in_order_ = sorted();
    return InOrder::make(in_order_, comparator_);
  }

  // What MemTableRep::Get asks for one key with: it seeks once, reads, and (7.8) forgets to delete
  // what it was given. So each thread has one, which is used again; deleting it does nothing.
  Iterator* GetDynamicPrefixIterator(rocksdb::Arena* arena) override {
    if (arena != nullptr) return GetIterator(arena);
    alignas(VersionsOfKey) thread_local std::array<std::byte, sizeof(VersionsOfKey)> memory;
    return new (memory.data()) VersionsOfKey(buckets_.get(), comparator_);
  }

 private:
  std::shared_ptr<const Items> sorted() const {
    auto items = std::make_shared<Items>();
    items->reserve(size_.load(std::memory_order_relaxed));
    for (std::size_t i = 0; i < kBuckets; ++i) {
      const Node* node = buckets_[i].newest.load(std::memory_order_acquire);
      for (; node != nullptr; node = node->next) {
        const rocksdb::Slice key = without_trailer(comparator_.decode_key(node->entry()));
        items->push_back({number_at(key, 0), number_at(key, 8), node->entry()});
      }
    }
    std::ranges::sort(*items, [this](const Item& a, const Item& b) {
      if (a.first != b.first) return a.first < b.first;
      if (a.second != b.second) return a.second < b.second;
      return comparator_(a.entry, b.entry) < 0;
    });
    return items;
  }

  const Comparator& comparator_;
  const std::unique_ptr<Bucket[]> buckets_;
  std::atomic<std::size_t> size_{0};
  std::atomic<bool> is_read_only_{false};
  std::mutex mutex_;                       // Guards the next.
  std::shared_ptr<const Items> in_order_;  // Once nothing comes any more.
};

}  // namespace

rocksdb::MemTableRep* HashedMemtableFactory::CreateMemTableRep(
    const Comparator& comparator, rocksdb::Allocator* allocator,
    const rocksdb::SliceTransform* /*prefix*/, rocksdb::Logger* /*log*/) {
  return new HashedMemtable(comparator, allocator);  // NOLINT: the caller's
}

}  // namespace earshot::verifier
