#include "verifier/header_shelf.h"

namespace earshot::verifier {

Result<LoggedMessage> HeaderShelf::join(const StoredMessage& stored) {
  auto known = known_.find(stored.header);
  if (known == known_.end()) {
    Result<std::optional<StoredHeader>> header = store_.find_header(stored.header);
    if (!header) return fail(header.error());
    if (!*header) {
      return fail(Errc::bad_data, "message store: no header " + to_hex(stored.header) +
                                      " for message " + to_hex(stored.id));
    }
    known = known_.emplace(stored.header, std::move(**header)).first;
  }
  return LoggedMessage{.message = stored.message,
                       .header = known->second.header,
                       .index = stored.index,
                       .path = stored.path,
                       .header_received = known->second.received,
                       .body_received = stored.received};
}

}  // namespace earshot::verifier
