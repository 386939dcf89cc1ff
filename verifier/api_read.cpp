// What is read from the API.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/message_json.h"
#include "rewards/epoch_rewards.h"
#include "rewards/payout_tree.h"
#include "verifier/api.h"
#include "verifier/epoch_calendar.h"
#include "verifier/publication.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kSummarySeconds = 60;   // Late messages may still add verdicts.
constexpr std::int64_t kCoverageSeconds = 60;  // Chosen: maps need not be fresher.

HttpResponse ok(const Json& body, std::int64_t max_age_seconds = 0) {
  return {.status = 200, .body = body.dump(), .max_age_seconds = max_age_seconds};
}

// Decimal digits below 2^53, which is also far below where times leave 64 bits.
std::optional<std::uint64_t> number_of(std::string_view text) {
  constexpr std::uint64_t kTooLarge = 100'000'000;  // Rounds reach the year 2160.
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value >= kTooLarge) {
    return std::nullopt;
  }
  return value;
}

// Of the current round.
std::int64_t seconds_left(UnixNanos now) {
  return (round_opening(round_at(now) + 1) - now) / kNanosPerSecond;
}

}  // namespace

std::string Api::round_body(Round round, const std::optional<ReleasedRound>& released) const {
  const std::uint32_t window = parts_.policy.sortition.window_rounds;
  const Json body = {{"round", round},
                     {"opening", to_iso8601(instant_of_round(round), 0)},
                     {"entropy", released ? Json(to_hex(released->entropy)) : Json(nullptr)},
                     {"epoch", epoch_of_round(parts_.policy, round)},
                     {"window_first_round", round / window * window},
                     {"policy_hash", policy_hash_},
                     {"network", std::to_string(parts_.network)}};
  return body.dump();
}

// Every hotspot asks for it every minute: made once a round, or while its entropy may still come a
// few times a second.
HttpResponse Api::get_current_round(UnixNanos now) {
  using Steady = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kUnsettled{100};
  const Round round = round_at(now);
  {
    const std::lock_guard lock(round_mutex_);
    if (cached_.round == round && Steady::now() < cached_.until) {
      return {.status = 200,
              .body = cached_.body,
              .max_age_seconds = cached_.is_settled ? seconds_left(now) : 0};
    }
  }
  const Result<std::optional<ReleasedRound>> released = parts_.registry.released(round);
  if (!released) return unavailable(released.error());
  HttpResponse response{.status = 200, .body = round_body(round, *released)};
  // Under a virtual clock nothing is kept: its time stands still while things happen.
  if (parts_.move_clock) return response;
  // Of several verifiers one may wait a moment longer for the links of the others.
  const std::int64_t last = parts_.quorum != nullptr ? kFirstTransmitSecond : kLinkDeadlineSeconds;
  const bool is_settled = *released || now > round_opening(round) + last * kNanosPerSecond;
  if (is_settled) response.max_age_seconds = seconds_left(now);
  const std::lock_guard lock(round_mutex_);
  cached_ = {.round = round,
             .body = response.body,
             .is_settled = is_settled,
             .until = is_settled ? Steady::time_point::max() : Steady::now() + kUnsettled};
  return response;
}

HttpResponse Api::get_round(std::string_view which) {
  const UnixNanos now = parts_.clock.now();
  if (which == "current") return get_current_round(now);
  const Round current = round_at(now);
  const std::optional<std::uint64_t> asked = number_of(which);
  if (!asked) return error_response(400, "round: expected a number or current");
  if (*asked > current) {
    return error_response(404, "round " + std::to_string(*asked) + " has not opened, it is round " +
                                   std::to_string(current));
  }
  const Result<std::optional<ReleasedRound>> released = parts_.registry.released(*asked);
  if (!released) return unavailable(released.error());
  return {.status = 200,
          .body = round_body(*asked, *released),
          .max_age_seconds = *released && !parts_.move_clock ? kForeverSeconds : 0};
}

