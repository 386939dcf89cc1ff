// Takes what is due from the outbox to the verifier and brings the answers back. Several headers
// and bodies go in one request (POST /v1/messages); when that is refused as a whole, one by one.
#pragma once
#include "hotspot/delivery.h"
#include "hotspot/outbox.h"
#include "hotspot/transport.h"

namespace earshot::hotspot {

// What an answer means for whoever asked (HTTP API of docs/PROTOCOL.md).
enum class Answer {
  taken,        // 2xx
  wait,         // 429: this one later.
  unavailable,  // 408, 5xx: everything later.
  refused,      // Anything else: never again.
};
Answer meaning_of(int status);
// The line of {"error": "..."}; the start of the body when it is something else. At most
// kMaxDetailBytes, printable.
std::string error_line(const std::string& body);

// Sends until nothing is due at `now` or the verifier does not answer. Fails only when the outbox
// cannot write.
Result<Delivery> upload(Outbox& outbox, Transport& transport, UnixNanos now);

}  // namespace earshot::hotspot
