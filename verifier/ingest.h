// Takes messages in: form, registration, commit-then-reveal, signatures, uniqueness; then one
// durable write; then the answer. Replies depend on rule 1 only (DESIGN section 9): they never tell
// which tags exist. Judging comes at the seal.
//
// In two steps, so that many requests share a write (verifier/intake_queue.h): `check` looks at
// each by itself, cheapest first; `settle` decides in order of arrival what is new, and keeps it.
// An acknowledged message is on disk, and of two different things under one key the first counts
// and the second is kept as proof.
//
// Any thread.
#pragma once
#include <atomic>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "core/hash.h"
#include "verifier/registered_keys.h"
#include "verifier/request_limiter.h"
#include "verifier/store.h"

namespace earshot::verifier {

enum class IntakeStatus : std::uint8_t {
  accepted,        // At least one was new, and is on disk.
  held,            // All were held already.
  malformed,       // What is inside contradicts itself or the clock.
  bad_signature,   // Bad signature or bad key, or an owner did not sign.
  unregistered,    // Nobody onboarded with this key.
  unknown_header,  // A body whose header has not come.
  equivocation,  // A second, different thing under one key; it is kept as proof, the rest as usual.
  outdated,      // Reports whose epoch is over and put away; the rest as usual.
  too_early,     // Bodies before their commit deadline.
  rate_limited,  // This key asks too often.
  overloaded,    // Too many requests wait.
  store_failed,
};
inline constexpr std::size_t kIntakeStatuses = 12;
// "bad_signature"
std::string_view status_name(IntakeStatus status);

struct Intake {
  IntakeStatus status = IntakeStatus::held;
  std::size_t accepted = 0;
  std::size_t held = 0;
  std::string detail = {};               // One line; empty when accepted or held.
  std::int64_t retry_after_seconds = 0;  // With too_early, rate_limited, overloaded, store_failed.
};

// A signer that has not onboarded may use sequence numbers up to this one, for batches of at most
// this many messages: enough to onboard again after refusals, too few to fill a disk. Chosen.
inline constexpr std::uint64_t kUnregisteredSequences = 16;
inline constexpr std::uint32_t kUnregisteredMessages = 16;

// How far a round may lie ahead of the verifier's clock. Chosen: one, for clocks that differ.
inline constexpr Round kRoundsAhead = 1;

// One request on its way through, or one item of a request that has several.
struct IntakeJob {
  std::variant<std::vector<SignedHeader>, Batch> content;
  UnixNanos now = 0;  // When it came.

  // Set by `check` when it refuses, otherwise by `settle`.
  std::optional<Intake> answer = {};
  // Found by `check`: ids of headers or of messages; of a batch its header and the messages' paths.
  std::vector<Hash256> ids = {};
  std::optional<StoredHeader> header = {};
  std::vector<std::vector<Hash256>> paths = {};
};

class Ingest {
 public:
  // `limiter` is borrowed; null for none.
  Ingest(NetworkId network, MessageStore& store, RequestLimiter* limiter = nullptr)
      : network_(network),
        store_(store),
        limiter_(limiter),
        registered_(store),
        first_kept_(store.first_kept()) {}

  // All steps for the jobs of one request.
  void take(std::span<IntakeJob> jobs);
  Intake take_headers(std::span<const SignedHeader> headers, UnixNanos now);
  Intake take_bodies(const Batch& batch, UnixNanos now);

  void check(std::span<IntakeJob* const> jobs);
  // Of jobs that passed `check`. Groups are settled one after the other, and a group is kept whole
  // or not at all; when it is not, only what was held before is said to be.
  void settle(std::span<IntakeJob* const> jobs);

  // Whatever is settled from now on is received at `time` or later, whatever the clock says; what
  // was being settled is on disk when this returns. Audits are drawn and epochs sealed from what
  // was received until then: a later message must carry a later time (verifier/epoch_driver.h).
  void receive_from(UnixNanos time);

  // Reports and notices of rounds before `first` are refused from now on: they are forgotten, so
  // that nobody can say what is new. What was being settled is on disk when this returns.
  void keep_from(Round first);
  Round first_kept() const { return first_kept_; }
  // Nothing is settled while it is held.
  [[nodiscard]] std::unique_lock<std::mutex> pause() { return std::unique_lock(settling_); }

 private:
  struct Group;

  void check_headers(IntakeJob& job);
  std::optional<Intake> refuse_header(const SignedHeader& header, UnixNanos now, bool& stranger);
  std::optional<Intake> refuse_batch(IntakeJob& job, const Batch& batch);
  std::optional<Intake> refuse_content(IntakeJob& job, const Batch& batch) const;
  std::optional<Intake> limit(const PublicKey& signer, bool stranger);
  // Whether a header counts as if it had not come: it may be forgotten, whether it is already or
  // not.
  Result<bool> is_gone(const StoredHeader& header) const;
  // Id of the header under the sequence of `header`; nothing while there is none. One that is gone
  // makes way.
  Result<std::optional<Hash256>> holder_of_sequence(const BatchHeader& header, const Hash256& id,
                                                    Group& group) const;
  Result<Intake> sort_headers(const IntakeJob& job, Group& group) const;
  Result<Intake> sort_messages(IntakeJob& job, Group& group) const;
  Intake take_one(IntakeJob job);

  NetworkId network_;
  MessageStore& store_;
  RequestLimiter* limiter_;
  RegisteredKeys registered_;
  std::mutex settling_;
  UnixNanos earliest_ = INT64_MIN;  // Guarded by settling_.
  std::atomic<Round> first_kept_;   // Changes under settling_.
};

// Whether a header may be forgotten where rounds from `first_kept` on are kept, unless an
// onboarding came under it: it signs nothing of these, and what it signs has had as long to come.
bool is_outdated(const StoredHeader& header, Round first_kept);

}  // namespace earshot::verifier
