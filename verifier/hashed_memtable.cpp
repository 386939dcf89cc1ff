#include "verifier/hashed_memtable.h"

#include <sodium.h>

#include <array>
#include <atomic>
#include <cstring>
#include <memory>

#include "core/identity.h"

namespace earshot::verifier {
namespace {

using Comparator = rocksdb::MemTableRep::KeyComparator;

// Chosen: about as many as a full table in memory has keys; half a megabyte.
constexpr std::size_t kBuckets = std::size_t{1} << 16;
constexpr std::size_t kTrailerBytes = 8;  // Given: sequence and kind behind each key (RocksDB).

using HashKey = std::array<unsigned char, crypto_shorthash_KEYBYTES>;
const HashKey& hash_key() {
  static const HashKey key = [] {
    HashKey made{};
    crypto_shorthash_keygen(made.data());
    return made;
  }();
  return key;
}
std::uint64_t hash_of(const rocksdb::Slice& key) {
  std::array<unsigned char, crypto_shorthash_BYTES> digest{};
  crypto_shorthash(digest.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                   hash_key().data());
  std::uint64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
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

// The versions of one key, from the newest that a reader may see to the oldest.
class VersionsOfKey final : public rocksdb::MemTableRep::Iterator {
 public:
  VersionsOfKey(const std::atomic<const Node*>* buckets, const Comparator& comparator)
      : buckets_(buckets), comparator_(comparator) {}

  bool Valid() const override { return at_ != nullptr; }
  const char* key() const override { return at_->entry(); }
  void Next() override { at_ = version_from(at_->next); }
  // `key_`'s bytes are the caller's; it goes on at once.
  void Seek(const rocksdb::Slice& internal_key, const char* /*memtable_key*/) override {
    key_ = without_trailer(internal_key);
    hash_ = hash_of(key_);
    at_ = version_from(buckets_[hash_ % kBuckets].load(std::memory_order_acquire));
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

  const std::atomic<const Node*>* buckets_;
  const Comparator& comparator_;
  rocksdb::Slice key_;
  std::uint64_t hash_ = 0;
  const Node* at_ = nullptr;
};

class HashedMemtable final : public rocksdb::MemTableRep {
 public:
  HashedMemtable(const Comparator& comparator, rocksdb::Allocator* allocator,
                 const rocksdb::SliceTransform* prefix, rocksdb::Logger* log)
      : MemTableRep(allocator),
        comparator_(comparator),
        in_order_(
            rocksdb::VectorRepFactory().CreateMemTableRep(comparator, allocator, prefix, log)),
        buckets_(std::make_unique<std::atomic<const Node*>[]>(kBuckets)) {}

  rocksdb::KeyHandle Allocate(const std::size_t size, char** entry) override {
    char* memory = nullptr;
    MemTableRep::Allocate(sizeof(Node) + alignof(Node) - 1 + size, &memory);
    const auto excess = reinterpret_cast<std::uintptr_t>(memory) % alignof(Node);
    if (excess > 0) memory += alignof(Node) - excess;
    *entry = memory + sizeof(Node);
    return *entry;
  }
  void Insert(rocksdb::KeyHandle handle) override {
    const auto* entry = static_cast<const char*>(handle);
    const std::uint64_t hash = hash_of(UserKey(entry));
    std::atomic<const Node*>& bucket = buckets_[hash % kBuckets];
    char* const memory = static_cast<char*>(handle) - sizeof(Node);
    const Node* const node = new (memory) Node{bucket.load(std::memory_order_relaxed), hash};
    in_order_->Insert(handle);
    bucket.store(node, std::memory_order_release);
  }
  bool Contains(const char* entry) const override {
    VersionsOfKey versions(buckets_.get(), comparator_);
    versions.Seek(comparator_.decode_key(entry), entry);
    return versions.Valid() && comparator_(versions.key(), entry) == 0;
  }
  void MarkReadOnly() override { in_order_->MarkReadOnly(); }
  std::size_t ApproximateMemoryUsage() override {
    return in_order_->ApproximateMemoryUsage() + kBuckets * sizeof(buckets_[0]);
  }
  Iterator* GetIterator(rocksdb::Arena* arena) override { return in_order_->GetIterator(arena); }

  // What MemTableRep::Get asks for one key with: it seeks once, reads, and (7.8) forgets to delete
  // what it was given. So each thread has one, which is used again; deleting it does nothing.
  Iterator* GetDynamicPrefixIterator(rocksdb::Arena* arena) override {
    if (arena != nullptr) return GetIterator(arena);
    alignas(VersionsOfKey) thread_local std::array<std::byte, sizeof(VersionsOfKey)> memory;
    return new (memory.data()) VersionsOfKey(buckets_.get(), comparator_);
  }

 private:
  const Comparator& comparator_;
  const std::unique_ptr<MemTableRep> in_order_;
  const std::unique_ptr<std::atomic<const Node*>[]> buckets_;
};

}  // namespace

rocksdb::MemTableRep* HashedMemtableFactory::CreateMemTableRep(
    const Comparator& comparator, rocksdb::Allocator* allocator,
    const rocksdb::SliceTransform* prefix, rocksdb::Logger* log) {
  return new HashedMemtable(comparator, allocator, prefix, log);  // NOLINT: the caller's
}

}  // namespace earshot::verifier
