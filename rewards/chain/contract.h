// The rewards contract, asked by name. Serves one thread at a time.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "rewards/chain/abi.h"
#include "rewards/chain/contract_calls.h"
#include "rewards/chain/contract_events.h"
#include "rewards/chain/node.h"

namespace earshot::rewards::chain {

// The contract at one moment.
struct ContractStatus {
  std::uint64_t epoch = 0;       // The last one submitted, cancelled or not.
  std::uint64_t matures_at = 0;  // Unix seconds; 0 when the newest root was cancelled.
  Hash256 newest_root{};
  Uint128 newest_total = 0;
  Hash256 current_root{};  // What claims are made against now.
  Uint128 current_total = 0;
  std::uint64_t log_size = 0;
  std::uint64_t signer_set_version = 0;
  std::uint64_t threshold = 0;
  EvmAddress guardian{};
  bool paused = false;
  Uint128 supply = 0;
  Uint128 claimed = 0;  // By all, ever.
  Uint128 deposited = 0;
  Uint128 withdrawn = 0;
  Uint128 newest_data = 0;          // What deposits paid of the newest total.
  std::uint64_t settled_epoch = 0;  // Of the current root.
  Hash256 settled_debits{};         // What withdrawals are made against now.
  std::uint64_t block_timestamp = 0;
  bool pending() const { return block_timestamp < matures_at; }
};

// A depositor's account at one moment.
struct DepositStatus {
  Uint128 amount = 0;                // Deposited less withdrawn, spent or not.
  std::uint64_t reserved_until = 0;  // With a withdrawal requested: an epoch; else 0.
};

class RewardsContract {
 public:
  // `node` outlives this.
  RewardsContract(Node& node, const ContractDomain& domain) : node_(node), domain_(domain) {}
  // Asks the node for its chain id. Errc::check_failed when there is no contract at `address`.
  static Result<RewardsContract> at(Node& node, const EvmAddress& address);

  const ContractDomain& domain() const { return domain_; }
  Result<ContractStatus> status();
  // Base units; an Errc::bad_data above 2^128, which the emission cap rules out.
  Result<Uint128> balance_of(const EvmAddress& account);
  Result<Uint128> claimed(const EvmAddress& account);
  // At block `number`, or at the newest.
  Result<DepositStatus> deposit_of(const EvmAddress& payer,
                                   std::optional<std::uint64_t> number = std::nullopt);
  // What everybody who ever deposited has in it at block `number`, ascending: from the contract's
  // events, so that a node without old states knows it, too.
  Result<std::vector<AccountTotal>> deposits_at(std::uint64_t number);
  // The newest signer set at block `number` and the one before it, whose signers may have reserved
  // what is still open. Threshold 0 and nobody before the contract was there.
  Result<SignerSets> signers_at(std::uint64_t number);
  // The term that reservations are counted by, and the length of an epoch in seconds.
  Result<std::uint64_t> reservation_epochs();
  Result<std::uint64_t> epoch_seconds();
  Result<bool> is_signer(const EvmAddress& account);
  Result<Uint128> emission_cap(std::uint64_t epoch);
  // The contract's own EIP-712 digests: what epoch_digest and rotation_digest must equal.
  Result<Hash256> hash_epoch(const Epoch& epoch);
  Result<Hash256> hash_rotation(const Rotation& rotation);

 private:
  Result<std::vector<Word>> read(std::string_view signature, std::span<const AbiValue> arguments,
                                 std::size_t words,
                                 std::optional<std::uint64_t> block = std::nullopt);
  Result<std::vector<Word>> ask(std::string_view name, const Bytes& call, std::size_t words,
                                std::optional<std::uint64_t> block);
  Result<std::uint64_t> read_number64(std::string_view getter);

  Node& node_;
  ContractDomain domain_;
};

// Signatures of everybody in `keys`, joined for the contract. join_signatures' errors.
Result<Bytes> sign_epoch(std::span<const AccountKey> keys, const ContractDomain& domain,
                         const Epoch& epoch, std::size_t threshold);

}  // namespace earshot::rewards::chain
