// SQLite as this service uses it: one connection, one lock, errors as values.
// Included by the files of the registry's and the quorum's store only.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/hash.h"

namespace earshot::verifier {

// What a new file is made with. `facts` (name, value) is among the tables of each.
struct Schema {
  const char* tables;
  int format;
  const char* later = "";  // Run at every opening.
};
extern const Schema kRegistrySchema;

class RegistryDatabase {
 public:
  // Opens or makes the file, and its tables when it is new.
  static Result<std::unique_ptr<RegistryDatabase>> open(const std::string& path, NetworkId network,
                                                        const Schema& schema = kRegistrySchema);

  // Runs `work(SQLite::Database&)`, which returns a Result, under the lock, with what SQLite throws
  // turned into an Error.
  template <class Work>
  auto run(Work&& work) -> decltype(work(std::declval<SQLite::Database&>())) {
    const std::lock_guard lock(mutex_);
    try {
      return work(database_);
    } catch (const SQLite::Exception& error) {
      return fail(error_of(error));
    }
  }

  static Error error_of(const SQLite::Exception& error);

 private:
  explicit RegistryDatabase(const std::string& path)
      : database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {}
  Result<void> prepare(NetworkId network, const Schema& schema);

  std::mutex mutex_;
  SQLite::Database database_;
};

// Binding and reading of our types; an empty blob is a blob, not a NULL.
void bind_blob(SQLite::Statement& statement, int index, ByteView bytes);
void bind_number(SQLite::Statement& statement, int index, std::uint64_t value);
Bytes blob_of(const SQLite::Column& column);
std::uint64_t number_of(const SQLite::Column& column);
// Zeros when the length is another: the tables check lengths.
template <std::size_t N>
ByteArray<N> array_of(const SQLite::Column& column) {
  const Bytes bytes = blob_of(column);
  return Reader(bytes).get_array<N>();
}

}  // namespace earshot::verifier
