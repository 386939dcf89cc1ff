// What the submitter keeps on disk: every attempt of one transaction, written before it is sent, so
// that neither a crash nor a forgetful node can lose it or make it happen twice.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rewards/chain/transaction.h"

namespace earshot::rewards::chain {

struct Attempt {
  Uint128 priority_fee = 0;
  Uint128 max_fee = 0;
  SignedTransaction signed_transaction;
};

struct Journal {
  Transaction transaction;  // Fees as in the last attempt.
  EvmAddress from{};
  std::vector<Attempt> attempts;  // All with one nonce: at most one of them can be mined.
};

std::string journal_to_json(const Journal& journal);
// Errc::bad_data names the key.
Result<Journal> journal_from_json(const std::string& text);

// Nothing when there is no such file. Errc::unavailable, Errc::permission or Errc::bad_data name
// it.
Result<std::optional<Journal>> read_journal(const std::string& path);
// Whole or not at all, and durable (fsync of file and folder) on return.
Result<void> write_journal(const std::string& path, const Journal& journal);

}  // namespace earshot::rewards::chain
