#include "rewards/chain/journal.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "rewards/chain/durable_file.h"
#include "rewards/chain/json_rpc.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards::chain {
namespace {

using nlohmann::json;

std::string prefixed(ByteView bytes) { return "0x" + to_hex(bytes); }

// Reads one object's members and keeps the first complaint.
class Members {
 public:
  explicit Members(const json& object) : object_(object) {}

  Uint128 number(const char* key) { return keep(key, parse_quantity(value(key))); }
  std::uint64_t number64(const char* key) { return keep(key, parse_quantity64(value(key))); }
  Bytes bytes(const char* key) { return keep(key, from_hex(text(key))); }
  template <std::size_t N>
  ByteArray<N> array(const char* key) {
    return keep(key, array_from_hex<N>(text(key)));
  }
  const json& value(const char* key) {
    static const json kNothing;
    const auto found = object_.find(key);
    return object_.is_object() && found != object_.end() ? *found : kNothing;
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  std::string text(const char* key) {
    const json& found = value(key);
    return found.is_string() ? found.get<std::string>() : "none";
  }
  template <class T>
  T keep(const char* key, const Result<T>& result) {
    if (result) return *result;
    if (!error_) error_ = Error{Errc::bad_data, std::string(key) + ": " + result.error().detail};
    return T{};
  }

  const json& object_;
  std::optional<Error> error_;
};

}  // namespace

std::string journal_to_json(const Journal& journal) {
  const Transaction& transaction = journal.transaction;
  json attempts = json::array();
  for (const Attempt& attempt : journal.attempts) {
    attempts.push_back({{"priority_fee", to_quantity(attempt.priority_fee)},
                        {"max_fee", to_quantity(attempt.max_fee)},
                        {"hash", prefixed(attempt.signed_transaction.hash)},
                        {"raw", prefixed(attempt.signed_transaction.raw)}});
  }
  const json object = {{"chain_id", to_quantity(transaction.chain_id)},
                       {"from", to_display(journal.from)},
                       {"to", transaction.to ? json(to_display(*transaction.to)) : json()},
                       {"nonce", to_quantity(transaction.nonce)},
                       {"gas", to_quantity(transaction.gas)},
                       {"data", prefixed(transaction.data)},
                       {"attempts", attempts}};
  return object.dump(2) + "\n";
}

Result<Journal> journal_from_json(const std::string& text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return fail(Errc::bad_data, "no JSON object");
  Members members(object);
  Journal journal;
  journal.from = members.array<20>("from");
  journal.transaction.chain_id = members.number64("chain_id");
  journal.transaction.nonce = members.number64("nonce");
  journal.transaction.gas = members.number64("gas");
  journal.transaction.data = members.bytes("data");
  if (!members.value("to").is_null()) journal.transaction.to = members.array<20>("to");
  const json& attempts = members.value("attempts");
  if (members.error()) return fail(*members.error());
  if (!attempts.is_array() || attempts.empty()) return fail(Errc::bad_data, "attempts: none");
  for (const json& item : attempts) {
    Members fields(item);
    Attempt attempt{fields.number("priority_fee"), fields.number("max_fee"), {}};
    attempt.signed_transaction = {fields.bytes("raw"), fields.array<32>("hash")};
    if (fields.error()) return fail(*fields.error());
    if (keccak256(attempt.signed_transaction.raw) != attempt.signed_transaction.hash) {
      return fail(Errc::bad_data, "attempts: a hash is not that of its raw transaction");
    }
    journal.transaction.priority_fee = attempt.priority_fee;
    journal.transaction.max_fee = attempt.max_fee;
    journal.attempts.push_back(std::move(attempt));
  }
  return journal;
}

Result<std::optional<Journal>> read_journal(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    if (error) return fail(file_error(path, "cannot look at", error.value()));
    return std::optional<Journal>();
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(file_error(path, "cannot read", errno));
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Result<Journal> journal = journal_from_json(text);
  if (!journal) return fail(Errc::bad_data, path + ": " + journal.error().detail);
  return std::optional<Journal>(std::move(*journal));
}

Result<void> write_journal(const std::string& path, const Journal& journal) {
  return write_durable_file(path, journal_to_json(journal));
}

}  // namespace earshot::rewards::chain
