// Refusals, as the files of Ingest make them.
#pragma once
#include "verifier/ingest.h"

namespace earshot::verifier {

inline Intake refused(IntakeStatus status, std::string detail,
                      std::int64_t retry_after_seconds = 0) {
  return {
      .status = status, .detail = std::move(detail), .retry_after_seconds = retry_after_seconds};
}

inline Intake no_header(const Hash256& id) {
  return refused(IntakeStatus::unknown_header, "no header " + to_hex(id) + " is held");
}

// Chosen: a full disk takes a person.
inline Intake store_failed(const Error& error) {
  constexpr std::int64_t kStoreRetrySeconds = 10;
  return refused(IntakeStatus::store_failed, error.detail, kStoreRetrySeconds);
}

}  // namespace earshot::verifier
