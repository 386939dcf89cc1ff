#include "cli/epoch_follower.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "core/time.h"
#include "verifier/fetch.h"

namespace earshot::cli {
namespace {

using rewards::chain::ContractStatus;
using rewards::chain::Progress;
using rewards::chain::Stage;
using rewards::chain::Submitter;

constexpr std::string_view kPrefix = "epoch-";
constexpr std::string_view kSuffix = ".journal";
constexpr Uint128 kHundredth = 10'000'000;  // Of a gwei, in wei.

std::optional<std::uint64_t> epoch_of(const std::string& name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  std::uint64_t epoch = 0;
  const char* const end = name.data() + name.size() - kSuffix.size();
  const auto [rest, error] = std::from_chars(name.data() + kPrefix.size(), end, epoch);
  return error == std::errc() && rest == end ? std::optional(epoch) : std::nullopt;
}

// The oldest epoch that has a journal.
Result<std::optional<std::uint64_t>> epoch_under_way(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator files(folder, error);
  if (error) return fail(Errc::permission, folder + ": " + error.message());
  std::optional<std::uint64_t> oldest;
  for (const auto& file : files) {
    const std::optional<std::uint64_t> epoch = epoch_of(file.path().filename().string());
    if (epoch) oldest = std::min(oldest.value_or(*epoch), *epoch);
  }
  return oldest;
}

std::string gwei(Uint128 wei) {
  const std::string hundredths = decimal((wei + kHundredth - 1) / kHundredth % 100);
  return decimal((wei + kHundredth - 1) / (100 * kHundredth)) + "." +
         (hundredths.size() < 2 ? "0" : "") + hundredths + " gwei";
}

}  // namespace

std::string EpochFollower::journal_of(std::uint64_t epoch) const {
  return options_.state_folder + "/" + std::string(kPrefix) + std::to_string(epoch) +
         std::string(kSuffix);
}

std::string EpochFollower::line(const std::string& what) const {
  return "epoch " + std::to_string(epoch_) + ": " + what;
}

Result<EpochFollower::Look> EpochFollower::look() {
  if (submitter_) return advance();
  // Anew with each look: a node may have become another one.
  Result<ConnectedContract> connected = connect(options_.node);
  if (!connected) return fail(connected.error());
  contract_.emplace(std::move(*connected));
  return resume_or_begin();
}

Result<EpochFollower::Look> EpochFollower::resume_or_begin() {
  const Result<std::optional<std::uint64_t>> under_way = epoch_under_way(options_.state_folder);
  if (!under_way) return fail(under_way.error());
  if (!*under_way) {
    const Result<ContractStatus> status = contract_->client().status();
    if (!status) return fail(status.error());
    epoch_ = status->epoch + 1;
    if (!status->pending()) return begin(epoch_);
    const Instant matures{static_cast<std::int64_t>(status->matures_at), 0};
    return Look{
        line("waits for the one before, which counts from " + to_iso8601(matures, 0)), {}, {}, {}};
  }
  epoch_ = **under_way;
  Result<std::optional<Submitter>> kept =
      Submitter::resume(contract_->node, signer_, contract_->domain.contract, journal_of(epoch_),
                        fee_rules(options_.send));
  if (!kept) return fail(kept.error());
  submitter_ = std::move(*kept);
  return Look{line("taken up from " + journal_of(epoch_)), true, {}, {}};
}

Result<EpochFollower::Look> EpochFollower::begin(std::uint64_t epoch) {
  const std::string number = std::to_string(epoch);
  const Result<std::optional<Bytes>> seal = verifier::fetch_if_there(
      options_.log, "/v1/epochs/" + number + "/seal", "epoch-" + number + ".seal");
  if (!seal) return fail(seal.error());
  if (!*seal) return Look{line("is not sealed yet"), {}, {}, {}};
  const Result<Proposal> proposal = propose(*contract_, options_.log, epoch);
  if (!proposal) return fail(proposal.error());
  const Result<Gathered> gathered = gather_signatures(options_, *proposal, *contract_);
  if (!gathered) return fail(gathered.error());
  const Result<Bytes> joined = rewards::chain::join_signatures(
      proposal->digest, gathered->signatures, proposal->status.threshold);
  if (!joined) {
    std::string what = "is sealed; " + joined.error().detail;
    for (const std::string& complaint : gathered->complaints) what += "; " + complaint;
    return Look{line(what), {}, {}, {}};
  }
  Result<Submitter> submitter =
      Submitter::begin(contract_->node, signer_, contract_->domain.contract,
                       rewards::chain::encode_submit(proposal->epoch, *joined), journal_of(epoch),
                       fee_rules(options_.send));
  if (!submitter) return fail(submitter.error());
  submitter_ = std::move(*submitter);
  const rewards::chain::Transaction& transaction = submitter_->transaction();
  return Look{line("sent with nonce " + std::to_string(transaction.nonce) + " at no more than " +
                   gwei(transaction.max_fee) + " a gas"),
              true,
              {},
              {}};
}

Result<EpochFollower::Look> EpochFollower::advance() {
  const std::size_t attempts = submitter_->attempts();
  const Result<Progress> progress = submitter_->advance();
  if (!progress) {
    // What the contract says next decides whether there is still something to do.
    if (submitter_->is_lost()) forget();
    return fail(progress.error().code, line(progress.error().detail));
  }
  const std::string name = prefixed(progress->transaction);
  if (progress->stage == Stage::waiting) {
    const bool is_dearer = submitter_->attempts() > attempts;
    const std::string fee = gwei(submitter_->transaction().max_fee);
    return Look{line(name + (is_dearer ? " pays up to " + fee + " now" : " waits for a block")),
                {},
                {},
                {}};
  }
  const std::string block = "in block " + std::to_string(progress->receipt->block_number);
  if (progress->stage == Stage::mined) {
    return Look{line(name + " is " + block + ", not final yet"), {}, {}, {}};
  }
  forget();
  return Look{
      line(name + " is final " + block + ", gas " + std::to_string(progress->receipt->gas_used)),
      true, progress->receipt, epoch_};
}

void EpochFollower::forget() {
  submitter_.reset();
  std::error_code ignored;  // A journal that stays is taken up again, and found done.
  std::filesystem::remove(journal_of(epoch_), ignored);
}

}  // namespace earshot::cli
