#include "rewards/chain/contract.h"

#include <algorithm>
#include <map>

#include "rewards/chain/contract_artifact.h"

namespace earshot::rewards::chain {
namespace {

AbiValue abi_epoch(const Epoch& epoch) {
  const std::vector<AbiValue> members = {
      abi_uint(epoch.epoch),
      abi_uint(epoch.signer_set_version),
      abi_word(epoch.previous_rewards_root),
      abi_word(epoch.rewards_root),
      abi_uint(epoch.cumulative_total),
      abi_word(epoch.debits_root),
      abi_uint(epoch.cumulative_data),
      abi_word(epoch.artifact_hash),
      abi_uint(epoch.log_size),
      abi_word(epoch.log_root),
  };
  return abi_tuple(members);
}

AbiValue abi_addresses(std::span<const EvmAddress> addresses) {
  std::vector<AbiValue> items;
  for (const EvmAddress& address : addresses) items.push_back(abi_address(address));
  return abi_array(items);
}

AbiValue abi_rotation(const Rotation& rotation) {
  const std::vector<AbiValue> members = {abi_uint(rotation.version), abi_uint(rotation.threshold),
                                         abi_addresses(rotation.signers)};
  return abi_tuple(members);
}

// The three parallel arrays of claimMany and proveOverTotal.
std::vector<AbiValue> abi_claims(std::span<const Claim> claims) {
  std::vector<AbiValue> accounts;
  std::vector<AbiValue> amounts;
  std::vector<AbiValue> proofs;
  for (const Claim& claim : claims) {
    accounts.push_back(abi_address(claim.leaf.account));
    amounts.push_back(abi_word(claim.leaf.cumulative));
    proofs.push_back(abi_words(claim.proof));
  }
  return {abi_array(accounts), abi_array(amounts), abi_array(proofs)};
}

// Two leaves of one account, each with its proof.
std::vector<AbiValue> abi_pair(TreeKind tree, const Claim& one, const Claim& other) {
  return {abi_uint(static_cast<std::uint8_t>(tree)),
          abi_address(one.leaf.account),
          abi_word(one.leaf.cumulative),
          abi_words(one.proof),
          abi_word(other.leaf.cumulative),
          abi_words(other.proof)};
}

Bytes call_with_leaf(std::string_view signature, const Claim& claim) {
  return abi_call(signature,
                  std::vector<AbiValue>{abi_address(claim.leaf.account),
                                        abi_word(claim.leaf.cumulative), abi_words(claim.proof)});
}

constexpr std::uint64_t kMaxReservationEpochs = 60;  // Given: MAX_RESERVATION_EPOCHS.

constexpr std::string_view kEpochAbi =
    "(uint64,uint64,bytes32,bytes32,uint128,bytes32,uint128,bytes32,uint64,bytes32)";

// Reads words in order and keeps the first error, so that a caller asks once at the end.
class WordReader {
 public:
  explicit WordReader(std::span<const Word> words) : words_(words) {}
  const Word& next() { return words_[index_++]; }
  Uint128 number() { return keep(uint128_of(next())); }
  std::uint64_t number64() { return keep(uint64_of(next())); }
  const std::optional<Error>& error() const { return error_; }

 private:
  template <class T>
  T keep(const Result<T>& value) {
    if (value) return *value;
    if (!error_) error_ = value.error();
    return T{};
  }

