// Entropy and facts; audits and sealed epochs are in registry_epochs.cpp.
#include "verifier/registry_store.h"

#include "verifier/registry_impl.h"

namespace earshot::verifier {
namespace {

constexpr const char* kFirstEpoch = "first_epoch";
constexpr const char* kVirtualTime = "virtual_time";
constexpr const char* kForgotten = "evidence_forgotten";
constexpr const char* kMessagesForgotten = "messages_forgotten";
constexpr const char* kHeadersSwept = "headers_swept";

EntropyCommitment commitment_of(SQLite::Statement& row) {
  EntropyCommitment out;
  out.epoch = number_of(row.getColumn(0));
  out.seed = array_of<32>(row.getColumn(1));
  out.commitment = array_of<32>(row.getColumn(2));
  out.first_round = number_of(row.getColumn(3));
  out.rounds = number_of(row.getColumn(4));
  out.head = number_of(row.getColumn(5));
  out.committed_at = row.getColumn(6).getInt64();
  if (!row.getColumn(7).isNull()) out.block_hash = array_of<32>(row.getColumn(7));
  return out;
}

ReleasedRound released_of(SQLite::Statement& row) {
  return {number_of(row.getColumn(0)), array_of<32>(row.getColumn(1)),
          array_of<32>(row.getColumn(2))};
}

}  // namespace

Result<std::optional<std::int64_t>> RegistryStore::Impl::fact(const char* name) {
  return database->run([&](SQLite::Database& db) -> Result<std::optional<std::int64_t>> {
    SQLite::Statement query(db, "SELECT value FROM facts WHERE name = ?");
    query.bind(1, name);
    if (!query.executeStep()) return std::optional<std::int64_t>{};
    return std::optional<std::int64_t>{query.getColumn(0).getInt64()};
  });
}

Result<std::optional<std::uint64_t>> RegistryStore::Impl::number(const char* name) {
  const Result<std::optional<std::int64_t>> found = fact(name);
  if (!found) return fail(found.error());
  return *found ? std::optional(static_cast<std::uint64_t>(**found)) : std::nullopt;
}

Result<void> RegistryStore::Impl::set_fact(const char* name, std::int64_t value) {
  return database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Statement insert(db, "INSERT OR REPLACE INTO facts VALUES (?, ?)");
    insert.bind(1, name);
    insert.bind(2, value);
    insert.exec();
    return {};
  });
}

Result<std::optional<std::uint64_t>> RegistryStore::Impl::largest(const char* query) {
  using Found = std::optional<std::uint64_t>;
  return database->run([&](SQLite::Database& db) -> Result<Found> {
    SQLite::Statement row(db, query);
    if (!row.executeStep() || row.getColumn(0).isNull()) return Found{};
    return Found{number_of(row.getColumn(0))};
  });
}

RegistryStore::RegistryStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RegistryStore::~RegistryStore() = default;

Result<std::unique_ptr<RegistryStore>> RegistryStore::open(const std::string& path,
                                                           NetworkId network) {
  Result<std::unique_ptr<RegistryDatabase>> database = RegistryDatabase::open(path, network);
  if (!database) return fail(database.error());
  auto impl = std::make_unique<Impl>();
  impl->database = std::move(*database);
  return std::unique_ptr<RegistryStore>(new RegistryStore(std::move(impl)));
}

