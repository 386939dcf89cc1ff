#include "verifier/quorum/envelopes.h"

namespace earshot::verifier {

Result<std::optional<Bytes>> Envelopes::find(const Hash256& message, const Hash256& envelope) {
  const Result<std::optional<StoredMessage>> stored = messages_.find_message(message);
  if (!stored) return fail(stored.error());
  if (*stored) {
    const Result<LoggedMessage> logged = headers_.join(**stored);
    if (!logged) return fail(logged.error());
    Bytes own = envelope_bytes(*logged);
    if (sha256(own) == envelope) return std::optional<Bytes>{std::move(own)};
  }
  return quorum_.envelope(envelope);
}

}  // namespace earshot::verifier
