// How the service is: for people, for load balancers, for Prometheus; and what it can be asked.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/message_json.h"
#include "verifier/api.h"
#include "verifier/channel_desk.h"
#include "verifier/epoch_calendar.h"
#include "verifier/openapi.h"
#include "verifier/publication.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kReadyRetrySeconds = 5;

std::uint64_t free_bytes(const std::string& directory) {
  std::error_code failure;
  const std::filesystem::space_info space = std::filesystem::space(directory, failure);
  return failure ? 0 : space.available;
}

}  // namespace

Api::Api(Parts parts)
    : parts_(std::move(parts)), policy_hash_(to_hex(rewards::policy_hash(parts_.policy))) {}

HttpResponse Api::get_health() {
  const LogHead head = parts_.store.log_head();
  Json body = {{"status", "ok"},
               {"round", round_at(parts_.clock.now())},
               {"log_size", number(head.size)},
               {"log_root", to_hex(head.root)},
               {"log_key", parts_.log_signer.key.to_string()}};
  if (parts_.network_checkpoints != nullptr) {
    body["network_log_key"] = parts_.network_checkpoints->key().to_string();
  }
  if (parts_.witness != nullptr) body["witness_key"] = parts_.witness->key().to_string();
  return {.status = 200, .body = body.dump()};
}

std::optional<std::string> Api::why_not_ready() const {
  const Result<std::optional<std::uint64_t>> sealed = parts_.registry.last_sealed();
  if (!sealed) return sealed.error().detail;
  const ServiceParts* service = parts_.service;
  if (service != nullptr) {
    if (service->server.is_draining()) return "stopping";
    if (service->queue.depth() >= service->queue.rules().max_requests) {
      return "too many requests wait";
    }
    if (const std::uint64_t left = free_bytes(service->store_directory);
        left < service->reserve_bytes) {
      return "less than store.reserve_bytes is free";
    }
  }
  if (parts_.store.is_up()) return std::nullopt;
  // Nobody posts to what is not ready: this is what tries again.
  const Result<void> written = parts_.store.commit({});
  return written ? std::nullopt : std::optional(written.error().detail);
}

HttpResponse Api::get_ready() {
  if (const std::optional<std::string> reason = why_not_ready()) {
    return error_response(503, *reason, kReadyRetrySeconds);
  }
  return {.status = 200, .body = R"({"status":"ready"})"};
}

Result<ServiceState> Api::state() const {
  const ServiceParts& service = *parts_.service;
  const UnixNanos now = parts_.clock.now();
  ServiceState state;
  state.queue_requests = service.queue.depth();
  state.queue_limit = service.queue.rules().max_requests;
  state.pool_waiting = service.pool.depth();
  state.body_bytes = service.server.body_bytes();
  state.is_draining = service.server.is_draining();
  state.is_store_up = parts_.store.is_up();
  state.log_entries = parts_.store.log_head().size;
  state.disk_free_bytes = free_bytes(service.store_directory);
  state.disk_reserve_bytes = service.reserve_bytes;
  state.round = round_at(now);
  state.epoch = epoch_of_round(parts_.policy, state.round);
  const Result<std::optional<std::uint64_t>> first = parts_.registry.first_epoch();
  if (!first) return fail(first.error());
  const Result<std::optional<std::uint64_t>> sealed = parts_.registry.last_sealed();
  if (!sealed) return fail(sealed.error());
  state.last_sealed_epoch = *sealed;
  state.evidence_bytes = parts_.store.evidence_bytes();
  state.message_bytes = parts_.store.message_bytes();
  state.log_bytes = parts_.store.log_bytes();
  const Result<std::optional<std::uint64_t>> forgotten = parts_.registry.evidence_forgotten();
  if (!forgotten) return fail(forgotten.error());
  if (*sealed && *first) {
    const std::uint64_t kept_from = *forgotten ? **forgotten + 1 : **first;
    state.evidence_epochs = **sealed + 1 - std::min(kept_from, **sealed + 1);
    const std::uint64_t oldest =
        std::max(**first, epoch_of_round(parts_.policy, parts_.store.first_kept()));
    state.message_epochs = **sealed + 1 - std::min(oldest, **sealed + 1);
    state.oldest_epoch_kept = oldest;
  }
  const Result<std::vector<Outage>> outages = parts_.registry.outages();
  if (!outages) return fail(outages.error());
  const std::uint64_t next = *sealed ? **sealed + 1 : first->value_or(state.epoch);
  for (std::uint64_t epoch = next; epoch < state.epoch; ++epoch) {
    ++state.epochs_in_grace;
    // A minute: judging takes a while, and the driver comes by every second.
    const UnixNanos due =
        seal_time(parts_.policy, epoch, *outages) + kRoundSeconds * kNanosPerSecond;
    if (due < now) ++state.epochs_overdue;
  }
  if (*first && **first <= state.epoch) {
    const Round opening = rewards::first_round_of_epoch(parts_.policy, state.epoch);
    const Round due = round_at(now - kLinkDeadlineSeconds * kNanosPerSecond) + 1;
    const Result<std::vector<ReleasedRound>> released =
        parts_.registry.released_between(opening, due);
    if (!released) return fail(released.error());
    state.rounds_opened = due > opening ? due - opening : 0;
    state.rounds_without_entropy = state.rounds_opened - released->size();
  }
  if (parts_.channels != nullptr) state.silent_peers = parts_.channels->silent_others();
  return state;
}

HttpResponse Api::get_metrics() {
  if (parts_.service == nullptr) return error_response(404, "there is nothing under this path");
  const Result<ServiceState> now = state();
  if (!now) return unavailable(now.error());
  return {.status = 200,
          .content_type = "text/plain; version=0.0.4; charset=utf-8",
          .body = parts_.service->metrics.text(*now, &parts_.service->server.counters())};
}

HttpResponse Api::get_openapi() { return {.status = 200, .body = std::string(openapi_json())}; }

}  // namespace earshot::verifier
