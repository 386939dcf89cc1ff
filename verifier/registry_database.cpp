#include "verifier/registry_database.h"

#include <sqlite3.h>

namespace earshot::verifier {
namespace {

// Format 3. Hashes and keys are blobs of their length; times are nanoseconds since 1970.
constexpr const char* kTables = R"(
  CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE commitments (
    epoch INTEGER PRIMARY KEY,
    seed BLOB NOT NULL CHECK (length(seed) = 32),
    commitment BLOB NOT NULL CHECK (length(commitment) = 32),
    first_round INTEGER NOT NULL,
    rounds INTEGER NOT NULL,
    head INTEGER NOT NULL,
    committed_at INTEGER NOT NULL,
    block_hash BLOB CHECK (length(block_hash) = 32));
  CREATE TABLE released (
    round INTEGER PRIMARY KEY,
    link BLOB NOT NULL CHECK (length(link) = 32),
    entropy BLOB NOT NULL CHECK (length(entropy) = 32));
  CREATE TABLE draws (
    epoch INTEGER PRIMARY KEY,
    round INTEGER NOT NULL,
    entropy BLOB NOT NULL CHECK (length(entropy) = 32));
  CREATE TABLE tasks (
    report BLOB PRIMARY KEY CHECK (length(report) = 32),
    epoch INTEGER NOT NULL,
    hotspot BLOB NOT NULL CHECK (length(hotspot) = 32),
    deadline INTEGER NOT NULL,
    outcome INTEGER,
    tag BLOB CHECK (length(tag) = 16),
    receive_ps INTEGER, rssi_cdbm INTEGER, snr_cdb INTEGER, carrier_offset_dhz INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX tasks_by_epoch ON tasks (epoch, report);
  CREATE INDEX tasks_by_hotspot ON tasks (hotspot, deadline);
  CREATE TABLE sealed (
    epoch INTEGER PRIMARY KEY,
    record BLOB NOT NULL,
    seal BLOB NOT NULL,
    artifact BLOB NOT NULL,
    policy TEXT NOT NULL,
    summary TEXT NOT NULL,
    coverage TEXT NOT NULL,
    log BLOB NOT NULL,
    history BLOB NOT NULL);
  CREATE TABLE noise (
    epoch INTEGER NOT NULL,
    one BLOB NOT NULL CHECK (length(one) = 32),
    other BLOB NOT NULL CHECK (length(other) = 32),
    correlation_ppm INTEGER NOT NULL,
    PRIMARY KEY (epoch, one, other)) WITHOUT ROWID;
  CREATE TABLE standings (
    epoch INTEGER NOT NULL,
    hotspot BLOB NOT NULL CHECK (length(hotspot) = 32),
    owner BLOB NOT NULL CHECK (length(owner) = 20),
    tier INTEGER NOT NULL,
    PRIMARY KEY (epoch, hotspot)) WITHOUT ROWID;
)";
// Made where they are missing: a file of before has none of what they hold.
constexpr const char* kLaterTables = R"(
  CREATE TABLE IF NOT EXISTS outages (begins INTEGER NOT NULL, ends INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS outages_at_draw (
    epoch INTEGER NOT NULL, begins INTEGER NOT NULL, ends INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS after_seal (
    epoch INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 32),
    type INTEGER NOT NULL,
    hotspot BLOB NOT NULL CHECK (length(hotspot) = 32),
    round INTEGER NOT NULL,
    received INTEGER NOT NULL,
    PRIMARY KEY (epoch, id)) WITHOUT ROWID;
)";
constexpr int kFormat = 3;
constexpr int kBusyMilliseconds = 2000;  // Chosen: a backup may read meanwhile.

}  // namespace

const Schema kRegistrySchema{kTables, kFormat, kLaterTables};

Error RegistryDatabase::error_of(const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xff;
  const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return {damaged ? Errc::bad_data : Errc::unavailable, std::string("registry: ") + error.what()};
}

Result<std::unique_ptr<RegistryDatabase>> RegistryDatabase::open(const std::string& path,
                                                                 NetworkId network,
                                                                 const Schema& schema) {
  std::unique_ptr<RegistryDatabase> database;
  try {
    database.reset(new RegistryDatabase(path));
  } catch (const SQLite::Exception& error) {
    return fail(Errc::unavailable, "registry: " + path + ": " + error.what());
  }
  if (Result<void> prepared = database->prepare(network, schema); !prepared) {
    return fail(prepared.error().code, prepared.error().detail + " (" + path + ")");
  }
  return database;
}

Result<void> RegistryDatabase::prepare(NetworkId network, const Schema& schema) {
  return run([&](SQLite::Database& database) -> Result<void> {
    database.setBusyTimeout(kBusyMilliseconds);
    // Both are of the connection, not of the file; many wrappers leave NORMAL, which may lose the
    // last transactions with the power.
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    // A process that was killed may have left a transaction which can be read and is not yet on
    // disk. Nothing may be published from it before it is: a checkpoint syncs the log.
    SQLite::Statement(database, "PRAGMA wal_checkpoint(TRUNCATE)").executeStep();
    const int format = database.execAndGet("PRAGMA user_version").getInt();
    if (format == 0) {
      SQLite::Transaction transaction(database);
      database.exec(schema.tables);
      SQLite::Statement insert(database, "INSERT INTO facts VALUES ('network', ?)");
      bind_number(insert, 1, network);
      insert.exec();
      database.exec("PRAGMA user_version = " + std::to_string(schema.format));
      database.exec(schema.later);
      transaction.commit();
      return {};
    }
    if (format != schema.format) {
      return fail(Errc::bad_data, "registry: format " + std::to_string(format) +
                                      ", this program reads " + std::to_string(schema.format));
    }
    SQLite::Statement query(database, "SELECT value FROM facts WHERE name = 'network'");
    const std::uint64_t held = query.executeStep() ? number_of(query.getColumn(0)) : 0;
    if (held != network) {
      return fail(Errc::bad_data, "registry: of network " + std::to_string(held) +
                                      ", the configuration says " + std::to_string(network));
    }
    database.exec(schema.later);
    return {};
  });
}

void bind_blob(SQLite::Statement& statement, int index, ByteView bytes) {
  const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  statement.bind(index, data, static_cast<int>(bytes.size()));
}
void bind_number(SQLite::Statement& statement, int index, std::uint64_t value) {
  statement.bind(index, static_cast<std::int64_t>(value));
}
Bytes blob_of(const SQLite::Column& column) {
  const auto* data = static_cast<const std::uint8_t*>(column.getBlob());
  return data == nullptr ? Bytes{} : Bytes(data, data + column.getBytes());
}
std::uint64_t number_of(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}

}  // namespace earshot::verifier
