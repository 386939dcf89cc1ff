// Takes messages in: form, signatures, registration, commit-then-reveal, uniqueness; then one
// durable write; then the answer. Replies depend on rule 1 only (DESIGN section 9): they never tell
// which tags exist. Judging comes at the seal.
//
// Any thread. Requests of one signer wait for each other, those of others do not.
#pragma once
#include <array>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "core/hash.h"
#include "verifier/store.h"

namespace earshot::verifier {

enum class IntakeStatus : std::uint8_t {
  accepted,        // At least one was new, and is on disk.
  held,            // All were held already.
  malformed,       // What is inside contradicts itself or the clock.
  bad_signature,   // Bad signature, bad key, or nobody registered.
  unknown_header,  // A body whose header has not come.
  equivocation,  // A second, different thing under one key; it is kept as proof, the rest as usual.
  too_early,     // Bodies before their commit deadline.
  store_failed,
};

struct Intake {
  IntakeStatus status = IntakeStatus::held;
  std::size_t accepted = 0;
  std::size_t held = 0;
  std::string detail = {};               // One line; empty when accepted or held.
  std::int64_t retry_after_seconds = 0;  // For too_early and store_failed.
};

// A signer that has not onboarded may use sequence numbers up to this one, for batches of at most
// this many messages: enough to onboard again after refusals, too few to fill a disk. Chosen.
inline constexpr std::uint64_t kUnregisteredSequences = 16;
inline constexpr std::uint32_t kUnregisteredMessages = 16;

// How far a round may lie ahead of the verifier's clock. Chosen: one, for clocks that differ.
inline constexpr Round kRoundsAhead = 1;

class Ingest {
 public:
  Ingest(NetworkId network, MessageStore& store) : network_(network), store_(store) {}

  Intake take_headers(std::span<const SignedHeader> headers, UnixNanos now);
  Intake take_bodies(const Batch& batch, UnixNanos now);

 private:
  class SignerLocks;

  // What may stop a request before the store is looked at for duplicates.
  std::optional<Intake> refuse_header(const SignedHeader& header, UnixNanos now) const;
  std::optional<Intake> refuse_batch(const StoredHeader& header, const Batch& batch,
                                     UnixNanos now) const;
  Result<Intake> sort_headers(std::span<const SignedHeader> headers, UnixNanos now,
                              WriteSet& writes) const;
  Result<Intake> sort_messages(const StoredHeader& header, const Batch& batch, UnixNanos now,
                               WriteSet& writes) const;
  Intake keep(Intake intake, const WriteSet& writes);

  static constexpr std::size_t kStripes = 64;  // Chosen: far above the number of threads.
  NetworkId network_;
  MessageStore& store_;
  std::array<std::mutex, kStripes> stripes_;
};

}  // namespace earshot::verifier
