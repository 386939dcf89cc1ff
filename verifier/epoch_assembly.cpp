#include "verifier/epoch_assembly.h"

#include <algorithm>

#include "rewards/epoch_rewards.h"
#include "verifier/epoch_calendar.h"
#include "verifier/header_shelf.h"
#include "verifier/judge.h"

namespace earshot::verifier {
namespace {

Result<void> add_entropy(EpochRecord& record, const rewards::Policy& policy,
                         const RegistryStore& registry) {
  const Round end = rewards::first_round_of_epoch(policy, record.epoch + 1);
  record.first_entropy_round = rewards::first_round_of_epoch(policy, record.epoch);
  record.committed_at = epoch_opening(policy, record.epoch);
  const Result<std::optional<EntropyCommitment>> commitment = registry.commitment(record.epoch);
  if (!commitment) return fail(commitment.error());
  if (!*commitment) return {};
  const EntropyCommitment& made = **commitment;
  const Result<std::vector<ReleasedRound>> released =
      registry.released_between(made.first_round, end);
  if (!released) return fail(released.error());
  record.block_hash = made.block_hash.value_or(Hash256{});
  record.first_entropy_round = made.first_round;
  record.commitments = {made.commitment};
  record.links.assign(made.rounds, {Hash256{}});
  for (const ReleasedRound& round : *released) {
    record.links[round.round - made.first_round] = {round.link};
  }
  const bool is_genesis = record.previous_seal == Hash256{};
  record.committed_at =
      is_genesis ? std::max(made.committed_at, record.committed_at) : made.committed_at;
  return {};
}

Result<void> add_messages(EpochRecord& record, const rewards::Policy& policy,
                          const MessageStore& store) {
  HeaderShelf headers(store);
  const Result<std::vector<StoredMessage>> onboardings = store.onboardings(std::nullopt);
  if (!onboardings) return fail(onboardings.error());
  for (const StoredMessage& stored : *onboardings) {
    if (stored.received >= epoch_end(policy, record.epoch)) continue;
    Result<LoggedMessage> logged = headers.join(stored);
    if (!logged) return fail(logged.error());
    record.onboardings.push_back(std::move(*logged));
  }
  const Result<std::vector<StoredMessage>> messages =
      store.messages_of_rounds(rewards::first_round_of_epoch(policy, record.epoch),
                               rewards::first_round_of_epoch(policy, record.epoch + 1));
  if (!messages) return fail(messages.error());
  for (const StoredMessage& stored : *messages) {
    Result<LoggedMessage> logged = headers.join(stored);
    if (!logged) return fail(logged.error());
    record.messages.push_back(std::move(*logged));
  }
  return {};
}

// As they were at the draw, once there was one: what is drawn depends on them.
Result<void> add_outages(EpochRecord& record, const rewards::Policy& policy,
                         const RegistryStore& registry) {
  const Result<std::optional<AuditDraw>> draw = registry.draw(record.epoch);
  if (!draw) return fail(draw.error());
  Result<std::vector<Outage>> outages =
      *draw ? registry.outages_at_draw(record.epoch) : registry.outages();
  if (!outages) return fail(outages.error());
  record.outages = outages_of_epoch(policy, record.epoch, *outages);
  return {};
}

Result<void> add_audits(EpochRecord& record, const RegistryStore& registry) {
  const Result<std::optional<AuditDraw>> draw = registry.draw(record.epoch);
  if (!draw) return fail(draw.error());
  if (!*draw) return {};
  record.audit_round = (*draw)->round;
  record.audit_entropy = (*draw)->entropy;
  const Result<std::vector<AuditTask>> tasks = registry.tasks_of_epoch(record.epoch);
  if (!tasks) return fail(tasks.error());
  for (const AuditTask& task : *tasks) {
    record.audits.push_back(
        task.answer.value_or(AuditRecord{.report = task.report}));  // unanswered
  }
  Result<std::vector<NoisePair>> noise = registry.noise(record.epoch);
  if (!noise) return fail(noise.error());
  record.noise = std::move(*noise);
  return {};
}

}  // namespace

Result<void> add_previous(EpochRecord& record, const RegistryStore& registry) {
  const Result<std::optional<std::uint64_t>> last = registry.last_sealed();
  if (!last) return fail(last.error());
  if (!*last) return {};
  const Result<std::optional<SealedEpoch>> sealed = registry.sealed(**last);
  if (!sealed) return fail(sealed.error());
  const Result<Seal> seal = decode_seal((*sealed)->seal);
  if (!seal) return fail(seal.error());
  Result<rewards::Artifact> artifact = rewards::decode_artifact((*sealed)->artifact);
  if (!artifact) return fail(artifact.error());
  record.previous_seal = seal_hash(*seal);
  record.previous = std::move(*artifact);
  record.log = (*sealed)->log;
  Reader history_bytes((*sealed)->history);
  Result<History> history = get_history(history_bytes);
  if (!history) return fail(history.error().code, "registry: " + history.error().detail);
  record.history = std::move(*history);
  return {};
}

Result<EpochRecord> assemble_record(NetworkId network, const rewards::Policy& policy,
                                    std::uint64_t epoch, const MessageStore& store,
                                    const RegistryStore& registry) {
  EpochRecord record;
  record.network = network;
  record.epoch = epoch;
  record.policy = rewards::policy_hash(policy);
  if (Result<void> done = add_previous(record, registry); !done) return fail(done.error());
  if (Result<void> done = add_entropy(record, policy, registry); !done) return fail(done.error());
  if (Result<void> done = add_outages(record, policy, registry); !done) return fail(done.error());
  if (Result<void> done = add_messages(record, policy, store); !done) return fail(done.error());
  if (Result<void> done = add_audits(record, registry); !done) return fail(done.error());
  canonicalize(record);
  return record;
}

}  // namespace earshot::verifier
