#include "verifier/quorum/quorum_store.h"

#include "verifier/registry_database.h"

namespace earshot::verifier {
namespace {

// Format 1. Phases are their numbers, members their index.
constexpr const char* kTables = R"(
  CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE statements (
    epoch INTEGER NOT NULL, phase INTEGER NOT NULL, text TEXT NOT NULL,
    origin INTEGER NOT NULL, note TEXT NOT NULL,
    content BLOB NOT NULL CHECK (length(content) = 32), heard INTEGER NOT NULL,
    PRIMARY KEY (epoch, phase, text)) WITHOUT ROWID;
  CREATE TABLE steps (
    epoch INTEGER NOT NULL, phase INTEGER NOT NULL, step INTEGER NOT NULL,
    PRIMARY KEY (epoch, phase, step)) WITHOUT ROWID;
  CREATE TABLE decisions (
    epoch INTEGER NOT NULL, phase INTEGER NOT NULL, member INTEGER NOT NULL,
    content BLOB CHECK (length(content) = 32),
    PRIMARY KEY (epoch, phase, member)) WITHOUT ROWID;
  CREATE TABLE contents (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32), bytes BLOB NOT NULL);
  CREATE TABLE envelopes (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32), bytes BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE blocks (epoch INTEGER PRIMARY KEY, hash BLOB NOT NULL CHECK (length(hash) = 32));
  CREATE TABLE links (
    round INTEGER NOT NULL, member INTEGER NOT NULL,
    link BLOB NOT NULL CHECK (length(link) = 32),
    PRIMARY KEY (round, member)) WITHOUT ROWID;
  CREATE TABLE signatures (
    epoch INTEGER NOT NULL, member INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (epoch, member)) WITHOUT ROWID;
  CREATE TABLE evidence (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
)";
constexpr Schema kSchema{kTables, 1};

int number_of_phase(Phase phase) { return static_cast<int>(phase); }

void bind_phase(SQLite::Statement& statement, std::uint64_t epoch, Phase phase) {
  bind_number(statement, 1, epoch);
  statement.bind(2, number_of_phase(phase));
}

void insert_blob(SQLite::Database& db, const char* table, const Bytes& bytes) {
  SQLite::Statement insert(db, std::string("INSERT OR IGNORE INTO ") + table + " VALUES (?, ?)");
  bind_blob(insert, 1, sha256(bytes));
  bind_blob(insert, 2, bytes);
  insert.exec();
}

std::optional<Bytes> find_blob(SQLite::Database& db, const char* table, const Hash256& hash) {
  SQLite::Statement query(db, std::string("SELECT bytes FROM ") + table + " WHERE hash = ?");
  bind_blob(query, 1, hash);
  if (!query.executeStep()) return std::nullopt;
  return blob_of(query.getColumn(0));
}

}  // namespace

struct QuorumStore::Impl {
  std::unique_ptr<RegistryDatabase> database;
};

QuorumStore::QuorumStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
QuorumStore::~QuorumStore() = default;

Result<std::unique_ptr<QuorumStore>> QuorumStore::open(const std::string& path, NetworkId network) {
  Result<std::unique_ptr<RegistryDatabase>> database =
      RegistryDatabase::open(path, network, kSchema);
  if (!database) return fail(database.error());
  auto impl = std::make_unique<Impl>();
  impl->database = std::move(*database);
  return std::unique_ptr<QuorumStore>(new QuorumStore(std::move(impl)));
}

Result<void> QuorumStore::keep_statement(std::uint64_t epoch, Phase phase,
                                         const KeptStatement& statement) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Statement insert(db,
                             "INSERT OR REPLACE INTO statements (epoch, phase, text, origin, note, "
                             "content, heard) VALUES (?, ?, ?, ?, ?, ?, ?)");
    bind_phase(insert, epoch, phase);
    insert.bind(3, statement.text);
    bind_number(insert, 4, statement.origin);
    insert.bind(5, statement.note);
    bind_blob(insert, 6, statement.content);
    insert.bind(7, statement.is_heard ? 1 : 0);
    insert.exec();
    return {};
  });
}

