#include "verifier/rocks_database.h"

#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <mutex>

#include "verifier/hashed_memtable.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kFormat = "4";
constexpr std::string_view kFormerFormat = "3";  // Read as it is, and from then on of this one.
constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kNetworkKey = "network";

rocksdb::Slice slice_of(ByteView bytes) {
  if (bytes.empty()) return {};  // Points somewhere, as comparing asks for.
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
ByteView view_of(const rocksdb::Slice& slice) { return as_bytes(slice.ToStringView()); }

// Chosen: what a reopening may take (logs become tables, a new manifest) beyond the reserve.
constexpr std::uint64_t kReopeningBytes = 4U << 20;
constexpr std::chrono::seconds kFirstPause{1};  // Chosen, doubled with every failure.
constexpr std::chrono::seconds kLongestPause{30};

// RocksDB's own log file asserts, in the builds that Debian ships, when a line is written after one
// that the full disk did not take, and ends the process. What matters comes back as a status.
class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

// No recovery behind our back, on a thread of RocksDB's and from a log that may end in half a
// record: `reopen` is the one way back.
class NoSilentRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status error,
                            bool* auto_recovery) override {
    error.PermitUncheckedError();
    *auto_recovery = false;
  }
};

Error closed() {
  return {Errc::unavailable, "message store: closed since a write failed, trying to reopen it"};
}

// Most questions are for what is not there yet: a filter answers them without a look at the table.
std::shared_ptr<rocksdb::TableFactory> table_factory() {
  constexpr double kFilterBitsPerKey = 10;        // Given: RocksDB's guide; one in 100 looks.
  constexpr std::size_t kCacheBytes = 64U << 20;  // Chosen: of all families together.
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
  table.block_cache = rocksdb::NewLRUCache(kCacheBytes);
  table.cache_index_and_filter_blocks = true;  // So that they count.
  // In pieces of a page: a whole table's filter is larger than what one of the cache's shards
  // keeps, and would be read anew with every look.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(table));
}

rocksdb::Options options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  // A record torn by a crash was never acknowledged; damage anywhere else must not pass silently.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.db_write_buffer_size = 64U << 20;  // Chosen: of all families together.
  options.max_total_wal_size = 256U << 20;
  // One thread writes (rocks_store.cpp): what lets several do so at once costs it a tenth.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  // Keys and hashes do not get smaller.
  options.compression = rocksdb::kNoCompression;
  options.table_factory = table_factory();
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  options.info_log = std::make_shared<SilentLogger>();
  options.listeners = {std::make_shared<NoSilentRecovery>()};
  options.max_bgerror_resume_count = 0;
  return options;
}

// What every report adds to, under keys that are hashes or begin with a signer or a round.
bool comes_in_no_order(Family family) {
  return family == Family::headers || family == Family::sequences || family == Family::messages;
}

}  // namespace

RocksDatabase::~RocksDatabase() { close_files(); }

Error RocksDatabase::error_of(const rocksdb::Status& status) const {
  // Without the file's name, which changes from attempt to attempt.
  if (status.IsNoSpace())
    return {Errc::unavailable, "message store: " + directory_ + ": disk full"};
  const Errc code = status.IsCorruption() ? Errc::bad_data : Errc::unavailable;
  return {code, "message store: " + status.ToString()};
}

Result<std::unique_ptr<RocksDatabase>> RocksDatabase::open(const std::string& directory,
                                                           NetworkId network,
                                                           std::uint64_t reserve_bytes) {
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  if (failure) {
    return fail(Errc::unavailable, "message store: " + directory + ": " + failure.message());
  }
  std::unique_ptr<RocksDatabase> database(new RocksDatabase(directory, reserve_bytes));
  if (Result<void> opened = database->open_files(); !opened) return fail(opened.error());
  if (Result<void> checked = database->check_format(network); !checked) {
    return fail(checked.error());
  }
  return database;
}

