// The registry store's inside, shared by its files.
#pragma once
#include "verifier/registry_database.h"
#include "verifier/registry_store.h"

namespace earshot::verifier {

struct RegistryStore::Impl {
  std::unique_ptr<RegistryDatabase> database;

  Result<std::optional<std::int64_t>> fact(const char* name);
  Result<std::optional<std::uint64_t>> number(const char* name);  // A fact that is not negative.
  Result<void> set_fact(const char* name, std::int64_t value);
  // The one number that `query` gives; nothing where that is null.
  Result<std::optional<std::uint64_t>> largest(const char* query);
};

}  // namespace earshot::verifier