  std::span<const Word> words_;
  std::size_t index_ = 0;
  std::optional<Error> error_;
};

// From the words of status(), in its order.
Result<ContractStatus> status_of(std::span<const Word> words) {
  ContractStatus status;
  WordReader reader(words);
  status.epoch = reader.number64();
  status.matures_at = reader.number64();
  status.newest_total = reader.number();
  status.newest_root = reader.next();
  status.log_size = reader.number64();
  status.threshold = reader.number64();
  const Result<EvmAddress> guardian = address_of(reader.next());
  if (!guardian) return fail(guardian.error());
  status.guardian = *guardian;
  status.paused = reader.number() != 0;
  status.supply = reader.number();
  status.claimed = reader.number();
  status.deposited = reader.number();
  status.withdrawn = reader.number();
  status.newest_data = reader.number();
  status.signer_set_version = reader.number64();
  status.current_root = reader.next();
  status.current_total = reader.number();
  status.settled_epoch = reader.number64();
  status.settled_debits = reader.next();
  if (reader.error()) return fail(*reader.error());
  return status;
}

Hash256 event_kind(std::string_view signature) { return keccak256(as_bytes(signature)); }

std::vector<Word> words_of(const Bytes& data) {
  std::vector<Word> words(data.size() / std::tuple_size_v<Word>);
  Reader reader(data);
  for (Word& word : words) word = reader.get_array<32>();
  return words;
}

// Of an event that names an account first and then a uint128.
Result<AccountTotal> first_amount(const Event& event) {
  const std::vector<Word> words = words_of(event.data);
  if (event.topics.size() != 2 || words.empty()) {
    return fail(Errc::bad_data, "node sent an event that lacks its account or amount");
  }
  const Result<EvmAddress> account = address_of(event.topics[1]);
  if (!account) return fail(account.error());
  const Result<Uint128> amount = uint128_of(words[0]);
  if (!amount) return fail(amount.error());
  return AccountTotal{*account, *amount};
}

// SignersChanged: threshold, offset of the array (64), its length, its items.
Result<SignerSets> signer_set_of(const Event& event) {
  const std::vector<Word> words = words_of(event.data);
  const auto bad = [] { return fail(Errc::bad_data, "node sent an event that is no signer set"); };
  if (words.size() < 3) return bad();
  const Result<std::uint64_t> threshold = uint64_of(words[0]);
  const Result<std::uint64_t> count = uint64_of(words[2]);
  if (!threshold || !count || *count != words.size() - 3 || *threshold == 0) return bad();
  SignerSets set{*threshold, {}};
  for (const Word& word : std::span(words).subspan(3)) {
    const Result<EvmAddress> signer = address_of(word);
    if (!signer) return bad();
    set.signers.push_back(*signer);
  }
  return set;
}

}  // namespace

Result<void> check_terms(const DeployTerms& terms) {
  const auto refuse = [](const std::string& what) { return fail(Errc::usage, what); };
  if (terms.threshold == 0 || terms.threshold > terms.signers.size()) {
    return refuse("threshold is " + std::to_string(terms.threshold) + ", allowed: 1 to " +
                  std::to_string(terms.signers.size()) + " (the number of signers)");
  }
  const bool ascending = std::adjacent_find(terms.signers.begin(), terms.signers.end(),
                                            std::greater_equal<>()) == terms.signers.end();
  if (!ascending || terms.signers.front() == EvmAddress{}) {
    return refuse("signers must be ascending, without repeats and without the zero address");
  }
  if (terms.first_epoch == 0) return refuse("first epoch is 0, allowed: 1 and more");
  if (terms.epoch_seconds == 0) return refuse("epoch length is 0 s, allowed: 1 and more");
  if (terms.activation_delay > terms.epoch_seconds) {
    return refuse("activation delay is " + std::to_string(terms.activation_delay) +
                  " s, allowed: at most an epoch (" + std::to_string(terms.epoch_seconds) + " s)");
  }
  if (terms.reservation_epochs > kMaxReservationEpochs) {
    return refuse("reservations reach " + std::to_string(terms.reservation_epochs) +
                  " epochs ahead, allowed: 0 to " + std::to_string(kMaxReservationEpochs));
  }
  return {};
}

Bytes encode_deploy(const DeployTerms& terms) {
  const std::vector<AbiValue> members = {
      abi_uint(terms.first_epoch),        abi_uint(terms.epoch_seconds),
      abi_uint(terms.activation_delay),   abi_uint(terms.halving_epochs),
      abi_uint(terms.reservation_epochs), abi_uint(terms.emission_per_epoch)};
  const std::vector<AbiValue> arguments = {abi_addresses(terms.signers), abi_uint(terms.threshold),
                                           abi_address(terms.guardian), abi_tuple(members)};
  Bytes data = contract_creation_code();
  const Bytes encoded = abi_encode(arguments);
  data.insert(data.end(), encoded.begin(), encoded.end());
  return data;
}

Bytes encode_submit(const Epoch& epoch, ByteView signatures) {
  return abi_call("submitEpoch(" + std::string(kEpochAbi) + ",bytes)",
                  std::vector<AbiValue>{abi_epoch(epoch), abi_bytes(signatures)});
}

Bytes encode_propose_rotation(const Rotation& rotation, ByteView signatures) {
  return abi_call("proposeRotation((uint64,uint64,address[]),bytes)",
                  std::vector<AbiValue>{abi_rotation(rotation), abi_bytes(signatures)});
}

Bytes encode_rotate(const Rotation& rotation) {
  return abi_call("rotate((uint64,uint64,address[]))",
                  std::vector<AbiValue>{abi_rotation(rotation)});
}

Bytes encode_claim(const Claim& claim) {
  return call_with_leaf("claim(address,uint256,bytes32[])", claim);
}

Bytes encode_claim_many(std::span<const Claim> claims) {
  return abi_call("claimMany(address[],uint256[],bytes32[][])", abi_claims(claims));
}

Bytes encode_deposit(const EvmAddress& payer, Uint128 amount) {
  return abi_call("deposit(address,uint128)",
                  std::vector<AbiValue>{abi_address(payer), abi_uint(amount)});
}

Bytes encode_request_withdrawal() { return abi_call("requestWithdrawal()", {}); }

Bytes encode_withdraw(const Claim& debit) {
  return call_with_leaf("withdraw(address,uint256,bytes32[])", debit);
}

Bytes encode_prove_regression(TreeKind tree, const Claim& base, const Claim& newest) {
  return abi_call("proveRegression(uint8,address,uint256,bytes32[],uint256,bytes32[])",
                  abi_pair(tree, base, newest));
}

Bytes encode_prove_duplicate(TreeKind tree, const Claim& one, const Claim& other) {
  return abi_call("proveDuplicate(uint8,address,uint256,bytes32[],uint256,bytes32[])",
                  abi_pair(tree, one, other));
}

Bytes encode_prove_over_total(std::span<const Claim> claims) {
  return abi_call("proveOverTotal(address[],uint256[],bytes32[][])", abi_claims(claims));
}

Bytes encode_prove_overspend(const Claim& debit) {
  return call_with_leaf("proveOverspend(address,uint256,bytes32[])", debit);
}

Bytes encode_veto() { return abi_call("veto()", {}); }

Bytes encode_veto_rotation() { return abi_call("vetoRotation()", {}); }

Bytes encode_set_paused(bool paused) {
  return abi_call("setPaused(bool)", std::vector<AbiValue>{abi_uint(paused ? 1 : 0)});
}

Bytes encode_set_guardian(const EvmAddress& guardian) {
  return abi_call("setGuardian(address)", std::vector<AbiValue>{abi_address(guardian)});
}

Result<RewardsContract> RewardsContract::at(Node& node, const EvmAddress& address) {
  const Result<NetworkId> chain = node.chain_id();
  if (!chain) return fail(chain.error());
  const Result<bool> there = node.has_code(address);
  if (!there) return fail(there.error());
  if (!*there) {
    return fail(Errc::check_failed, "there is no contract at " + to_display(address) +
                                        " on chain " + std::to_string(*chain) + " (" + node.url() +
                                        ")");
  }
  return RewardsContract(node, {*chain, address});
}

Result<std::vector<Word>> RewardsContract::read(std::string_view signature,
                                                std::span<const AbiValue> arguments,
                                                std::size_t words,
                                                std::optional<std::uint64_t> block) {
  const Result<Bytes> result = node_.call(domain_.contract, abi_call(signature, arguments), block);
  if (!result) return fail(result.error());
  Result<std::vector<Word>> parsed = abi_result_words(*result, words);
  if (!parsed) {
    return fail(Errc::bad_data, to_display(domain_.contract) + " is not the rewards contract: " +
                                    std::string(signature) + ": " + parsed.error().detail);
  }
  return parsed;
}

Result<ContractStatus> RewardsContract::status() {
  // Each getter gives one word, but for current() and settled(), which give two.
  constexpr std::array<std::string_view, 14> kGetters = {
      "epoch()",       "maturesAt()",       "newestTotal()",    "newestRoot()",
      "logSize()",     "threshold()",       "guardian()",       "paused()",
      "totalSupply()", "totalClaimed()",    "totalDeposited()", "totalWithdrawn()",
      "newestData()",  "signerSetVersion()"};
  const Result<BlockHead> head = node_.head();
  if (!head) return fail(head.error());
  std::vector<Word> words;  // All of one block.
  for (const std::string_view getter : kGetters) {
    const Result<std::vector<Word>> word = read(getter, {}, 1, head->number);
    if (!word) return fail(word.error());
    words.push_back(word->front());
  }
  for (const std::string_view getter : {"current()", "settled()"}) {
    const Result<std::vector<Word>> pair = read(getter, {}, 2, head->number);
    if (!pair) return fail(pair.error());
    words.insert(words.end(), pair->begin(), pair->end());
  }
  Result<ContractStatus> status = status_of(words);
  if (status) status->block_timestamp = head->timestamp;
  return status;
}

Result<DepositStatus> RewardsContract::deposit_of(const EvmAddress& payer,
                                                  std::optional<std::uint64_t> number) {
  const Result<std::vector<Word>> words =
      read("deposits(address)", std::vector<AbiValue>{abi_address(payer)}, 2, number);
  if (!words) return fail(words.error());
  WordReader reader(*words);
  DepositStatus status;
  status.amount = reader.number();
  status.reserved_until = reader.number64();
  if (reader.error()) return fail(*reader.error());
  return status;
}

Result<std::vector<AccountTotal>> RewardsContract::deposits_at(std::uint64_t number) {
  const Result<std::vector<Event>> in =
      node_.events(domain_.contract, event_kind("Deposited(address,uint128,uint128)"), number);
  if (!in) return fail(in.error());
  const Result<std::vector<Event>> out =
      node_.events(domain_.contract, event_kind("Withdrawn(address,uint128)"), number);
  if (!out) return fail(out.error());
  std::map<EvmAddress, Uint128> amounts;
  for (const Event& event : *in) {
    const Result<AccountTotal> moved = first_amount(event);
    if (!moved) return fail(moved.error());
    amounts[moved->account] += moved->cumulative;
  }
  for (const Event& event : *out) {
    const Result<AccountTotal> moved = first_amount(event);
    if (!moved) return fail(moved.error());
    if (amounts[moved->account] < moved->cumulative) {
      return fail(Errc::bad_data, "node sent withdrawals of " + to_display(moved->account) +
                                      " without its deposits");
    }
    amounts[moved->account] -= moved->cumulative;
  }
  std::vector<AccountTotal> deposits;
  deposits.reserve(amounts.size());
  for (const auto& [payer, amount] : amounts) deposits.push_back({payer, amount});
  return deposits;
}

Result<SignerSets> RewardsContract::signers_at(std::uint64_t number) {
  const Result<std::vector<Event>> events =
      node_.events(domain_.contract, event_kind("SignersChanged(uint64,uint64,address[])"), number);
  if (!events) return fail(events.error());
  SignerSets sets;
  const std::size_t first = events->size() > 1 ? events->size() - 2 : 0;
  for (std::size_t i = first; i < events->size(); ++i) {
    const Result<SignerSets> one = signer_set_of((*events)[i]);
    if (!one) return fail(one.error());
    sets.threshold = i == first ? one->threshold : std::min(sets.threshold, one->threshold);
    sets.signers.insert(sets.signers.end(), one->signers.begin(), one->signers.end());
  }
  std::sort(sets.signers.begin(), sets.signers.end());
  sets.signers.erase(std::unique(sets.signers.begin(), sets.signers.end()), sets.signers.end());
  return sets;
}

Result<std::uint64_t> RewardsContract::reservation_epochs() {
  return read_number64("reservationEpochs()");
}

Result<std::uint64_t> RewardsContract::epoch_seconds() { return read_number64("epochSeconds()"); }

Result<std::uint64_t> RewardsContract::read_number64(std::string_view getter) {
  const Result<std::vector<Word>> word = read(getter, {}, 1);
  if (!word) return fail(word.error());
  return uint64_of(word->front());
}

Result<Uint128> RewardsContract::balance_of(const EvmAddress& account) {
  const Result<std::vector<Word>> word =
      read("balanceOf(address)", std::vector<AbiValue>{abi_address(account)}, 1);
  if (!word) return fail(word.error());
  return uint128_of(word->front());
}

Result<Uint128> RewardsContract::claimed(const EvmAddress& account) {
  const Result<std::vector<Word>> word =
      read("claimed(address)", std::vector<AbiValue>{abi_address(account)}, 1);
  if (!word) return fail(word.error());
  return uint128_of(word->front());
}

Result<bool> RewardsContract::is_signer(const EvmAddress& account) {
  const Result<std::vector<Word>> version =
      read("signerVersion(address)", std::vector<AbiValue>{abi_address(account)}, 1);
  if (!version) return fail(version.error());
  const Result<std::vector<Word>> in_force = read("signerSetVersion()", {}, 1);
  if (!in_force) return fail(in_force.error());
  return *version == *in_force;
}

Result<Uint128> RewardsContract::emission_cap(std::uint64_t epoch) {
  const Result<std::vector<Word>> word =
      read("emissionCap(uint64)", std::vector<AbiValue>{abi_uint(epoch)}, 1);
  if (!word) return fail(word.error());
  return uint128_of(word->front());
}

Result<Hash256> RewardsContract::hash_epoch(const Epoch& epoch) {
  const Result<std::vector<Word>> word =
      read("hashEpoch(" + std::string(kEpochAbi) + ")", std::vector<AbiValue>{abi_epoch(epoch)}, 1);
  if (!word) return fail(word.error());
  return word->front();
}

Result<Hash256> RewardsContract::hash_rotation(const Rotation& rotation) {
  const Result<std::vector<Word>> word = read("hashRotation((uint64,uint64,address[]))",
                                              std::vector<AbiValue>{abi_rotation(rotation)}, 1);
  if (!word) return fail(word.error());
  return word->front();
}

Result<Bytes> sign_epoch(std::span<const AccountKey> keys, const ContractDomain& domain,
                         const Epoch& epoch, std::size_t threshold) {
  const Hash256 digest = epoch_digest(domain, epoch);
  std::vector<EvmSignature> signatures;
  for (const AccountKey& key : keys) signatures.push_back(sign_digest(key, digest));
  return join_signatures(digest, signatures, threshold);
}

}  // namespace earshot::rewards::chain
