// The registry store's audits and sealed epochs.
#include "verifier/registry_impl.h"

namespace earshot::verifier {
namespace {

constexpr const char* kSelectTask =
    "SELECT report, epoch, hotspot, deadline, outcome, tag, receive_ps, rssi_cdbm, snr_cdb, "
    "carrier_offset_dhz FROM tasks ";

AuditTask task_of(SQLite::Statement& row) {
  AuditTask task;
  task.report = array_of<32>(row.getColumn(0));
  task.epoch = number_of(row.getColumn(1));
  task.hotspot = array_of<32>(row.getColumn(2));
  task.deadline = row.getColumn(3).getInt64();
  if (row.getColumn(4).isNull()) return task;
  task.answer = AuditRecord{.report = task.report,
                            .outcome = static_cast<AuditOutcome>(row.getColumn(4).getInt()),
                            .tag = array_of<16>(row.getColumn(5)),
                            .receive_ps = row.getColumn(6).getInt64(),
                            .rssi_cdbm = row.getColumn(7).getInt(),
                            .snr_cdb = row.getColumn(8).getInt(),
                            .carrier_offset_dhz = row.getColumn(9).getInt()};
  return task;
}

std::vector<AuditTask> tasks_of(SQLite::Statement& query) {
  std::vector<AuditTask> found;
  while (query.executeStep()) found.push_back(task_of(query));
  return found;
}

void insert_standings(SQLite::Database& db, const SealedEpoch& sealed) {
  SQLite::Statement insert(db, "INSERT INTO standings VALUES (?, ?, ?, ?)");
  for (const rewards::Standing& standing : sealed.standings) {
    bind_number(insert, 1, sealed.epoch);
    bind_blob(insert, 2, standing.hotspot);
    bind_blob(insert, 3, standing.owner);
    insert.bind(4, static_cast<int>(standing.tier));
    insert.exec();
    insert.reset();
  }
}

std::vector<rewards::Standing> standings_of(SQLite::Database& db, std::uint64_t epoch) {
  SQLite::Statement query(db,
                          "SELECT hotspot, owner, tier FROM standings WHERE epoch = ? ORDER BY "
                          "hotspot");
  bind_number(query, 1, epoch);
  std::vector<rewards::Standing> found;
  while (query.executeStep()) {
    found.push_back({.hotspot = array_of<32>(query.getColumn(0)),
                     .owner = array_of<20>(query.getColumn(1)),
                     .tier = static_cast<rewards::Tier>(query.getColumn(2).getInt())});
  }
  return found;
}

}  // namespace

Result<void> RegistryStore::add_draw(std::uint64_t epoch, const AuditDraw& draw,
                                     const std::vector<AuditTask>& tasks,
                                     const std::vector<Outage>& outages) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Transaction transaction(db);
    SQLite::Statement insert_draw(db, "INSERT INTO draws VALUES (?, ?, ?)");
    bind_number(insert_draw, 1, epoch);
    bind_number(insert_draw, 2, draw.round);
    bind_blob(insert_draw, 3, draw.entropy);
    insert_draw.exec();
    SQLite::Statement insert(db,
                             "INSERT INTO tasks (report, epoch, hotspot, deadline) VALUES "
                             "(?, ?, ?, ?)");
    for (const AuditTask& task : tasks) {
      bind_blob(insert, 1, task.report);
      bind_number(insert, 2, epoch);
      bind_blob(insert, 3, task.hotspot);
      insert.bind(4, task.deadline);
      insert.exec();
      insert.reset();
    }
    SQLite::Statement note(db, "INSERT INTO outages_at_draw VALUES (?, ?, ?)");
    for (const Outage& outage : outages) {
      bind_number(note, 1, epoch);
      note.bind(2, outage.begin);
      note.bind(3, outage.end);
      note.exec();
      note.reset();
    }
    transaction.commit();
    return {};
  });
}

