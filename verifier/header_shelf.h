// Joins messages with their headers; each header is read from the store once. One thread.
#pragma once
#include <map>

#include "verifier/record.h"
#include "verifier/store.h"

namespace earshot::verifier {

class HeaderShelf {
 public:
  explicit HeaderShelf(const MessageStore& store) : store_(store) {}
  // Errc::bad_data when the store has no such header.
  Result<LoggedMessage> join(const StoredMessage& stored);

 private:
  const MessageStore& store_;
  std::map<Hash256, StoredHeader> known_;
};

}  // namespace earshot::verifier
