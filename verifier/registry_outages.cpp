// When the service was there, and when it was not.
#include "verifier/registry_impl.h"

namespace earshot::verifier {
namespace {

constexpr const char* kLastUp = "last_up";

std::vector<Outage> outages_of(SQLite::Statement& query) {
  std::vector<Outage> found;
  while (query.executeStep()) {
    found.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getInt64()});
  }
  return join_outages(std::move(found));
}

}  // namespace

Result<std::optional<UnixNanos>> RegistryStore::last_up() const { return impl_->fact(kLastUp); }
Result<void> RegistryStore::set_last_up(UnixNanos now) { return impl_->set_fact(kLastUp, now); }

Result<void> RegistryStore::add_outage(const Outage& outage) {
  return impl_->database->run([&](SQLite::Database& db) -> Result<void> {
    SQLite::Transaction transaction(db);
    SQLite::Statement insert(db, "INSERT INTO outages VALUES (?, ?)");
    insert.bind(1, outage.begin);
    insert.bind(2, outage.end);
    insert.exec();
    SQLite::Statement extend(
        db, "UPDATE tasks SET deadline = deadline + ? WHERE outcome IS NULL AND deadline > ?");
    extend.bind(1, outage.end - outage.begin);
    extend.bind(2, outage.begin);
    extend.exec();
    SQLite::Statement is_up(db, "INSERT OR REPLACE INTO facts VALUES (?, ?)");
    is_up.bind(1, kLastUp);
    is_up.bind(2, outage.end);
    is_up.exec();
    transaction.commit();
    return {};
  });
}

Result<std::vector<Outage>> RegistryStore::outages() const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::vector<Outage>> {
    SQLite::Statement query(db, "SELECT begins, ends FROM outages");
    return outages_of(query);
  });
}

Result<std::vector<Outage>> RegistryStore::outages_at_draw(std::uint64_t epoch) const {
  return impl_->database->run([&](SQLite::Database& db) -> Result<std::vector<Outage>> {
    SQLite::Statement query(db, "SELECT begins, ends FROM outages_at_draw WHERE epoch = ?");
    bind_number(query, 1, epoch);
    return outages_of(query);
  });
}

}  // namespace earshot::verifier
