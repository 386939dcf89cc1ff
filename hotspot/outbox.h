// The durable queue between signing and delivery.
//
// Invariant: whatever due() offers has been on disk (fsync) since before it was offered, under a
// sequence number that no other batch of this key ever had; a crash at any byte loses nothing that
// add() or acknowledge() has returned for. Batches of a round are signed when the round is over;
// headers go first and in order, bodies follow after the commit deadline (core/protocol.h). An
// onboarding travels alone and at once.
//
// Bodies that may be shown still wait a while for a header, and go in one request with it.
//
// A pure driver: it neither sends nor waits. Ask due_together(now), send it, and say what became of
// each.
#pragma once
#include <deque>
#include <optional>

#include "hotspot/journal.h"
#include "hotspot/outbox_record.h"
#include "hotspot/settings.h"

namespace earshot::hotspot {

struct Parcel {
  std::uint64_t sequence = 0;
  bool body = false;  // A header otherwise.
  Bytes bytes;        // As posted.
};

class Outbox {
 public:
  // Errc::bad_data for damage, or when the journal was signed by another key or for another
  // network.
  static Result<Outbox> open(const std::string& path, NetworkId network, const SigningKey& key,
                             const DeliveryRules& rules);

  // A message of our key. Errc::usage when its own decoder would refuse it.
  Result<void> add(const Message& message);
  // Signs a batch for each round before `current` (with DeliveryRules::prompt: up to it) that has
  // messages waiting, and each onboarding.
  Result<void> seal(Round current);
  // Takes over the batches that `signer`, an outbox of the same key, has signed since: for another
  // verifier, with its own progress. A mirror is only ever fed so.
  Result<void> mirror(const Outbox& signer);

  // The next thing to send at `now`, when there is one.
  std::optional<Parcel> due(UnixNanos now) const;
  // All that goes in one request then: nothing when nothing is due; otherwise what is, and bodies
  // that need not go before a later time. Headers are first, in order. An onboarding is alone. At
  // most kMaxPostedItems, and kRequestBytes unless one parcel alone is larger.
  std::vector<Parcel> due_together(UnixNanos now) const;
  // The verifier has taken it.
  Result<void> acknowledge(const Parcel& parcel, int status);
  // The verifier has said no: its batch is not tried again. A body whose header it does not know
  // (404) sends the header again, three times at most.
  Result<void> refuse(const Parcel& parcel, int status, const std::string& detail);
  // Not now: tried again after the larger of `retry_after` and the growing wait. `everything` when
  // the verifier as a whole does not answer.
  void postpone(const Parcel& parcel, UnixNanos now,
                std::optional<std::int64_t> retry_after_seconds, bool everything);
  // What was postponed may be tried again at once: times that were right may be no more.
  void forget_waits();
  // Gives up batches older than the rules allow; never by a time that only our own clock says.
  Result<void> expire(UnixNanos now);

  // When due() has something again; the end of the oldest waiting round when only unsigned messages
  // are left; nothing when all is delivered.
  std::optional<UnixNanos> next_due() const;
  std::size_t undelivered() const;  // Messages.
  // Batches refused or abandoned, oldest first; the last kKeptFailures are remembered.
  const std::deque<OutboxProgress>& failures() const { return failures_; }
  std::uint64_t next_sequence() const { return base_.next_sequence; }
  const Hash256& previous_header() const { return base_.previous; }
  std::uint64_t last_onboarding() const { return base_.last_onboarding; }

  static constexpr std::size_t kKeptFailures = 200;
  static constexpr std::size_t kRequestBytes = 256U << 10;  // Chosen: a quarter of what is taken.

 private:
  struct Entry {
    SignedHeader header;
    Batch batch;
    BatchState state = BatchState::waiting;
    bool at_once = false;      // An onboarding.
    UnixNanos header_due = 0;  // Earliest times, before any waiting.
    UnixNanos body_from = 0;   // With others,
    UnixNanos body_due = 0;    // by itself.
    UnixNanos not_before = 0;  // After a postponement.
    int attempts = 0;
    int resent = 0;  // Headers sent again after a 404.
  };

  Outbox(Journal journal, NetworkId network, const SigningKey& key, const DeliveryRules& rules);
  Result<void> replay(const OutboxRecord& record);
  Result<void> write(const OutboxRecord& record);
  Result<void> sign(std::vector<Message> messages);
  Result<void> advance(const Parcel& parcel, BatchState state, int status, std::string detail);
  Result<void> compact();
  void enqueue(const OutboxSigned& entry);
  void settle(const OutboxProgress& progress);
  Entry* find(std::uint64_t sequence);
  UnixNanos due_time(const Entry& entry) const;
  UnixNanos ready_time(const Entry& entry) const;
  std::int64_t wait_nanos(const Entry& entry) const;

  Journal journal_;
  NetworkId network_;
  SigningKey key_;
  DeliveryRules rules_;
  OutboxBase base_;
  std::vector<Message> waiting_;  // Not signed yet, in order of arrival.
  std::deque<Entry> batches_;     // Not settled yet, ascending by sequence.
  std::deque<OutboxProgress> failures_;
  UnixNanos closed_until_ = 0;
};

}  // namespace earshot::hotspot
