// RocksDB as this service uses it: column families by name, errors as values, durable writes.
// Included by the store's own file only.
//
// A full disk: `write` refuses while less than the reserve is free, so that RocksDB's own work
// (tables, compaction) and the registry have room left. A write that fails all the same (a quota,
// something else filled the disk) leaves a log that may end in half a record, and this version of
// RocksDB is not to be trusted with it any more: nothing is written with that handle again. Reads
// go on; `reopen` takes a new handle, which recovers all that was ever acknowledged.
#pragma once
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
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
  equivocations,
  evidence,
  mismatches,
  log,
  tiles,
};
inline constexpr std::array<const char*, 11> kFamilyNames = {
    "default",       "headers",  "sequences",  "messages", "onboardings", "places",
    "equivocations", "evidence", "mismatches", "log",      "tiles"};

class RocksDatabase {
 public:
  // `reserve_bytes` of the disk stay free; 0 for none.
  static Result<std::unique_ptr<RocksDatabase>> open(const std::string& directory,
                                                     NetworkId network,
                                                     std::uint64_t reserve_bytes);
  ~RocksDatabase();
  RocksDatabase(const RocksDatabase&) = delete;
  RocksDatabase& operator=(const RocksDatabase&) = delete;

  // Any thread. Errc::unavailable also between a reopening that failed and the next.
  Result<std::optional<std::string>> get(Family family, ByteView key) const;
  // Calls visit(key, value) from `first` on while keys begin with `prefix` and it returns true.
  // `visit` must not call back.
  using Visit = std::function<Result<bool>(ByteView, ByteView)>;
  Result<void> scan(Family family, ByteView first, ByteView prefix, const Visit& visit) const;
  // The same from the last key that is not after `key`, or from the first.
  Result<void> scan_around(Family family, ByteView key, const Visit& visit) const;

  // Bytes in files and memory, about; 0 while it is closed.
  std::uint64_t size_of(Family family) const;
  // Gives back the room of what was erased; ends early once `stopping`, which may be none.
  Result<void> compact(Family family, std::atomic<bool>* stopping = nullptr) const;
  // The same of what was erased before `end`, whole files first.
  Result<void> compact_before(Family family, ByteView end, std::atomic<bool>& stopping) const;

  // The rest is for one thread at a time, the one that writes.
  void put(rocksdb::WriteBatch& batch, Family family, ByteView key, ByteView value) const;
  // Every key that begins with `prefix`. Precondition: keys are at most 8 bytes longer.
  void erase_all(rocksdb::WriteBatch& batch, Family family, ByteView prefix) const;
  void erase(rocksdb::WriteBatch& batch, Family family, ByteView key) const;
  // Every key that is less than `end`.
  void erase_before(rocksdb::WriteBatch& batch, Family family, ByteView end) const;
  // On disk when it returns. Precondition: !has_failed().
  Result<void> write(rocksdb::WriteBatch& batch);
  // A write failed: nothing can be written until `reopen` has worked.
  bool has_failed() const { return has_failed_; }
  // Errc::unavailable while there is no room, and for a while after an attempt that failed.
  Result<void> reopen();

 private:
  RocksDatabase(std::string directory, std::uint64_t reserve_bytes)
      : directory_(std::move(directory)), reserve_bytes_(reserve_bytes) {}
  using Position = std::function<void(rocksdb::Iterator&)>;
  Result<void> scan_from(Family family, const Position& begin, ByteView prefix,
                         const Visit& visit) const;
  Result<void> check_format(NetworkId network);
  Result<void> check_room(std::uint64_t least) const;
  Result<void> open_files();
  void close_files();
  Result<void> compact_until(Family family, const rocksdb::Slice* end,
                             std::atomic<bool>* stopping) const;
  Error error_of(const rocksdb::Status& status) const;

  const std::string directory_;
  const std::uint64_t reserve_bytes_;
  mutable std::shared_mutex files_;  // Held shared to use the two below, alone to change them.
  std::unique_ptr<rocksdb::DB> db_;  // Null between a reopening that failed and the next.
  std::vector<rocksdb::ColumnFamilyHandle*> families_;

  bool has_failed_ = false;
  std::chrono::steady_clock::time_point next_reopening_{};
  std::chrono::seconds pause_{};
  Error last_failure_{};
};

}  // namespace earshot::verifier
