// MessageStore on RocksDB: one write batch and one fsync for all commits that wait at the moment.
//
// Column families (format 4; in format 3 places had all messages): headers, sequences, messages and
// onboardings (by what they state, the id before the content), places (id -> key there, of
// onboardings and what was indexed), equivocations, evidence, mismatches, log (index
// of the first -> some entries, as they were written together), tiles (level, index -> tile hash
// above the entries); the default one holds format, network, the log's frontier and the first round
// that is kept.
//
// A commit that cannot be written (a full disk) fails with Errc::unavailable and nothing of it is
// acknowledged; what was acknowledged stays readable. Commits work again by themselves once there
// is room.
#pragma once
#include <memory>
#include <string>

#include "core/hash.h"
#include "verifier/store.h"

namespace spdlog {
class logger;
}

namespace earshot::verifier {

struct StoreRules {
  NetworkId network = 0;
  // Commits are refused while less is free on the store's disk; 0: until the disk is full.
  std::uint64_t reserve_bytes = 0;
  spdlog::logger* log =
      nullptr;  // Borrowed. Told once when commits fail, once when they work again.
};

class RocksStore final : public MessageStore {
 public:
  // Makes `directory` when missing. Errc::unavailable when it cannot be used (another process has
  // it, a full disk, no permission), Errc::bad_data when it is damaged or of another network.
  static Result<std::unique_ptr<RocksStore>> open(const std::string& directory,
                                                  const StoreRules& rules);
  ~RocksStore() override;

  Result<void> commit(const WriteSet& writes) override;
  bool is_up() const override;
  Result<std::optional<StoredHeader>> find_header(const Hash256& id) const override;
  Result<std::optional<Hash256>> find_header_at(const PublicKey& signer,
                                                std::uint64_t sequence) const override;
  Result<std::optional<StoredMessage>> find_message(const Hash256& id) const override;
  Result<std::optional<Hash256>> find_statement(const Bytes& statement) const override;
  Result<std::vector<StoredMessage>> messages_of_rounds(Round first, Round end) const override;
  Result<std::vector<StoredMessage>> onboardings(
      const std::optional<PublicKey>& hotspot) const override;
  Result<bool> is_registered(const PublicKey& hotspot) const override;
  Result<std::vector<Equivocation>> equivocations() const override;
  Result<bool> has_equivocation(const Hash256& second) const override;
  Result<std::vector<EvidenceChunk>> chunks(const Hash256& report) const override;
  Result<bool> has_mismatch(const Hash256& report) const override;
  std::uint64_t evidence_bytes() const override;
  Result<void> give_back_evidence() override;
  Round first_kept() const override;
  Result<std::vector<StoredHeader>> headers_after(const std::optional<Hash256>& after,
                                                  std::size_t most) const override;
  std::uint64_t message_bytes() const override;
  std::uint64_t log_bytes() const override;
  Result<void> give_back_messages(std::atomic<bool>& stopping) override;
  LogHead log_head() const override;
  Result<std::vector<LogEntry>> log_entries(std::uint64_t first,
                                            std::uint64_t count) const override;
  Result<std::vector<Hash256>> tile_hashes(int level, std::uint64_t first,
                                           std::uint64_t count) const override;

 private:
  struct Impl;
  explicit RocksStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::verifier
