// RocksDB as this service uses it: column families by name, errors as values, durable writes.
// Included by the store's own file only.
#pragma once
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/hash.h"

namespace earshot::verifier {

// In the order of kFamilyNames, which are part of the format.
enum class Family : std::size_t {
  meta,
  headers,
  sequences,
  messages,
  onboardings,
  places,
  statements,
  equivocations,
  evidence,
  mismatches,
  log,
};
inline constexpr std::array<const char*, 11> kFamilyNames = {
    "default",    "headers",       "sequences", "messages",   "onboardings", "places",
    "statements", "equivocations", "evidence",  "mismatches", "log"};

class RocksDatabase {
 public:
  static Result<std::unique_ptr<RocksDatabase>> open(const std::string& directory,
                                                     NetworkId network);
  ~RocksDatabase();
  RocksDatabase(const RocksDatabase&) = delete;
  RocksDatabase& operator=(const RocksDatabase&) = delete;

  Result<std::optional<std::string>> get(Family family, ByteView key) const;
  // Calls visit(key, value) from `first` on while keys begin with `prefix` and it returns true.
  using Visit = std::function<Result<bool>(ByteView, ByteView)>;
  Result<void> scan(Family family, ByteView first, ByteView prefix, const Visit& visit) const;

  void put(rocksdb::WriteBatch& batch, Family family, ByteView key, ByteView value) const;
  // On disk when it returns. One thread at a time.
  Result<void> write(rocksdb::WriteBatch& batch);

 private:
  RocksDatabase() = default;
  Result<void> check_format(NetworkId network);

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  bool needs_resume_ = false;
};

}  // namespace earshot::verifier
