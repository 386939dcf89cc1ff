#include "verifier/channel_store.h"

#include "verifier/registry_database.h"

namespace earshot::verifier {
namespace {

using rewards::channels::ChannelEnd;
using rewards::channels::SignedAnchor;

// Anchors are kept in their canonical form, without countersignatures.
constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS reservations (
    id BLOB PRIMARY KEY CHECK (length(id) = 32),
    epoch INTEGER NOT NULL,
    anchor BLOB NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS reservations_by_epoch ON reservations (epoch);
  CREATE TABLE IF NOT EXISTS ends (
    id BLOB PRIMARY KEY CHECK (length(id) = 32),
    epoch INTEGER NOT NULL,
    units INTEGER NOT NULL,
    bytes BLOB NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS ends_by_epoch ON ends (epoch);
)";

}  // namespace

struct ChannelStore::Impl {
  explicit Impl(const std::string& path)
      : database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec(kTables);
  }

  template <class Work>
  auto run(Work&& work) -> decltype(work(std::declval<SQLite::Database&>())) {
    const std::lock_guard lock(mutex);
    try {
      return work(database);
    } catch (const SQLite::Exception& error) {
      return fail(RegistryDatabase::error_of(error).code,
                  std::string("channel store: ") + error.what());
    }
  }

  std::mutex mutex;
  SQLite::Database database;
};

ChannelStore::ChannelStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChannelStore::~ChannelStore() = default;

Result<std::unique_ptr<ChannelStore>> ChannelStore::open(const std::string& path) {
  try {
    return std::unique_ptr<ChannelStore>(new ChannelStore(std::make_unique<Impl>(path)));
  } catch (const SQLite::Exception& error) {
    return fail(RegistryDatabase::error_of(error).code,
                "channel store: " + path + ": " + error.what());
  }
}

Result<void> ChannelStore::add_reservation(const Hash256& id, const SignedAnchor& opening) {
  return impl_->run([&](SQLite::Database& database) -> Result<void> {
    SQLite::Statement insert(database, "INSERT OR IGNORE INTO reservations VALUES (?, ?, ?)");
    bind_blob(insert, 1, id);
    bind_number(insert, 2, opening.anchor.epoch);
    bind_blob(insert, 3, encode(SignedAnchor{opening.anchor, opening.payer_signature, {}}));
    insert.exec();
    return {};
  });
}

Result<std::vector<SignedAnchor>> ChannelStore::reservations(std::uint64_t first) const {
  return impl_->run([&](SQLite::Database& database) -> Result<std::vector<SignedAnchor>> {
    SQLite::Statement query(database,
                            "SELECT anchor FROM reservations WHERE epoch >= ? ORDER BY id");
    bind_number(query, 1, first);
    std::vector<SignedAnchor> openings;
    while (query.executeStep()) {
      Result<SignedAnchor> opening = rewards::channels::decode_anchor(blob_of(query.getColumn(0)));
      if (!opening) return fail(Errc::bad_data, "channel store: " + opening.error().detail);
      openings.push_back(std::move(*opening));
    }
    return openings;
  });
}

Result<bool> ChannelStore::add_end(const Hash256& id, const ChannelEnd& end) {
  return impl_->run([&](SQLite::Database& database) -> Result<bool> {
    SQLite::Statement upsert(database,
                             "INSERT INTO ends VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                             "units = excluded.units, bytes = excluded.bytes "
                             "WHERE excluded.units > ends.units");
    bind_blob(upsert, 1, id);
    bind_number(upsert, 2, end.opening.anchor.epoch);
    bind_number(upsert, 3, end.units);
    bind_blob(upsert, 4, encode(end));
    return upsert.exec() == 1;
  });
}

Result<std::vector<ChannelEnd>> ChannelStore::ends(std::uint64_t epoch) const {
  return impl_->run([&](SQLite::Database& database) -> Result<std::vector<ChannelEnd>> {
    SQLite::Statement query(database, "SELECT bytes FROM ends WHERE epoch = ? ORDER BY id");
    bind_number(query, 1, epoch);
    std::vector<ChannelEnd> ends;
    while (query.executeStep()) {
      Result<ChannelEnd> end = rewards::channels::decode_channel_end(blob_of(query.getColumn(0)));
      if (!end) return fail(Errc::bad_data, "channel store: " + end.error().detail);
      ends.push_back(std::move(*end));
    }
    return ends;
  });
}

}  // namespace earshot::verifier
