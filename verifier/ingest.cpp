#include "verifier/ingest.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "core/merkle.h"
#include "rewards/chain/eip712.h"
#include "verifier/log/intake_log.h"

namespace earshot::verifier {
namespace {

constexpr std::int64_t kStoreRetrySeconds = 10;  // Chosen: a full disk takes a person.

Intake refused(IntakeStatus status, std::string detail, std::int64_t retry_after_seconds = 0) {
  return {
      .status = status, .detail = std::move(detail), .retry_after_seconds = retry_after_seconds};
}
Intake store_failed(const Error& error) {
  return refused(IntakeStatus::store_failed, error.detail, kStoreRetrySeconds);
}

bool is_report(const Message& message) {
  return std::holds_alternative<BeaconReport>(message) ||
         std::holds_alternative<WitnessReport>(message);
}

// Nothing, or why a key may not sign here.
std::optional<std::string> fault_of(NetworkId network, const Onboarding& onboarding) {
  if (!is_valid_public_key(onboarding.hotspot)) return "onboarding: not a valid hotspot key";
  if (!is_valid_vrf_key(onboarding.vrf_key)) return "onboarding: not a valid VRF key";
  if (!rewards::chain::verify_onboarding_owner(network, onboarding)) {
    return "onboarding: not signed by its owner";
  }
  return std::nullopt;
}

// The paths of all leaves of [first, first + count) to their root, which is returned. In one pass:
// a batch has up to 65535 leaves, and merkle_proof looks at all of them for each.
Hash256 add_paths(std::span<const Hash256> leaves, std::span<std::vector<Hash256>> paths) {
  if (leaves.size() == 1) return leaves.front();
  const std::size_t split = std::bit_floor(leaves.size() - 1);
  const Hash256 left = add_paths(leaves.first(split), paths.first(split));
  const Hash256 right = add_paths(leaves.subspan(split), paths.subspan(split));
  for (std::vector<Hash256>& path : paths.first(split)) path.push_back(right);
  for (std::vector<Hash256>& path : paths.subspan(split)) path.push_back(left);
  return merkle_node(left, right);
}

// Counts one thing: new, or held already.
void count(Intake& intake, bool is_new) { ++(is_new ? intake.accepted : intake.held); }

void settle(Intake& intake) {
  if (intake.status == IntakeStatus::equivocation) return;
  intake.status = intake.accepted > 0 ? IntakeStatus::accepted : IntakeStatus::held;
}

}  // namespace

// Holds the stripes of some signers; always taken in ascending order.
class Ingest::SignerLocks {
 public:
  SignerLocks(std::array<std::mutex, kStripes>& stripes, const std::set<std::size_t>& wanted) {
    for (const std::size_t stripe : wanted) locks_.emplace_back(stripes[stripe]);
  }
  static std::size_t stripe_of(const PublicKey& signer) { return signer[0] % kStripes; }