Result<void> RocksDatabase::open_files() {
  const rocksdb::Options with = options();
  rocksdb::ColumnFamilyOptions hashed(with);
  hashed.memtable_factory = std::make_shared<HashedMemtableFactory>();
  hashed.memtable_prefix_bloom_size_ratio = 0;  // The index knows what is not there, too.
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  descriptors.reserve(kFamilyNames.size());
  for (std::size_t i = 0; i < kFamilyNames.size(); ++i) {
    descriptors.emplace_back(kFamilyNames[i], comes_in_no_order(static_cast<Family>(i))
                                                  ? hashed
                                                  : rocksdb::ColumnFamilyOptions(with));
  }
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(with, directory_, descriptors, &families_, &raw);
  if (!status.ok()) return fail(error_of(status));
  db_.reset(raw);
  return {};
}

void RocksDatabase::close_files() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
  families_.clear();
  db_.reset();
}

Result<void> RocksDatabase::check_room(std::uint64_t least) const {
  std::error_code failure;
  const std::filesystem::space_info space = std::filesystem::space(directory_, failure);
  if (failure) {
    return fail(Errc::unavailable, "message store: " + directory_ + ": " + failure.message());
  }
  if (space.available >= least) return {};
  return fail(Errc::unavailable, "message store: " + directory_ + ": disk full: less than " +
                                     std::to_string(least) + " bytes are free");
}

Result<void> RocksDatabase::reopen() {
  if (Result<void> room = check_room(reserve_bytes_ + kReopeningBytes); !room) return room;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_reopening_) return fail(last_failure_);
  const std::lock_guard alone(files_);
  close_files();
  Result<void> opened = open_files();
  if (opened) {
    has_failed_ = false;
    pause_ = {};
    return {};
  }
  pause_ = std::clamp(2 * pause_, kFirstPause, kLongestPause);
  next_reopening_ = now + pause_;
  last_failure_ = opened.error();
  return opened;
}

Result<void> RocksDatabase::check_format(NetworkId network) {
  const std::string wanted = std::to_string(network);
  const Result<std::optional<std::string>> format = get(Family::meta, as_bytes(kFormatKey));
  if (!format) return fail(format.error());
  const Result<std::optional<std::string>> held = get(Family::meta, as_bytes(kNetworkKey));
  if (!held) return fail(held.error());
  if (!*format) {
    rocksdb::WriteBatch batch;
    put(batch, Family::meta, as_bytes(kFormatKey), as_bytes(kFormat));
    put(batch, Family::meta, as_bytes(kNetworkKey), as_bytes(wanted));
    return write(batch);
  }
  if (**format != kFormat && **format != kFormerFormat) {
    return fail(Errc::bad_data, "message store: format " + **format + ", this program reads " +
                                    std::string(kFormat));
  }
  if (*held != wanted) {
    return fail(Errc::bad_data, "message store: of network " + held->value_or("?") +
                                    ", the configuration says " + wanted);
  }
  if (**format == kFormat) return {};
  rocksdb::WriteBatch batch;
  put(batch, Family::meta, as_bytes(kFormatKey), as_bytes(kFormat));
  return write(batch);
}