HttpResponse Api::get_hotspot(std::string_view key) {
  const Result<PublicKey> hotspot = array_from_hex<32>(key);
  if (!hotspot) return error_response(400, "hotspot key: " + hotspot.error().detail);
  const Result<std::vector<StoredMessage>> onboardings = parts_.store.onboardings(*hotspot);
  if (!onboardings) return unavailable(onboardings.error());
  if (onboardings->empty()) {
    return error_response(404, "hotspot " + to_hex(*hotspot) + " has not onboarded");
  }
  const StoredMessage& newest = onboardings->back();
  Json body = {{"hotspot", to_hex(*hotspot)},
               {"onboarding", to_json(newest.message)},
               {"onboarding_id", to_hex(newest.id)},
               {"received_ns", std::to_string(newest.received)},
               {"tier", nullptr},
               {"tier_epoch", nullptr}};
  const Result<std::optional<std::uint64_t>> last = parts_.registry.last_sealed();
  if (!last) return unavailable(last.error());
  if (*last) {
    const Result<std::optional<rewards::Tier>> tier = parts_.registry.tier(**last, *hotspot);
    if (!tier) return unavailable(tier.error());
    if (*tier) body["tier"] = std::string(rewards::tier_name(**tier));
    if (*tier) body["tier_epoch"] = **last;
  }
  return ok(body);
}

HttpResponse Api::get_tasks(std::string_view key) {
  const Result<PublicKey> hotspot = array_from_hex<32>(key);
  if (!hotspot) return error_response(400, "hotspot key: " + hotspot.error().detail);
  const Result<bool> registered = parts_.store.is_registered(*hotspot);
  if (!registered) return unavailable(registered.error());
  if (!*registered) {
    return error_response(404, "hotspot " + to_hex(*hotspot) + " has not onboarded");
  }
  const Result<std::vector<AuditTask>> tasks =
      parts_.registry.open_tasks(*hotspot, parts_.clock.now());
  if (!tasks) return unavailable(tasks.error());
  Json evidence = Json::array();
  for (const AuditTask& task : *tasks) {
    const Instant deadline{task.deadline / kNanosPerSecond, task.deadline % kNanosPerSecond * 1000};
    evidence.push_back({{"report", to_hex(task.report)}, {"deadline", to_iso8601(deadline, 0)}});
  }
  return ok({{"round", round_at(parts_.clock.now())}, {"evidence", std::move(evidence)}});
}

HttpResponse Api::get_epoch(std::string_view number) {
  const std::optional<std::uint64_t> epoch = number_of(number);
  if (!epoch) return error_response(400, "epoch: expected a number");
  const Result<std::optional<SealedEpoch>> sealed = parts_.registry.sealed(*epoch);
  if (!sealed) return unavailable(sealed.error());
  if (*sealed) return get_sealed_epoch(**sealed);
  const Result<std::optional<std::uint64_t>> first = parts_.registry.first_epoch();
  if (!first) return unavailable(first.error());
  const UnixNanos now = parts_.clock.now();
  if (!*first || *epoch < **first || epoch_opening(parts_.policy, *epoch) > now) {
    return error_response(
        404, "epoch " + std::to_string(*epoch) + " has not opened or is not judged here");
  }
  const bool is_open = now < epoch_end(parts_.policy, *epoch);
  const Result<std::vector<Outage>> outages = parts_.registry.outages();
  if (!outages) return unavailable(outages.error());
  Json body = epoch_frame(parts_.policy, *epoch, is_open ? "open" : "grace", *outages);
  body["verdicts"] = Json::array();
  return ok(body);
}

Result<std::vector<LateMessage>> Api::late_for_epoch(const SealedEpoch& sealed) const {
  const Round end = rewards::first_round_of_epoch(parts_.policy, sealed.epoch + 1);
  const Result<std::vector<StoredMessage>> messages = parts_.store.messages_of_rounds(
      rewards::first_round_of_epoch(parts_.policy, sealed.epoch), end);
  if (!messages) return fail(messages.error());
  // Asked after the messages were read: they may be put away meanwhile.
  if (parts_.store.first_kept() >= end) return parts_.registry.after_seal(sealed.epoch);
  // Outages put the seal off, so nothing came after it that had not come after this.
  const UnixNanos seal = seal_time(parts_.policy, sealed.epoch);
  if (std::ranges::none_of(*messages, [&](const auto& m) { return m.received >= seal; })) {
    return std::vector<LateMessage>{};
  }
  const Result<EpochRecord> record = decode_record(sealed.record);
  if (!record) return fail(record.error());
  const std::vector<Hash256> ids = message_ids(*record);
  return late_for({ids.begin(), ids.end()}, *messages);
}

Result<std::vector<Verdict>> Api::after_seal(const SealedEpoch& sealed) const {
  const Result<std::vector<LateMessage>> late = late_for_epoch(sealed);
  if (!late) return fail(late.error());
  std::vector<Verdict> verdicts;
  for (const LateMessage& message : *late) verdicts.push_back(after_seal_verdict(message));
  return verdicts;
}

