// Where messages are kept. What `commit` has returned for survives the loss of power; a write set
// is kept whole or not at all.
//
// Any thread, at once: commits of several threads share one synchronous write. The store does not
// decide what may be kept together: verifier/ingest.h does, and holds the signer's lock from its
// last look until the commit has returned.
#pragma once
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "core/messages.h"
#include "verifier/log/intake_log.h"

namespace earshot::verifier {

struct StoredHeader {
  Hash256 id{};
  SignedHeader header;
  UnixNanos received = 0;
  bool operator==(const StoredHeader&) const = default;
};

struct StoredMessage {
  Hash256 id{};
  Message message;
  Hash256 header{};         // Id of the header that signs it.
  std::uint32_t index = 0;  // In the header's batch.
  std::vector<Hash256> path;
  UnixNanos received = 0;
  bool operator==(const StoredMessage&) const = default;
};

// What a signer may say once, as bytes: rules/form.h's StatementKey, the signer first.
Bytes statement_bytes(const Message& message);

// Two things under one key, of which at most one may exist. Both are signed by the same signer.
struct Equivocation {
  Hash256 first{};
  Hash256 second{};
  // A second header: its encoding, and behind it the first's once that is forgotten. Empty for
  // messages as long as both are in the store, then both as in a record, each behind its length
  // (4).
  Bytes evidence;
  bool operator==(const Equivocation&) const = default;
};

// A piece of a snippet, kept by (report, index): the first that comes under an index stays.
struct StoredChunk {
  Hash256 report{};
  EvidenceChunk chunk;
};

// A report or notice that is in the store, to be found by its id.
struct IndexedMessage {
  Hash256 id{};
  Message message;
};

// Where a header stands: under its id, and in its signer's sequence.
struct HeaderPlace {
  Hash256 id{};
  PublicKey signer{};
  std::uint64_t sequence = 0;
};

struct WriteSet {
  std::vector<StoredHeader> headers;
  std::vector<StoredMessage> messages;
  // Statement key, id of the message that is the first under it; in the order of `messages`.
  std::vector<std::pair<Bytes, Hash256>> statements;
  std::vector<Equivocation> equivocations;
  std::vector<StoredChunk> chunks;
  std::vector<Hash256> mismatched_reports;  // Reports for which a chunk came that does not fit.
  std::vector<IndexedMessage> indexed;      // What the store does not hold is left out.
  std::vector<LogEntry> log;                // Appended in this order.
  // What follows is forgotten before the above is kept. What is not there is no error.
  // Reports whose chunks, and that one did not fit, are forgotten.
  std::vector<Hash256> forgotten_reports;
  // Reports and notices of earlier rounds are forgotten; what is in `messages` is not of these.
  std::optional<Round> first_kept;
  std::vector<HeaderPlace> forgotten_headers;
  std::vector<Hash256> unindexed;  // Messages, not to be found by their ids any more.
};

class MessageStore {
 public:
  virtual ~MessageStore() = default;

  // Errc::unavailable when it could not be written (a full disk, a failed one): nothing is kept.
  virtual Result<void> commit(const WriteSet& writes) = 0;
  // False when the last commit failed. An empty one is a way to find out whether the next would.
  virtual bool is_up() const { return true; }

  // Reading fails with Errc::unavailable (the file system) or Errc::bad_data (damage).
  virtual Result<std::optional<StoredHeader>> find_header(const Hash256& id) const = 0;
  virtual Result<std::optional<Hash256>> find_header_at(const PublicKey& signer,
                                                        std::uint64_t sequence) const = 0;
  // Finds onboardings, and what was `indexed`: few messages are ever asked for by their ids, and an
  // index of all would cost as much as the messages.
  virtual Result<std::optional<StoredMessage>> find_message(const Hash256& id) const = 0;
  // Id of the message that has the statement key.
  virtual Result<std::optional<Hash256>> find_statement(const Bytes& statement) const = 0;
  // Reports and notices of rounds first <= round < end, by (round, type, id).
  virtual Result<std::vector<StoredMessage>> messages_of_rounds(Round first, Round end) const = 0;
  // Ascending by (hotspot, sequence, id); of one hotspot only, or of all.
  virtual Result<std::vector<StoredMessage>> onboardings(
      const std::optional<PublicKey>& hotspot) const = 0;
  virtual Result<bool> is_registered(const PublicKey& hotspot) const = 0;
  virtual Result<std::vector<Equivocation>> equivocations() const = 0;
  virtual Result<bool> has_equivocation(const Hash256& second) const = 0;

  // Ascending by index.
  virtual Result<std::vector<EvidenceChunk>> chunks(const Hash256& report) const = 0;
  virtual Result<bool> has_mismatch(const Hash256& report) const = 0;
  // What the chunks take, about, with what is forgotten and not given back yet.
  virtual std::uint64_t evidence_bytes() const { return 0; }
  // Gives back the room of forgotten chunks. Seconds; while others read and write.
  virtual Result<void> give_back_evidence() { return {}; }

  // The first round whose reports and notices are kept; 0 while none were forgotten.
  virtual Round first_kept() const = 0;
  // Ascending by id, at most `most`: all after `after`, or from the first.
  virtual Result<std::vector<StoredHeader>> headers_after(const std::optional<Hash256>& after,
                                                          std::size_t most) const = 0;
  // What headers, reports and notices take, and what the intake log does; about.
  virtual std::uint64_t message_bytes() const { return 0; }
  virtual std::uint64_t log_bytes() const { return 0; }
  // Gives back the room of forgotten headers and messages. Seconds to minutes, while others read
  // and write; ends early once `stopping`.
  virtual Result<void> give_back_messages(std::atomic<bool>& /*stopping*/) { return {}; }

  virtual LogHead log_head() const = 0;
  virtual Result<std::vector<LogEntry>> log_entries(std::uint64_t first,
                                                    std::uint64_t count) const = 0;
  // Roots of the complete subtrees of 256^level log entries, `count` of them from `first` on: fewer
  // where the log ends.
  virtual Result<std::vector<Hash256>> tile_hashes(int level, std::uint64_t first,
                                                   std::uint64_t count) const = 0;
};

}  // namespace earshot::verifier