Result<std::vector<KeptStatement>> QuorumStore::statements(std::uint64_t epoch, Phase phase) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::vector<KeptStatement>> {
    SQLite::Statement query(db,
                            "SELECT origin, text, note, content, heard FROM statements WHERE "
                            "epoch = ? AND phase = ? ORDER BY origin, text");
    bind_phase(query, epoch, phase);
    std::vector<KeptStatement> found;
    while (query.executeStep()) {
      found.push_back({.origin = number_of(query.getColumn(0)),
                       .text = query.getColumn(1).getString(),
                       .note = query.getColumn(2).getString(),
                       .content = array_of<32>(query.getColumn(3)),
                       .is_heard = query.getColumn(4).getInt() != 0});
    }
    return found;
  });
}

Result<void> QuorumStore::keep_step(std::uint64_t epoch, Phase phase, std::size_t step) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO steps VALUES (?, ?, ?)");
    bind_phase(insert, epoch, phase);
    bind_number(insert, 3, step);
    insert.exec();
    return {};
  });
}

Result<std::size_t> QuorumStore::steps_kept(std::uint64_t epoch, Phase phase) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::size_t> {
    SQLite::Statement query(db, "SELECT COUNT(*) FROM steps WHERE epoch = ? AND phase = ?");
    bind_phase(query, epoch, phase);
    query.executeStep();
    return static_cast<std::size_t>(number_of(query.getColumn(0)));
  });
}

Result<void> QuorumStore::decide(std::uint64_t epoch, Phase phase, const PhaseOutcome& decision) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Transaction transaction(db);
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO decisions VALUES (?, ?, ?, ?)");
    for (std::size_t member = 0; member < decision.size(); ++member) {
      bind_phase(insert, epoch, phase);
      bind_number(insert, 3, member);
      if (decision[member]) {
        bind_blob(insert, 4, *decision[member]);
      } else {
        insert.bind(4);
      }
      insert.exec();
      insert.reset();
    }
    transaction.commit();
    return {};
  });
}

Result<std::optional<PhaseOutcome>> QuorumStore::decision(std::uint64_t epoch, Phase phase) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::optional<PhaseOutcome>> {
    SQLite::Statement query(db,
                            "SELECT content FROM decisions WHERE epoch = ? AND phase = ? ORDER BY "
                            "member");
    bind_phase(query, epoch, phase);
    PhaseOutcome found;
    while (query.executeStep()) {
      const SQLite::Column column = query.getColumn(0);
      found.push_back(column.isNull() ? std::optional<Hash256>{} : array_of<32>(column));
    }
    if (found.empty()) return std::optional<PhaseOutcome>{};
    return std::optional<PhaseOutcome>{std::move(found)};
  });
}

Result<void> QuorumStore::keep_content(const Bytes& content) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    insert_blob(db, "contents", content);
    return {};
  });
}

Result<std::optional<Bytes>> QuorumStore::content(const Hash256& hash) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::optional<Bytes>> {
    return find_blob(db, "contents", hash);
  });
}

Result<void> QuorumStore::keep_envelopes(const std::vector<Bytes>& envelopes) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Transaction transaction(db);
    for (const Bytes& envelope : envelopes) insert_blob(db, "envelopes", envelope);
    transaction.commit();
    return {};
  });
}

Result<std::optional<Bytes>> QuorumStore::envelope(const Hash256& hash) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::optional<Bytes>> {
    return find_blob(db, "envelopes", hash);
  });
}

