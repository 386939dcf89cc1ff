// The rewards contract, called by name: what is read from it, and the bytes of what is sent to it.
// The encoders are pure; a RewardsContract serves one thread at a time.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "rewards/chain/abi.h"
#include "rewards/chain/eip712.h"
#include "rewards/chain/node.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards::chain {

// The constructor's arguments (EarshotRewards.sol, Terms).
struct DeployTerms {
  std::vector<EvmAddress> signers;  // Strictly ascending.
  std::uint64_t threshold = 2;      // Signatures that an epoch needs.
  EvmAddress guardian{};            // May veto and pause; zero: nobody.
  std::uint64_t first_epoch = 1;    // At least 1.
  std::uint64_t epoch_seconds = 86'400;
  std::uint64_t activation_delay = 3'600;  // Seconds, at most epoch_seconds.
  std::uint64_t halving_epochs = 0;        // 0: emission never halves.
  std::uint64_t reservation_epochs = 1;    // How far ahead deposits are reserved; at most 60.
  Uint128 emission_per_epoch = 0;          // Base units.
};
// Errc::usage names the term that the contract would refuse.
Result<void> check_terms(const DeployTerms& terms);

// Transaction data. `signatures` as join_signatures gives them.
Bytes encode_deploy(const DeployTerms& terms);
Bytes encode_submit(const Epoch& epoch, ByteView signatures);
Bytes encode_propose_rotation(const Rotation& rotation, ByteView signatures);
Bytes encode_rotate(const Rotation& rotation);
struct Claim {
  PayoutLeaf leaf;
  std::vector<Hash256> proof;
};
Bytes encode_claim(const Claim& claim);
Bytes encode_claim_many(std::span<const Claim> claims);
// A payer's deposit: `debit` is its leaf in the debits, with the proof.
Bytes encode_deposit(const EvmAddress& payer, Uint128 amount);
Bytes encode_request_withdrawal();
Bytes encode_withdraw(const Claim& debit);
// Fraud proofs against the pending root, each with its leaves and their proofs.
enum class TreeKind : std::uint8_t { rewards = 0, debits = 1 };  // As the contract's Tree.
Bytes encode_prove_regression(TreeKind tree, const Claim& base, const Claim& newest);
Bytes encode_prove_duplicate(TreeKind tree, const Claim& one, const Claim& other);
Bytes encode_prove_over_total(std::span<const Claim> claims);  // Ascending by account.
Bytes encode_prove_overspend(const Claim& debit);
Bytes encode_veto();
Bytes encode_veto_rotation();
Bytes encode_set_paused(bool paused);
Bytes encode_set_guardian(const EvmAddress& guardian);

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

struct SignerSets {
  std::uint64_t threshold = 0;      // The lower of the two.
  std::vector<EvmAddress> signers;  // Of both, ascending.
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
  Result<std::uint64_t> read_number64(std::string_view getter);

  Node& node_;
  ContractDomain domain_;
};

// Signatures of everybody in `keys`, joined for the contract. join_signatures' errors.
Result<Bytes> sign_epoch(std::span<const AccountKey> keys, const ContractDomain& domain,
                         const Epoch& epoch, std::size_t threshold);

}  // namespace earshot::rewards::chain
