// RocksDB's table in memory for families whose keys come in no order and are asked for one by one:
// a hash index, which is sorted when it is read in order (a scan) or becomes a file.
//
// Why not the skip list: a key at a random place costs it some eighty comparisons, each in the
// checked form that Debian builds, and as many reads of memory that no cache has; that was a third
// of what taking in a report cost (docs/VERIFIER.md). RocksDB's own hashed skip lists are slower,
// and order a whole table anew, entry by entry, for each scan. Keys are hashed with a secret of the
// process: who chooses them cannot make them fall together.
//
// One thread inserts; any thread reads meanwhile. A scan sorts what is in memory first: some ten
// milliseconds for a full one. Precondition: the family's order is that of bytes (RocksDB's
// default). Included by the store's own file only.
#pragma once
#include <rocksdb/memtablerep.h>

namespace earshot::verifier {

class HashedMemtableFactory final : public rocksdb::MemTableRepFactory {
 public:
  const char* Name() const override { return "earshot.HashedMemtable"; }
  using rocksdb::MemTableRepFactory::CreateMemTableRep;
  rocksdb::MemTableRep* CreateMemTableRep(const rocksdb::MemTableRep::KeyComparator& comparator,
                                          rocksdb::Allocator* allocator,
                                          const rocksdb::SliceTransform* prefix,
                                          rocksdb::Logger* log) override;
};

}  // namespace earshot::verifier
