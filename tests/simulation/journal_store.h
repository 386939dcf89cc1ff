// MessageStore on a simulated disk: one file of records, each written and synced before a commit
// returns; what is read comes from memory. A record is length (4) | SHA-256 of the rest (32) | the
// write set. Opening reads records up to the first that is not whole, as a crash leaves one.
#pragma once
#include <functional>
#include <memory>

#include "tests/doubles/memory_store.h"
#include "tests/simulation/disk.h"

namespace earshot::simulation {

inline constexpr const char* kJournalFile = "messages";

class JournalStore final : public verifier::MessageStore {
 public:
  // Faults of a store that tests of the simulator switch on; each breaks the promise of `commit`.
  enum class Flaw : std::uint8_t {
    none,
    answers_before_writing,
    writes_in_two_steps,
    loses_a_message
  };

  static std::unique_ptr<JournalStore> open(Disk& disk, Flaw flaw);

  Result<void> commit(const verifier::WriteSet& writes) override;

  Result<std::optional<verifier::StoredHeader>> find_header(const Hash256& id) const override {
    return memory_.find_header(id);
  }
  Result<std::optional<Hash256>> find_header_at(const PublicKey& signer,
                                                std::uint64_t sequence) const override {
    return memory_.find_header_at(signer, sequence);
  }
  Result<std::optional<verifier::StoredMessage>> find_message(const Hash256& id) const override {
    return memory_.find_message(id);
  }
  Result<std::optional<Hash256>> find_statement(const Bytes& statement) const override {
    return memory_.find_statement(statement);
  }
  Result<std::vector<verifier::StoredMessage>> messages_of_rounds(Round first,
                                                                  Round end) const override;
  Result<std::vector<verifier::StoredMessage>> onboardings(
      const std::optional<PublicKey>& hotspot) const override {
    return memory_.onboardings(hotspot);
  }
  Result<bool> is_registered(const PublicKey& hotspot) const override {
    return memory_.is_registered(hotspot);
  }
  Result<std::vector<verifier::Equivocation>> equivocations() const override {
    return memory_.equivocations();
  }
  Result<bool> has_equivocation(const Hash256& second) const override {
    return memory_.has_equivocation(second);
  }
  Result<std::vector<EvidenceChunk>> chunks(const Hash256& report) const override {
    return memory_.chunks(report);
  }
  Result<bool> has_mismatch(const Hash256& report) const override {
    return memory_.has_mismatch(report);
  }
  Round first_kept() const override { return memory_.first_kept(); }
  Result<std::vector<verifier::StoredHeader>> headers_after(const std::optional<Hash256>& after,
                                                            std::size_t most) const override {
    return memory_.headers_after(after, most);
  }
  verifier::LogHead log_head() const override { return memory_.log_head(); }
  Result<std::vector<verifier::LogEntry>> log_entries(std::uint64_t first,
                                                      std::uint64_t count) const override {
    return memory_.log_entries(first, count);
  }
  Result<std::vector<Hash256>> tile_hashes(int level, std::uint64_t first,
                                           std::uint64_t count) const override {
    return memory_.tile_hashes(level, first, count);
  }

  // Called when an epoch's messages have been read, with its first round: what else the service
  // does at that moment.
  std::function<void(Round)> after_reading_rounds = [](Round) {};

 private:
  JournalStore(Disk& disk, Flaw flaw) : disk_(disk), flaw_(flaw) {}
  bool append(const verifier::WriteSet& writes);

  Disk& disk_;
  Flaw flaw_;
  verifier::MemoryStore memory_;
  std::uint64_t end_ = 0;
  std::optional<verifier::WriteSet> unwritten_;  // Of a store that answers before it writes.
};

}  // namespace earshot::simulation
