#include "rewards/chain/contract.h"

namespace earshot::rewards::chain {
namespace {

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

}  // namespace

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
  return ask(signature, abi_call(signature, arguments), words, block);
}

Result<std::vector<Word>> RewardsContract::ask(std::string_view name, const Bytes& call,
                                               std::size_t words,
                                               std::optional<std::uint64_t> block) {
  const Result<Bytes> result = node_.call(domain_.contract, call, block);
  if (!result) return fail(result.error());
  Result<std::vector<Word>> parsed = abi_result_words(*result, words);
  if (!parsed) {
    return fail(Errc::bad_data, to_display(domain_.contract) + " is not the rewards contract: " +
                                    std::string(name) + ": " + parsed.error().detail);
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
  const Result<std::vector<Event>> in = node_.events(domain_.contract, deposited_event(), number);
  if (!in) return fail(in.error());
  const Result<std::vector<Event>> out = node_.events(domain_.contract, withdrawn_event(), number);
  if (!out) return fail(out.error());
  return deposits_of(*in, *out);
}

Result<SignerSets> RewardsContract::signers_at(std::uint64_t number) {
  const Result<std::vector<Event>> events =
      node_.events(domain_.contract, signers_changed_event(), number);
  if (!events) return fail(events.error());
  return signer_sets_of(*events);
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
  const Result<std::vector<Word>> word = ask("hashEpoch", encode_hash_epoch(epoch), 1, {});
  if (!word) return fail(word.error());
  return word->front();
}

Result<Hash256> RewardsContract::hash_rotation(const Rotation& rotation) {
  const Result<std::vector<Word>> word = ask("hashRotation", encode_hash_rotation(rotation), 1, {});
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