Result<std::optional<AuditDraw>> RegistryStore::draw(std::uint64_t epoch) const {
  using Found = std::optional<AuditDraw>;
  return impl_->database->run([&](SQLite::Database& db) -> Result<Found> {
    SQLite::Statement query(db, "SELECT round, entropy FROM draws WHERE epoch = ?");
    bind_number(query, 1, epoch);
    if (!query.executeStep()) return Found{};
    return Found{{number_of(query.getColumn(0)), array_of<32>(query.getColumn(1))}};
  });
}

Result<std::optional<std::uint64_t>> RegistryStore::last_drawn() const {
  return impl_->largest("SELECT max(epoch) FROM draws");
}

Result<std::vector<AuditTask>> RegistryStore::tasks_of_epoch(std::uint64_t epoch) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::vector<AuditTask>> {
    SQLite::Statement query(db, std::string(kSelectTask) + "WHERE epoch = ? ORDER BY report");
    bind_number(query, 1, epoch);
    return tasks_of(query);
  });
}

Result<std::vector<AuditTask>> RegistryStore::open_tasks(const PublicKey& hotspot,
                                                         UnixNanos now) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::vector<AuditTask>> {
    SQLite::Statement query(db, std::string(kSelectTask) +
                                    "WHERE hotspot = ? AND deadline >= ? AND outcome IS NULL "
                                    "ORDER BY report");
    bind_blob(query, 1, hotspot);
    query.bind(2, now);
    return tasks_of(query);
  });
}

Result<std::optional<AuditTask>> RegistryStore::task(const Hash256& report) const {
  using Found = std::optional<AuditTask>;
  return impl_->database->run([&](SQLite::Database& db) -> Result<Found> {
    SQLite::Statement query(db, std::string(kSelectTask) + "WHERE report = ?");
    bind_blob(query, 1, report);
    if (!query.executeStep()) return Found{};
    return Found{task_of(query)};
  });
}

Result<void> RegistryStore::answer(const AuditRecord& audit) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Statement update(db,
                             "UPDATE tasks SET outcome = ?, tag = ?, receive_ps = ?, rssi_cdbm = "
                             "?, snr_cdb = ?, carrier_offset_dhz = ? WHERE report = ? AND outcome "
                             "IS NULL");
    update.bind(1, static_cast<int>(audit.outcome));
    bind_blob(update, 2, audit.tag);
    update.bind(3, audit.receive_ps);
    update.bind(4, audit.rssi_cdbm);
    update.bind(5, audit.snr_cdb);
    update.bind(6, audit.carrier_offset_dhz);
    bind_blob(update, 7, audit.report);
    update.exec();
    return {};
  });
}

Result<void> RegistryStore::add_noise(std::uint64_t epoch, const std::vector<NoisePair>& pairs) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Transaction transaction(db);
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO noise VALUES (?, ?, ?, ?)");
    for (const NoisePair& pair : pairs) {
      bind_number(insert, 1, epoch);
      bind_blob(insert, 2, pair.one);
      bind_blob(insert, 3, pair.other);
      bind_number(insert, 4, pair.correlation_ppm);
      insert.exec();
      insert.reset();
    }
    transaction.commit();
    return {};
  });
}

Result<std::vector<NoisePair>> RegistryStore::noise(std::uint64_t epoch) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::vector<NoisePair>> {
    SQLite::Statement query(db,
                            "SELECT one, other, correlation_ppm FROM noise WHERE epoch = ? ORDER "
                            "BY one, other");
    bind_number(query, 1, epoch);
    std::vector<NoisePair> found;
    while (query.executeStep()) {
      found.push_back({array_of<32>(query.getColumn(0)), array_of<32>(query.getColumn(1)),
                       static_cast<std::uint32_t>(number_of(query.getColumn(2)))});
    }
    return found;
  });
}

