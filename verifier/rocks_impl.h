// What RocksStore is made of. Included by its own files only.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "verifier/log/tile_writer.h"
#include "verifier/rocks_database.h"
#include "verifier/rocks_store.h"

namespace earshot::verifier {

struct RocksStore::Impl {
  // What appending to the log goes on from.
  struct LogEdge {
    LogFrontier frontier;
    TileWriter tiles;
  };
  // One commit that waits; lives on the waiting thread's stack.
  struct Waiting {
    const WriteSet* writes;
    bool done = false;
    Result<void> result;
  };

  std::unique_ptr<RocksDatabase> database;
  spdlog::logger* log = nullptr;
  std::atomic<bool> is_down{false};  // The last commit failed. Set by the thread that writes.
  std::atomic<Round> first_kept{0};  // Likewise.

  mutable std::mutex mutex;  // Guards the four below.
  std::condition_variable finished;
  std::vector<Waiting*> queue;
  bool is_writing = false;
  LogEdge edge;

  void put_all(rocksdb::WriteBatch& batch, const WriteSet& writes) const;
  Result<void> put_index(rocksdb::WriteBatch& batch, const IndexedMessage& indexed) const;
  // What `writes` says is forgotten.
  Result<void> forget(rocksdb::WriteBatch& batch, const WriteSet& writes) const;
  Result<void> load_edge();
  Result<void> load_first_kept();
  Result<void> make_ready();
  Result<LogEdge> write(const std::vector<Waiting*>& group);
  void tell(const Result<LogEdge>& written);
  Result<std::vector<StoredMessage>> scan_messages(Family family, ByteView first, ByteView prefix,
                                                   std::optional<Round> end) const;
  Result<std::optional<Hash256>> get_hash(Family family, ByteView key) const;
  Result<bool> has(Family family, ByteView key) const;
  Result<std::vector<LogEntry>> entries(std::uint64_t first, std::uint64_t end) const;
  Result<std::vector<Hash256>> hashes(int level, std::uint64_t first, std::uint64_t end) const;
};

}  // namespace earshot::verifier