 private:
  std::vector<std::unique_lock<std::mutex>> locks_;
};

std::optional<Intake> Ingest::refuse_header(const SignedHeader& header, UnixNanos now) const {
  const BatchHeader& fields = header.header;
  if (fields.count == 0 || fields.sequence == 0 || fields.last_round < fields.first_round) {
    return refused(IntakeStatus::malformed,
                   "header: count and sequence begin at 1, the last round is not before the first");
  }
  const Round newest = round_at(now) + kRoundsAhead;
  if (fields.last_round > newest) {
    return refused(IntakeStatus::malformed, "header: round " + std::to_string(fields.last_round) +
                                                " has not opened, it is round " +
                                                std::to_string(round_at(now)));
  }
  if (!is_valid_public_key(fields.signer)) {
    return refused(IntakeStatus::bad_signature, "header: not a valid key");
  }
  if (!is_signed_by_its_signer(network_, header)) {
    return refused(IntakeStatus::bad_signature, "header: not signed by its signer");
  }
  return std::nullopt;
}

Result<Intake> Ingest::sort_headers(std::span<const SignedHeader> headers, UnixNanos now,
                                    WriteSet& writes) const {
  Intake intake;
  std::map<std::pair<PublicKey, std::uint64_t>, Hash256> here;  // New in this request.
  for (const SignedHeader& header : headers) {
    const BatchHeader& fields = header.header;
    const Hash256 id = header_id(network_, fields);
    Result<std::optional<Hash256>> holder = store_.find_header_at(fields.signer, fields.sequence);
    if (!holder) return fail(holder.error());
    const auto [mine, is_new] = here.try_emplace({fields.signer, fields.sequence}, id);
    const Hash256 first = *holder ? **holder : mine->second;
    if (first != id) {
      intake.status = IntakeStatus::equivocation;
      intake.detail = "header: sequence " + std::to_string(fields.sequence) +
                      " of this signer is taken by " + to_hex(first);
      const Result<bool> known = store_.has_equivocation(id);
      if (!known) return fail(known.error());
      if (*known) continue;
      writes.equivocations.push_back({first, id, encode(header)});
      writes.log.push_back({LogKind::equivocation, now, id});
      continue;
    }
    const bool unheld = !*holder && is_new;
    count(intake, unheld);
    if (!unheld) continue;
    writes.headers.push_back({id, header, now});
    writes.log.push_back({LogKind::header, now, id});
  }
  settle(intake);
  return intake;
}

Intake Ingest::take_headers(std::span<const SignedHeader> headers, UnixNanos now) {
  if (headers.empty()) return refused(IntakeStatus::malformed, "no header in the request");
  std::set<std::size_t> stripes;
  for (const SignedHeader& header : headers) {
    if (std::optional<Intake> refusal = refuse_header(header, now)) return *refusal;
    stripes.insert(SignerLocks::stripe_of(header.header.signer));
  }
  const SignerLocks locks(stripes_, stripes);
  for (const SignedHeader& header : headers) {
    if (header.header.sequence <= kUnregisteredSequences &&
        header.header.count <= kUnregisteredMessages) {
      continue;
    }
    const Result<bool> registered = store_.is_registered(header.header.signer);
    if (!registered) return store_failed(registered.error());
    if (!*registered) {
      return refused(IntakeStatus::bad_signature, "header: its signer is not registered");
    }
  }
  WriteSet writes;
  Result<Intake> intake = sort_headers(headers, now, writes);
  if (!intake) return store_failed(intake.error());
  return keep(*std::move(intake), writes);
}

std::optional<Intake> Ingest::refuse_batch(const StoredHeader& header, const Batch& batch,
                                           UnixNanos now) const {
  if (const Result<void> fits = check_batch(network_, header.header, batch); !fits) {
    return refused(IntakeStatus::malformed, fits.error().detail);
  }
  bool onboards = false;
  for (const Message& message : batch.messages) {
    const auto* onboarding = std::get_if<Onboarding>(&message);
    if (onboarding == nullptr) continue;
    if (std::optional<std::string> fault = fault_of(network_, *onboarding)) {
      return refused(IntakeStatus::bad_signature, *fault);
    }
    onboards = true;
  }
  if (!onboards) {
    const Result<bool> registered = store_.is_registered(header.header.header.signer);
    if (!registered) return store_failed(registered.error());
    if (!*registered) {
      return refused(IntakeStatus::bad_signature, "batch: its signer is not registered");
    }
  }
  const UnixNanos reveal =
      round_opening(header.header.header.last_round + 1) + kHeaderDeadlineSeconds * kNanosPerSecond;
  if (now < reveal && std::ranges::any_of(batch.messages, is_report)) {
    const std::int64_t wait = (reveal - now + kNanosPerSecond - 1) / kNanosPerSecond;
    return refused(IntakeStatus::too_early,
                   "batch: reports may be shown " + std::to_string(kHeaderDeadlineSeconds) +
                       " s after their last round, in " + std::to_string(wait) + " s",
                   wait);
  }
  return std::nullopt;
}

Result<Intake> Ingest::sort_messages(const StoredHeader& header, const Batch& batch, UnixNanos now,
                                     WriteSet& writes) const {
  std::vector<Hash256> ids;
  std::vector<Hash256> leaves;
  for (const Message& message : batch.messages) {
    ids.push_back(message_id(network_, message));
    leaves.push_back(merkle_leaf(ids.back()));
  }
  std::vector<std::vector<Hash256>> paths(leaves.size());
  add_paths(leaves, paths);
  Intake intake;
  std::set<Hash256> seen;
  std::map<Bytes, Hash256> here;  // Statements new in this request.
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Result<std::optional<StoredMessage>> held = store_.find_message(ids[i]);
    if (!held) return fail(held.error());
    const bool is_new = !*held && seen.insert(ids[i]).second;
    count(intake, is_new);
    const Bytes statement = statement_bytes(batch.messages[i]);
    const Result<std::optional<Hash256>> holder = store_.find_statement(statement);
    if (!holder) return fail(holder.error());
    const Hash256 first = *holder ? **holder : here.try_emplace(statement, ids[i]).first->second;
    if (first != ids[i]) {
      intake.status = IntakeStatus::equivocation;
      intake.detail = "message " + to_hex(ids[i]) + " contradicts " + to_hex(first);
    }
    if (!is_new) continue;
    // A contradicting message stays too: both are void, and the verdicts have to name both.
    writes.messages.push_back({ids[i], batch.messages[i], header.id, static_cast<std::uint32_t>(i),
                               std::move(paths[i]), now});
    writes.log.push_back({LogKind::message, now, ids[i]});
    if (first == ids[i]) {
      writes.statements.emplace_back(statement, ids[i]);
    } else {
      writes.equivocations.push_back({first, ids[i], {}});
      writes.log.push_back({LogKind::equivocation, now, ids[i]});
    }
  }
  settle(intake);
  return intake;
}

Intake Ingest::take_bodies(const Batch& batch, UnixNanos now) {
  const Result<std::optional<StoredHeader>> header = store_.find_header(batch.header);
  if (!header) return store_failed(header.error());
  if (!*header) {
    return refused(IntakeStatus::unknown_header, "no header " + to_hex(batch.header) + " is held");
  }
  if (std::optional<Intake> refusal = refuse_batch(**header, batch, now)) return *refusal;
  const SignerLocks locks(stripes_, {SignerLocks::stripe_of((*header)->header.header.signer)});
  WriteSet writes;
  Result<Intake> intake = sort_messages(**header, batch, now, writes);
  if (!intake) return store_failed(intake.error());
  return keep(*std::move(intake), writes);
}

Intake Ingest::keep(Intake intake, const WriteSet& writes) {
  if (writes.log.empty()) return intake;
  if (const Result<void> kept = store_.commit(writes); !kept) return store_failed(kept.error());
  return intake;
}

}  // namespace earshot::verifier