Result<void> QuorumStore::forget(std::uint64_t epoch, const std::vector<Hash256>& envelopes) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Transaction transaction(db);
    // Two epochs in which nothing was said may have one list.
    SQLite::Statement drop(db,
                           "DELETE FROM contents WHERE hash IN (SELECT content FROM statements "
                           "WHERE epoch = ? AND phase IN (?, ?)) AND hash NOT IN (SELECT content "
                           "FROM statements WHERE epoch > ?)");
    bind_number(drop, 1, epoch);
    drop.bind(2, number_of_phase(Phase::closing));
    drop.bind(3, number_of_phase(Phase::audits));
    bind_number(drop, 4, epoch);
    drop.exec();
    SQLite::Statement erase(db, "DELETE FROM envelopes WHERE hash = ?");
    for (const Hash256& envelope : envelopes) {
      bind_blob(erase, 1, envelope);
      erase.exec();
      erase.reset();
    }
    transaction.commit();
    return {};
  });
}

Result<void> QuorumStore::keep_block(std::uint64_t epoch, const Hash256& hash) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO blocks VALUES (?, ?)");
    bind_number(insert, 1, epoch);
    bind_blob(insert, 2, hash);
    insert.exec();
    return {};
  });
}

Result<std::optional<Hash256>> QuorumStore::block(std::uint64_t epoch) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::optional<Hash256>> {
    SQLite::Statement query(db, "SELECT hash FROM blocks WHERE epoch = ?");
    bind_number(query, 1, epoch);
    if (!query.executeStep()) return std::optional<Hash256>{};
    return std::optional<Hash256>{array_of<32>(query.getColumn(0))};
  });
}

Result<void> QuorumStore::keep_link(Round round, std::size_t member, const Hash256& link) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO links VALUES (?, ?, ?)");
    bind_number(insert, 1, round);
    bind_number(insert, 2, member);
    bind_blob(insert, 3, link);
    insert.exec();
    return {};
  });
}

Result<LinkRow> QuorumStore::links(Round round, std::size_t members) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<LinkRow> {
    SQLite::Statement query(db, "SELECT member, link FROM links WHERE round = ?");
    bind_number(query, 1, round);
    LinkRow row{round, std::vector<Hash256>(members)};
    while (query.executeStep()) {
      const std::uint64_t member = number_of(query.getColumn(0));
      if (member < members) row.links[member] = array_of<32>(query.getColumn(1));
    }
    return row;
  });
}

Result<void> QuorumStore::keep_signature(std::uint64_t epoch, std::size_t member,
                                         const std::string& json) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO signatures VALUES (?, ?, ?)");
    bind_number(insert, 1, epoch);
    bind_number(insert, 2, member);
    insert.bind(3, json);
    insert.exec();
    return {};
  });
}

Result<std::vector<std::pair<std::size_t, std::string>>> QuorumStore::signatures(
    std::uint64_t epoch) const {
  using Found = std::vector<std::pair<std::size_t, std::string>>;
  return impl_->database->run([&](SQLite::Database& db) -> Result<Found> {
    SQLite::Statement query(db,
                            "SELECT member, json FROM signatures WHERE epoch = ? ORDER BY member");
    bind_number(query, 1, epoch);
    Found found;
    while (query.executeStep()) {
      found.emplace_back(number_of(query.getColumn(0)), query.getColumn(1).getString());
    }
    return found;
  });
}

Result<bool> QuorumStore::keep_evidence(const KeptEvidence& evidence) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<bool> {
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO evidence VALUES (?, ?)");
    insert.bind(1, evidence.name);
    insert.bind(2, evidence.json);
    return insert.exec() > 0;
  });
}

Result<std::vector<KeptEvidence>> QuorumStore::evidence() const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::vector<KeptEvidence>> {
    SQLite::Statement query(db, "SELECT name, json FROM evidence ORDER BY name");
    std::vector<KeptEvidence> found;
    while (query.executeStep()) {
      found.push_back({query.getColumn(0).getString(), query.getColumn(1).getString()});
    }
    return found;
  });
}

}  // namespace earshot::verifier