Result<std::optional<std::uint64_t>> RegistryStore::first_epoch() const {
  return impl_->number(kFirstEpoch);
}
Result<void> RegistryStore::set_first_epoch(std::uint64_t epoch) {
  return impl_->set_fact(kFirstEpoch, static_cast<std::int64_t>(epoch));
}
Result<std::optional<std::uint64_t>> RegistryStore::evidence_forgotten() const {
  return impl_->number(kForgotten);
}
Result<void> RegistryStore::set_evidence_forgotten(std::uint64_t epoch) {
  return impl_->set_fact(kForgotten, static_cast<std::int64_t>(epoch));
}
Result<std::optional<std::uint64_t>> RegistryStore::messages_forgotten() const {
  return impl_->number(kMessagesForgotten);
}
Result<void> RegistryStore::set_messages_forgotten(std::uint64_t epoch) {
  return impl_->set_fact(kMessagesForgotten, static_cast<std::int64_t>(epoch));
}
Result<std::optional<Round>> RegistryStore::headers_swept() const {
  return impl_->number(kHeadersSwept);
}
Result<void> RegistryStore::set_headers_swept(Round first_kept) {
  return impl_->set_fact(kHeadersSwept, static_cast<std::int64_t>(first_kept));
}
Result<std::optional<UnixNanos>> RegistryStore::virtual_time() const {
  return impl_->fact(kVirtualTime);
}
Result<void> RegistryStore::set_virtual_time(UnixNanos time) {
  return impl_->set_fact(kVirtualTime, time);
}

Result<std::optional<EntropyCommitment>> RegistryStore::commitment(std::uint64_t epoch) const {
  using Found = std::optional<EntropyCommitment>;
  return impl_->database->run([&](SQLite::Database& db) -> Result<Found> {
    SQLite::Statement query(db,
                            "SELECT epoch, seed, commitment, first_round, rounds, head, "
                            "committed_at, block_hash FROM commitments WHERE epoch = ?");
    bind_number(query, 1, epoch);
    if (!query.executeStep()) return Found{};
    return Found{commitment_of(query)};
  });
}

Result<void> RegistryStore::add_commitment(const EntropyCommitment& commitment) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Statement insert(db, "INSERT INTO commitments VALUES (?, ?, ?, ?, ?, ?, ?, NULL)");
    bind_number(insert, 1, commitment.epoch);
    bind_blob(insert, 2, commitment.seed);
    bind_blob(insert, 3, commitment.commitment);
    bind_number(insert, 4, commitment.first_round);
    bind_number(insert, 5, commitment.rounds);
    bind_number(insert, 6, commitment.head);
    insert.bind(7, commitment.committed_at);
    insert.exec();
    return {};
  });
}

Result<void> RegistryStore::set_block_hash(std::uint64_t epoch, const Hash256& hash) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Statement update(db, "UPDATE commitments SET block_hash = ? WHERE epoch = ?");
    bind_blob(update, 1, hash);
    bind_number(update, 2, epoch);
    update.exec();
    return {};
  });
}

Result<void> RegistryStore::release(const std::vector<ReleasedRound>& rounds) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Transaction transaction(db);
    SQLite::Statement insert(db, "INSERT INTO released VALUES (?, ?, ?)");
    for (const ReleasedRound& round : rounds) {
      bind_number(insert, 1, round.round);
      bind_blob(insert, 2, round.link);
      bind_blob(insert, 3, round.entropy);
      insert.exec();
      insert.reset();
    }
    transaction.commit();
    return {};
  });
}

Result<std::optional<ReleasedRound>> RegistryStore::released(Round round) const {
  Result<std::vector<ReleasedRound>> found = released_between(round, round + 1);
  if (!found) return fail(found.error());
  if (found->empty()) return std::optional<ReleasedRound>{};
  return std::optional<ReleasedRound>{found->front()};
}

Result<std::vector<ReleasedRound>> RegistryStore::released_between(Round first, Round end) const {
  using Found = std::vector<ReleasedRound>;
  return impl_->database->run([&](SQLite::Database& db) -> Result<Found> {
    SQLite::Statement query(db,
                            "SELECT round, link, entropy FROM released WHERE round >= ? AND "
                            "round < ? ORDER BY round");
    bind_number(query, 1, first);
    bind_number(query, 2, end);
    Found found;
    while (query.executeStep()) found.push_back(released_of(query));
    return found;
  });
}

Result<std::optional<Round>> RegistryStore::last_released() const {
  return impl_->largest("SELECT max(round) FROM released");
}

}  // namespace earshot::verifier