Result<void> RegistryStore::add_sealed(const SealedEpoch& sealed) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Transaction transaction(db);
    SQLite::Statement insert(db, "INSERT INTO sealed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_number(insert, 1, sealed.epoch);
    bind_blob(insert, 2, sealed.record);
    bind_blob(insert, 3, sealed.seal);
    bind_blob(insert, 4, sealed.artifact);
    insert.bind(5, sealed.policy_toml);
    insert.bind(6, sealed.summary_json);
    insert.bind(7, sealed.coverage_geojson);
    bind_blob(insert, 8, encode(sealed.log));
    bind_blob(insert, 9, sealed.history);
    insert.exec();
    insert_standings(db, sealed);
    transaction.commit();
    return {};
  });
}

Result<std::optional<SealedEpoch>> RegistryStore::sealed(std::uint64_t epoch) const {
  using Found = std::optional<SealedEpoch>;
  return impl_->database->run([&](SQLite::Database& db) -> Result<Found> {
    SQLite::Statement query(db,
                            "SELECT epoch, record, seal, artifact, policy, summary, coverage, log, "
                            "history FROM sealed WHERE epoch = ?");
    bind_number(query, 1, epoch);
    if (!query.executeStep()) return Found{};
    SealedEpoch sealed;
    sealed.epoch = epoch;
    sealed.record = blob_of(query.getColumn(1));
    sealed.seal = blob_of(query.getColumn(2));
    sealed.artifact = blob_of(query.getColumn(3));
    sealed.policy_toml = query.getColumn(4).getString();
    sealed.summary_json = query.getColumn(5).getString();
    sealed.coverage_geojson = query.getColumn(6).getString();
    const Bytes log = blob_of(query.getColumn(7));
    Reader log_bytes(log);
    Result<CompactRange> range = get_compact_range(log_bytes);
    if (!range) return fail(range.error().code, "registry: " + range.error().detail);
    sealed.log = std::move(*range);
    sealed.history = blob_of(query.getColumn(8));
    sealed.standings = standings_of(db, epoch);
    return Found{std::move(sealed)};
  });
}

Result<std::optional<std::uint64_t>> RegistryStore::last_sealed() const {
  return impl_->largest("SELECT max(epoch) FROM sealed");
}

Result<void> RegistryStore::add_after_seal(std::uint64_t epoch,
                                           const std::vector<LateMessage>& messages) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Transaction transaction(db);
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO after_seal VALUES (?, ?, ?, ?, ?, ?)");
    for (const LateMessage& late : messages) {
      bind_number(insert, 1, epoch);
      bind_blob(insert, 2, late.id);
      insert.bind(3, static_cast<int>(late.type));
      bind_blob(insert, 4, late.hotspot);
      bind_number(insert, 5, late.round);
      insert.bind(6, late.received);
      insert.exec();
      insert.reset();
    }
    transaction.commit();
    return {};
  });
}

Result<std::vector<LateMessage>> RegistryStore::after_seal(std::uint64_t epoch) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::vector<LateMessage>> {
    SQLite::Statement query(db,
                            "SELECT id, type, hotspot, round, received FROM after_seal WHERE epoch "
                            "= ? ORDER BY round, type, id");
    bind_number(query, 1, epoch);
    std::vector<LateMessage> found;
    while (query.executeStep()) {
      found.push_back({.id = array_of<32>(query.getColumn(0)),
                       .type = static_cast<MessageType>(query.getColumn(1).getInt()),
                       .hotspot = array_of<32>(query.getColumn(2)),
                       .round = number_of(query.getColumn(3)),
                       .received = query.getColumn(4).getInt64()});
    }
    return found;
  });
}

Result<std::optional<rewards::Tier>> RegistryStore::tier(std::uint64_t epoch,
                                                         const PublicKey& hotspot) const {
  using Found = std::optional<rewards::Tier>;
  return impl_->database->run([&](SQLite::Database& db) -> Result<Found> {
    SQLite::Statement query(db, "SELECT tier FROM standings WHERE epoch = ? AND hotspot = ?");
    bind_number(query, 1, epoch);
    bind_blob(query, 2, hotspot);
    if (!query.executeStep()) return Found{};
    return Found{static_cast<rewards::Tier>(query.getColumn(0).getInt())};
  });
}

}  // namespace earshot::verifier