// The summary as it was sealed, and what has come since: no message is without a verdict.
HttpResponse Api::get_sealed_epoch(const SealedEpoch& sealed) {
  const Result<std::vector<Verdict>> since = after_seal(sealed);
  if (!since) return unavailable(since.error());
  const std::int64_t max_age = parts_.move_clock ? 0 : kSummarySeconds;
  if (since->empty()) {
    return {.status = 200, .body = sealed.summary_json, .max_age_seconds = max_age};
  }
  Json summary = Json::parse(sealed.summary_json);  // Our own text.
  for (const Verdict& verdict : *since) summary["verdicts"].push_back(to_json(verdict));
  return ok(summary, max_age);
}

HttpResponse Api::get_epoch_file(std::string_view number, std::string_view file) {
  const std::optional<std::uint64_t> epoch = number_of(number);
  if (!epoch) return error_response(400, "epoch: expected a number");
  const Result<std::optional<SealedEpoch>> sealed = parts_.registry.sealed(*epoch);
  if (!sealed) return unavailable(sealed.error());
  if (!*sealed) return error_response(404, "epoch " + std::to_string(*epoch) + " is not sealed");
  if (file == "record") return immutable((*sealed)->record);
  if (file == "seal") return immutable((*sealed)->seal);
  if (file == "artifact") return immutable((*sealed)->artifact);
  if (file == "policy") {
    return {.status = 200,
            .content_type = "application/toml",
            .body = (*sealed)->policy_toml,
            .max_age_seconds = kForeverSeconds};
  }
  return error_response(404, "an epoch has record, seal, policy, artifact and payouts");
}

HttpResponse Api::get_payout(std::string_view number, std::string_view account) {
  const std::optional<std::uint64_t> epoch = number_of(number);
  if (!epoch) return error_response(400, "epoch: expected a number");
  const Result<EvmAddress> owner = array_from_hex<20>(account);
  if (!owner) return error_response(400, "address: " + owner.error().detail);
  const Result<std::optional<SealedEpoch>> sealed = parts_.registry.sealed(*epoch);
  if (!sealed) return unavailable(sealed.error());
  if (!*sealed) return error_response(404, "epoch " + std::to_string(*epoch) + " is not sealed");
  const Result<rewards::Artifact> artifact = rewards::decode_artifact((*sealed)->artifact);
  if (!artifact) return unavailable(artifact.error());
  std::vector<rewards::PayoutLeaf> leaves;
  for (const rewards::AccountTotal& total : artifact->accounts) {
    leaves.push_back({total.account, rewards::amount_from(total.cumulative)});
  }
  const auto leaf = std::ranges::find(leaves, *owner, &rewards::PayoutLeaf::account);
  if (leaf == leaves.end()) {
    return error_response(404,
                          address(*owner) + " has no payout in epoch " + std::to_string(*epoch));
  }
  const Result<rewards::PayoutTree> tree = rewards::PayoutTree::build(leaves);
  if (!tree) return unavailable(tree.error());
  Json proof = Json::array();
  const auto index = static_cast<std::size_t>(leaf - leaves.begin());
  for (const Hash256& node : tree->proof(index)) proof.push_back(to_hex(node));
  return ok({{"epoch", std::to_string(*epoch)},
             {"root", to_hex(tree->root())},
             {"account", address(*owner)},
             {"cumulative", rewards::amount_to_decimal(leaf->cumulative)},
             {"proof", std::move(proof)}},
            kForeverSeconds);
}

HttpResponse Api::get_coverage() {
  HttpResponse response{.status = 200,
                        .content_type = "application/geo+json",
                        .max_age_seconds = parts_.move_clock ? 0 : kCoverageSeconds};
  const Result<std::optional<std::uint64_t>> last = parts_.registry.last_sealed();
  if (!last) return unavailable(last.error());
  if (*last) {
    const Result<std::optional<SealedEpoch>> sealed = parts_.registry.sealed(**last);
    if (!sealed) return unavailable(sealed.error());
    response.body = (*sealed)->coverage_geojson;
    return response;
  }
  const Result<std::vector<StoredMessage>> onboardings = parts_.store.onboardings(std::nullopt);
  if (!onboardings) return unavailable(onboardings.error());
  response.body = coverage_of(*onboardings).dump();
  return response;
}

}  // namespace earshot::verifier
