// Checking a request by itself. What is new is decided in ingest_settle.cpp.
#include "verifier/ingest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

#include "core/ed25519_lanes.h"
#include "core/merkle.h"
#include "rewards/chain/eip712.h"
#include "verifier/intake_answers.h"

namespace earshot::verifier {
namespace {

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

// Whether all of check_batch (core/messages.h) holds but the root.
bool is_framed_by(const BatchHeader& header, const Batch& batch) {
  if (batch.messages.size() != header.count) return false;
  Round first = UINT64_MAX;
  Round last = 0;
  for (const Message& message : batch.messages) {
    if (signer_of(message) != header.signer) return false;
    first = std::min(first, round_of(message));
    last = std::max(last, round_of(message));
  }
  return first == header.first_round && last == header.last_round;
}

}  // namespace

std::string_view status_name(IntakeStatus status) {
  static constexpr std::array<std::string_view, kIntakeStatuses> kNames = {
      "accepted",     "held",     "malformed", "bad_signature", "unregistered", "unknown_header",
      "equivocation", "outdated", "too_early", "rate_limited",  "overloaded",   "store_failed"};
  return kNames[static_cast<std::size_t>(status)];
}

std::optional<Intake> Ingest::limit(const PublicKey& signer, bool stranger) {
  if (limiter_ == nullptr) return std::nullopt;
  const std::int64_t wait = limiter_->admit(signer, stranger, std::chrono::steady_clock::now());
  if (wait == 0) return std::nullopt;
  return refused(IntakeStatus::rate_limited,
                 stranger ? "too many requests of keys that have not onboarded"
                          : "too many requests of this key",
                 wait);
}

std::optional<Intake> Ingest::refuse_header(const SignedHeader& header, UnixNanos now,
                                            bool& stranger) {
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
  const Result<bool> registered = registered_.is_registered(fields.signer);
  if (!registered) return store_failed(registered.error());
  stranger = !*registered;
  if (stranger &&
      (fields.sequence > kUnregisteredSequences || fields.count > kUnregisteredMessages)) {
    return refused(IntakeStatus::unregistered, "header: its signer is not registered");
  }
  return std::nullopt;
}

void Ingest::check_headers(IntakeJob& job) {
  const auto& headers = std::get<std::vector<SignedHeader>>(job.content);
  if (headers.empty()) {
    job.answer = refused(IntakeStatus::malformed, "no header in the request");
    return;
  }
  std::vector<bool> strangers(headers.size());
  for (std::size_t i = 0; i < headers.size() && !job.answer; ++i) {
    bool stranger = false;
    job.answer = refuse_header(headers[i], job.now, stranger);
    strangers[i] = stranger;
  }
  for (std::size_t i = 0; i < headers.size() && !job.answer; ++i) {
    const PublicKey& signer = headers[i].header.signer;
    // Once a request and signer, however many headers of it there are.
    if (i == 0 || signer != headers[i - 1].header.signer) job.answer = limit(signer, strangers[i]);
    // Of who is registered it was looked at then.
    if (!job.answer && strangers[i] && !is_valid_public_key(signer)) {
      job.answer = refused(IntakeStatus::bad_signature, "header: not a valid key");
    }
  }
  if (job.answer) return;
  for (const SignedHeader& header : headers) {
    job.ids.push_back(header_id(network_, header.header));
  }
}

std::optional<Intake> Ingest::refuse_batch(IntakeJob& job, const Batch& batch) {
  const Result<std::optional<StoredHeader>> header = store_.find_header(batch.header);
  if (!header) return store_failed(header.error());
  if (!*header) return no_header(batch.header);
  const Result<bool> gone = is_gone(**header);
  if (!gone) return store_failed(gone.error());
  if (*gone) return no_header(batch.header);
  job.header = **header;
  const BatchHeader& fields = job.header->header.header;
  const Result<bool> registered = registered_.is_registered(fields.signer);
  if (!registered) return store_failed(registered.error());
  if (std::optional<Intake> refusal = limit(fields.signer, !*registered)) return refusal;
  if (std::optional<Intake> refusal = refuse_content(job, batch)) return refusal;
  bool onboards = false;
  for (const Message& message : batch.messages) {
    const auto* onboarding = std::get_if<Onboarding>(&message);
    if (onboarding == nullptr) continue;
    if (std::optional<std::string> fault = fault_of(network_, *onboarding)) {
      return refused(IntakeStatus::bad_signature, *fault);
    }
    onboards = true;
  }
  if (!onboards && !*registered) {
    return refused(IntakeStatus::unregistered, "batch: its signer is not registered");
  }
  const UnixNanos reveal =
      round_opening(fields.last_round + 1) + kHeaderDeadlineSeconds * kNanosPerSecond;
  if (job.now < reveal && std::ranges::any_of(batch.messages, is_report)) {
    const std::int64_t wait = (reveal - job.now + kNanosPerSecond - 1) / kNanosPerSecond;
    return refused(IntakeStatus::too_early,
                   "batch: reports may be shown " + std::to_string(kHeaderDeadlineSeconds) +
                       " s after their last round, in " + std::to_string(wait) + " s",
                   wait);
  }
  return std::nullopt;
}

// Hashes each message once, for the check and for what is kept.
std::optional<Intake> Ingest::refuse_content(IntakeJob& job, const Batch& batch) const {
  bool fits = is_framed_by(job.header->header.header, batch);
  if (fits) {
    std::vector<Hash256> leaves;
    leaves.reserve(batch.messages.size());
    job.ids.reserve(batch.messages.size());
    for (const Message& message : batch.messages) {
      job.ids.push_back(message_id(network_, message));
      leaves.push_back(merkle_leaf(job.ids.back()));
    }
    job.paths.resize(leaves.size());
    fits = add_paths(leaves, job.paths) == job.header->header.header.root;
  }
  if (fits) return std::nullopt;
  const Result<void> checked = check_batch(network_, job.header->header, batch);
  assert(!checked);
  return refused(IntakeStatus::malformed, checked.error().detail);
}

void Ingest::check(std::span<IntakeJob* const> jobs) {
  // Those of all requests together: several signatures side by side cost little more than one.
  std::vector<SignatureCheck> signatures;
  std::vector<IntakeJob*> jobs_of;
  for (IntakeJob* job : jobs) {
    if (const auto* batch = std::get_if<Batch>(&job->content)) {
      job->answer = refuse_batch(*job, *batch);
      continue;
    }
    check_headers(*job);
    if (job->answer) continue;
    const auto& headers = std::get<std::vector<SignedHeader>>(job->content);
    for (std::size_t i = 0; i < headers.size(); ++i) {
      signatures.push_back({headers[i].header.signer, job->ids[i], headers[i].signature});
      jobs_of.push_back(job);
    }
  }
  const std::vector<bool> good = verify_signatures(signatures);
  for (std::size_t i = 0; i < good.size(); ++i) {
    if (good[i]) continue;
    jobs_of[i]->answer = refused(IntakeStatus::bad_signature, "header: not signed by its signer");
  }
}

void Ingest::take(std::span<IntakeJob> jobs) {
  std::vector<IntakeJob*> open;
  open.reserve(jobs.size());
  for (IntakeJob& job : jobs) open.push_back(&job);
  check(open);
  std::erase_if(open, [](const IntakeJob* job) { return job->answer.has_value(); });
  if (!open.empty()) settle(open);
}

Intake Ingest::take_one(IntakeJob job) {
  take({&job, 1});
  return *std::move(job.answer);
}

Intake Ingest::take_headers(std::span<const SignedHeader> headers, UnixNanos now) {
  return take_one({.content = std::vector(headers.begin(), headers.end()), .now = now});
}

Intake Ingest::take_bodies(const Batch& batch, UnixNanos now) {
  return take_one({.content = batch, .now = now});
}

}  // namespace earshot::verifier
