// What is small and precious: entropy commitments with their seeds, links released, audits asked
// for, sealed epochs. SQLite with a write-ahead log and synchronous=FULL: what a method has
// returned for survives the loss of power. Any thread; calls are serialised inside.
//
// Errors: Errc::unavailable (full or failed disk, another process), Errc::bad_data (damage,
// another network or format).
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/entropy.h"
#include "core/hash.h"
#include "rewards/policy.h"
#include "verifier/record.h"

namespace earshot::verifier {

// The hash chain of one epoch. `head`: height of the chain of blocks when it was committed to; the
// entropy's block is head + 1, its hash known once the node says it is finalized.
struct EntropyCommitment {
  std::uint64_t epoch = 0;
  ByteArray<32> seed{};  // Secret until the epoch is over.
  Hash256 commitment{};
  Round first_round = 0;  // Links are for rounds first_round + i.
  std::uint64_t rounds = 0;
  std::uint64_t head = 0;
  UnixNanos committed_at = 0;
  std::optional<Hash256> block_hash;
  bool operator==(const EntropyCommitment&) const = default;
};

// A link that was released in time, and what it made.
struct ReleasedRound {
  Round round = 0;
  Hash256 link{};
  Entropy entropy{};
  bool operator==(const ReleasedRound&) const = default;
};

struct AuditTask {
  Hash256 report{};
  std::uint64_t epoch = 0;
  PublicKey hotspot{};
  UnixNanos deadline = 0;
  std::optional<AuditRecord> answer;
  bool operator==(const AuditTask&) const = default;
};

struct AuditDraw {
  Round round = 0;  // Zero: nothing could be drawn.
  Entropy entropy{};
  bool operator==(const AuditDraw&) const = default;
};

// Everything published about an epoch, as it is served.
struct SealedEpoch {
  std::uint64_t epoch = 0;
  Bytes record;
  Bytes seal;
  Bytes artifact;
  std::string policy_toml;
  std::string summary_json;      // GET /v1/epochs/{n}
  std::string coverage_geojson;  // GET /v1/coverage.geojson
  std::vector<rewards::Standing> standings;
  CompactRange log;    // The network log after the epoch.
  Bytes history = {};  // encode(History) after the epoch.
};

// What is said of a message that is in no record.
struct LateMessage {
  Hash256 id{};
  MessageType type = MessageType::witness_report;
  PublicKey hotspot{};
  Round round = 0;
  UnixNanos received = 0;
  bool operator==(const LateMessage&) const = default;
};

class RegistryStore {
 public:
  static Result<std::unique_ptr<RegistryStore>> open(const std::string& path, NetworkId network);
  ~RegistryStore();

  // The first epoch that this verifier judges: written once, by the first start.
  Result<std::optional<std::uint64_t>> first_epoch() const;
  Result<void> set_first_epoch(std::uint64_t epoch);
  // Where a virtual clock stands, so that a restart goes on from there.
  Result<std::optional<UnixNanos>> virtual_time() const;
  Result<void> set_virtual_time(UnixNanos time);

  // When the verifier was last known to be there (its own clock), and when it was not. A stretch
  // that ends at `now` moves the deadlines of open audits that it cut into by its length; both, and
  // that it is there again, or nothing is kept.
  Result<std::optional<UnixNanos>> last_up() const;
  Result<void> set_last_up(UnixNanos now);
  Result<void> add_outage(const Outage& outage);
  Result<std::vector<Outage>> outages() const;  // Ascending, joined.

  // The last epoch whose snippets were deleted, and the last whose reports were; up to which round
  // headers of before were looked through.
  Result<std::optional<std::uint64_t>> evidence_forgotten() const;
  Result<void> set_evidence_forgotten(std::uint64_t epoch);
  Result<std::optional<std::uint64_t>> messages_forgotten() const;
  Result<void> set_messages_forgotten(std::uint64_t epoch);
  Result<std::optional<Round>> headers_swept() const;
  Result<void> set_headers_swept(Round first_kept);

  // What came for an epoch and is not in its record, once its messages are deleted: all or none;
  // what is there stays.
  Result<void> add_after_seal(std::uint64_t epoch, const std::vector<LateMessage>& messages);
  Result<std::vector<LateMessage>> after_seal(std::uint64_t epoch) const;  // By (round, type, id).

  Result<std::optional<EntropyCommitment>> commitment(std::uint64_t epoch) const;
  Result<void> add_commitment(const EntropyCommitment& commitment);
  Result<void> set_block_hash(std::uint64_t epoch, const Hash256& hash);

  Result<void> release(const std::vector<ReleasedRound>& rounds);  // All or none.
  Result<std::optional<ReleasedRound>> released(Round round) const;
  // Ascending; first <= round < end.
  Result<std::vector<ReleasedRound>> released_between(Round first, Round end) const;
  Result<std::optional<Round>> last_released() const;

  // The draw, its tasks and the outages that it was made with, all or none.
  Result<void> add_draw(std::uint64_t epoch, const AuditDraw& draw,
                        const std::vector<AuditTask>& tasks,
                        const std::vector<Outage>& outages = {});
  Result<std::optional<AuditDraw>> draw(std::uint64_t epoch) const;
  Result<std::vector<Outage>> outages_at_draw(std::uint64_t epoch) const;  // None before it.
  Result<std::optional<std::uint64_t>> last_drawn() const;
  Result<std::vector<AuditTask>> tasks_of_epoch(std::uint64_t epoch) const;  // Ascending by report.
  Result<std::vector<AuditTask>> open_tasks(const PublicKey& hotspot, UnixNanos now) const;
  Result<std::optional<AuditTask>> task(const Hash256& report) const;
  Result<void> answer(const AuditRecord& audit);
  // What was measured of the snippets of a beacon, all or none; a first answer stays.
  Result<void> add_noise(std::uint64_t epoch, const std::vector<NoisePair>& pairs);
  Result<std::vector<NoisePair>> noise(std::uint64_t epoch) const;  // Ascending.

  Result<void> add_sealed(const SealedEpoch& sealed);
  Result<std::optional<SealedEpoch>> sealed(std::uint64_t epoch) const;
  Result<std::optional<std::uint64_t>> last_sealed() const;
  Result<std::optional<rewards::Tier>> tier(std::uint64_t epoch, const PublicKey& hotspot) const;

 private:
  struct Impl;
  explicit RegistryStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::verifier