Result<std::optional<std::string>> RocksDatabase::get(Family family, ByteView key) const {
  const std::shared_lock lock(files_);
  if (!db_) return fail(closed());
  std::string value;
  const rocksdb::Status status = db_->Get(
      rocksdb::ReadOptions(), families_[static_cast<std::size_t>(family)], slice_of(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return fail(error_of(status));
  return std::optional<std::string>{std::move(value)};
}

Result<void> RocksDatabase::scan(Family family, ByteView first, ByteView prefix,
                                 const Visit& visit) const {
  return scan_from(family, [&](rocksdb::Iterator& it) { it.Seek(slice_of(first)); }, prefix, visit);
}

Result<void> RocksDatabase::scan_around(Family family, ByteView key, const Visit& visit) const {
  const auto begin = [&](rocksdb::Iterator& it) {
    it.SeekForPrev(slice_of(key));
    if (!it.Valid()) it.SeekToFirst();
  };
  return scan_from(family, begin, {}, visit);
}

Result<void> RocksDatabase::scan_from(Family family, const Position& begin, ByteView prefix,
                                      const Visit& visit) const {
  const std::shared_lock lock(files_);
  if (!db_) return fail(closed());
  const std::unique_ptr<rocksdb::Iterator> it(
      db_->NewIterator(rocksdb::ReadOptions(), families_[static_cast<std::size_t>(family)]));
  for (begin(*it); it->Valid() && it->key().starts_with(slice_of(prefix)); it->Next()) {
    Result<bool> more = visit(view_of(it->key()), view_of(it->value()));
    if (!more) return fail(more.error());
    if (!*more) return {};
  }
  if (!it->status().ok()) return fail(error_of(it->status()));
  return {};
}

void RocksDatabase::put(rocksdb::WriteBatch& batch, Family family, ByteView key,
                        ByteView value) const {
  // Adding to a batch in memory cannot fail without a size limit or timestamps.
  batch.Put(families_[static_cast<std::size_t>(family)], slice_of(key), slice_of(value))
      .PermitUncheckedError();
}

void RocksDatabase::erase_all(rocksdb::WriteBatch& batch, Family family, ByteView prefix) const {
  Bytes end(prefix.begin(), prefix.end());
  end.insert(end.end(), 9, 0xFF);  // After every longer key.
  batch.DeleteRange(families_[static_cast<std::size_t>(family)], slice_of(prefix), slice_of(end))
      .PermitUncheckedError();
}

void RocksDatabase::erase(rocksdb::WriteBatch& batch, Family family, ByteView key) const {
  batch.Delete(families_[static_cast<std::size_t>(family)], slice_of(key)).PermitUncheckedError();
}

void RocksDatabase::erase_before(rocksdb::WriteBatch& batch, Family family, ByteView end) const {
  batch.DeleteRange(families_[static_cast<std::size_t>(family)], rocksdb::Slice(), slice_of(end))
      .PermitUncheckedError();
}

std::uint64_t RocksDatabase::size_of(Family family) const {
  const std::shared_lock lock(files_);
  std::uint64_t sum = 0;
  if (!db_) return sum;
  for (const std::string& property : {rocksdb::DB::Properties::kTotalSstFilesSize,
                                      rocksdb::DB::Properties::kCurSizeAllMemTables}) {
    std::uint64_t bytes = 0;
    db_->GetIntProperty(families_[static_cast<std::size_t>(family)], property, &bytes);
    sum += bytes;
  }
  return sum;
}

Result<void> RocksDatabase::compact(Family family, std::atomic<bool>* stopping) const {
  return compact_until(family, nullptr, stopping);
}

Result<void> RocksDatabase::compact_before(Family family, ByteView end,
                                           std::atomic<bool>& stopping) const {
  const rocksdb::Slice last = slice_of(end);
  {
    const std::shared_lock lock(files_);
    if (!db_) return fail(closed());
    const rocksdb::Status status =
        rocksdb::DeleteFilesInRange(db_.get(), families_[static_cast<std::size_t>(family)], nullptr,
                                    &last, /*include_end=*/false);
    if (!status.ok()) return fail(error_of(status));
  }
  return compact_until(family, &last, &stopping);
}

Result<void> RocksDatabase::compact_until(Family family, const rocksdb::Slice* end,
                                          std::atomic<bool>* stopping) const {
  const std::shared_lock lock(files_);
  if (!db_) return fail(closed());
  rocksdb::CompactRangeOptions how;
  how.canceled = stopping;
  const rocksdb::Status status =
      db_->CompactRange(how, families_[static_cast<std::size_t>(family)], nullptr, end);
  if (status.ok() || (stopping != nullptr && *stopping)) return {};
  return fail(error_of(status));
}

Result<void> RocksDatabase::write(rocksdb::WriteBatch& batch) {
  assert(!has_failed_);
  if (Result<void> room = check_room(reserve_bytes_); !room) return room;
  rocksdb::WriteOptions durable;
  durable.sync = true;  // Its default is false: the last writes would be lost with the power.
  const rocksdb::Status status = db_->Write(durable, &batch);
  if (status.ok()) return {};
  has_failed_ = true;
  return fail(error_of(status));
}

}  // namespace earshot::verifier
