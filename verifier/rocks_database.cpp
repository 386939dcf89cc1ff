#include "verifier/rocks_database.h"

#include <rocksdb/options.h>

#include <filesystem>

namespace earshot::verifier {
namespace {

constexpr std::string_view kFormat = "1";
constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kNetworkKey = "network";

rocksdb::Slice slice_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
ByteView view_of(const rocksdb::Slice& slice) { return as_bytes(slice.ToStringView()); }

Error error_of(const rocksdb::Status& status) {
  const Errc code = status.IsCorruption() ? Errc::bad_data : Errc::unavailable;
  return {code, "message store: " + status.ToString()};
}

rocksdb::Options options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  // A record torn by a crash was never acknowledged; damage anywhere else must not pass silently.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.db_write_buffer_size = 64U << 20;  // Chosen: of all families together.
  options.max_total_wal_size = 256U << 20;
  options.max_log_file_size = 1U << 20;
  options.keep_log_file_num = 4;
  return options;
}

}  // namespace

RocksDatabase::~RocksDatabase() {
  for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
}

Result<std::unique_ptr<RocksDatabase>> RocksDatabase::open(const std::string& directory,
                                                           NetworkId network) {
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  if (failure) {
    return fail(Errc::unavailable, "message store: " + directory + ": " + failure.message());
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const char* name : kFamilyNames) {
    descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions(options()));
  }
  std::unique_ptr<RocksDatabase> database(new RocksDatabase());
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(options(), directory, descriptors, &database->families_, &raw);
  if (!status.ok()) return fail(error_of(status));
  database->db_.reset(raw);
  if (Result<void> checked = database->check_format(network); !checked) {
    return fail(checked.error());
  }
  return database;
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
  if (**format != kFormat) {
    return fail(Errc::bad_data, "message store: format " + **format + ", this program reads " +
                                    std::string(kFormat));
  }
  if (*held != wanted) {
    return fail(Errc::bad_data, "message store: of network " + held->value_or("?") +
                                    ", the configuration says " + wanted);
  }
  return {};
}

Result<std::optional<std::string>> RocksDatabase::get(Family family, ByteView key) const {
  std::string value;
  const rocksdb::Status status = db_->Get(
      rocksdb::ReadOptions(), families_[static_cast<std::size_t>(family)], slice_of(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return fail(error_of(status));
  return std::optional<std::string>{std::move(value)};
}

Result<void> RocksDatabase::scan(Family family, ByteView first, ByteView prefix,
                                 const Visit& visit) const {
  const std::unique_ptr<rocksdb::Iterator> it(
      db_->NewIterator(rocksdb::ReadOptions(), families_[static_cast<std::size_t>(family)]));
  for (it->Seek(slice_of(first)); it->Valid() && it->key().starts_with(slice_of(prefix));
       it->Next()) {
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

Result<void> RocksDatabase::write(rocksdb::WriteBatch& batch) {
  if (needs_resume_) {
    // After a failed write RocksDB refuses all others until it is told that the cause is gone.
    const rocksdb::Status status = db_->Resume();
    if (!status.ok()) return fail(error_of(status));
    needs_resume_ = false;
  }
  rocksdb::WriteOptions durable;
  durable.sync = true;  // Its default is false: the last writes would be lost with the power.
  const rocksdb::Status status = db_->Write(durable, &batch);
  if (status.ok()) return {};
  needs_resume_ = true;
  return fail(error_of(status));
}

}  // namespace earshot::verifier
