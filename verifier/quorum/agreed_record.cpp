#include "verifier/quorum/agreed_record.h"

#include <algorithm>
#include <map>

#include "rewards/epoch_rewards.h"
#include "verifier/epoch_assembly.h"
#include "verifier/epoch_calendar.h"
#include "verifier/quorum/channel_agreement.h"
#include "verifier/quorum/envelopes.h"
#include "verifier/quorum/quorum_entropy.h"
#include "verifier/rules/form.h"

namespace earshot::verifier {

Result<std::vector<Bytes>> decided_contents(const QuorumStore& store, std::uint64_t epoch,
                                            Phase phase) {
  const auto decision = store.decision(epoch, phase);
  if (!decision) return fail(decision.error());
  if (!*decision) {
    return fail(Errc::unavailable, "epoch " + std::to_string(epoch) + ": " +
                                       std::string(phase_name(phase)) + " is not decided");
  }
  std::vector<Bytes> contents;
  for (const std::optional<Hash256>& hash : **decision) {
    Bytes& content = contents.emplace_back();
    if (!hash) continue;
    Result<std::optional<Bytes>> held = store.content(*hash);
    if (!held) return fail(held.error());
    if (!*held) return fail(Errc::bad_data, "quorum store: no content " + to_hex(*hash));
    content = std::move(**held);
  }
  return contents;
}

Result<std::vector<IntakeList>> AgreedRecord::closing_lists(std::uint64_t epoch) {
  const Result<std::vector<Bytes>> closings = decided_contents(parts_.store, epoch, Phase::closing);
  if (!closings) return fail(closings.error());
  std::vector<IntakeList> lists;
  for (const Bytes& bytes : *closings) {
    if (bytes.empty()) continue;
    Result<IntakeList> list = decode_intake_list(bytes, parts_.quorum.size());
    if (!list) return fail(list.error());
    lists.push_back(std::move(*list));
  }
  return lists;
}

Result<AgreedSet> AgreedRecord::agreed_set(const EpochRecord& record,
                                           std::span<const IntakeList> lists) {
  const Uncounted uncounted = uncounted_of(record);
  std::map<Hash256, Hash256> message_of;
  for (const IntakeList& list : lists) {
    for (const IntakeItem& item : list.messages) message_of[item.envelope] = item.message;
  }
  Envelopes envelopes(parts_.messages, parts_.store);
  std::optional<Error> problem;
  const IsInTime is_in_time = [&](const Hash256& hash, UnixNanos header, UnixNanos body) {
    const Result<std::optional<Bytes>> bytes = envelopes.find(message_of.at(hash), hash);
    Result<LoggedMessage> logged = fail(Errc::bad_data, "no envelope " + to_hex(hash));
    if (bytes && *bytes) logged = decode_envelope(**bytes);
    if (!logged) {
      problem = bytes ? logged.error() : bytes.error();
      return false;
    }
    logged->header_received = header;
    logged->body_received = body;
    return verifier::is_in_time(*logged, uncounted);
  };
  AgreedSet set = agree_on_set(lists, parts_.quorum.threshold, parts_.quorum.size(), is_in_time);
  if (problem) return fail(*problem);
  return set;
}

Result<EpochRecord> AgreedRecord::record(std::uint64_t epoch) {
  EpochRecord record;
  record.network = parts_.quorum.network;
  record.epoch = epoch;
  record.policy = rewards::policy_hash(parts_.policy);
  if (Result<void> done = add_previous(record, parts_.registry); !done) return fail(done.error());
  const Result<std::vector<IntakeList>> lists = closing_lists(epoch);
  if (!lists) return fail(lists.error());
  const std::vector<LinkRow> links =
      agree_on_links(*lists, parts_.quorum.threshold, parts_.quorum.size());
  if (Result<void> done = add_entropy(record, links); !done) return fail(done.error());
  record.outages = rounds_of_too_few(record, parts_.policy);
  const Result<AgreedSet> set = agreed_set(record, *lists);
  if (!set) return fail(set.error());
  if (Result<void> done = add_messages(record, *set); !done) return fail(done.error());
  if (Result<void> done = add_audits(record); !done) return fail(done.error());
  if (Result<void> done = add_channels(record); !done) return fail(done.error());
  canonicalize(record);
  return record;
}

Result<void> AgreedRecord::add_entropy(EpochRecord& record, std::span<const LinkRow> links) {
  const UnixNanos opening = epoch_opening(parts_.policy, record.epoch);
  for (const Member& member : parts_.quorum.members) record.verifiers.push_back(member.address);
  record.first_entropy_round = rewards::first_round_of_epoch(parts_.policy, record.epoch);
  record.committed_at = opening;
  const auto decision = parts_.store.decision(record.epoch, Phase::commitment);
  if (!decision) return fail(decision.error());
  if (!*decision) return fail(Errc::unavailable, "the epoch's commitments are not decided");
  const auto commitments = commitments_of(parts_.store, **decision);
  if (!commitments) return fail(commitments.error());
  const auto made = static_cast<std::size_t>(
      std::ranges::count_if(*commitments, [](const auto& one) { return one.has_value(); }));
  if (made < parts_.quorum.threshold) return {};  // No round could have entropy.
  const Result<std::optional<Hash256>> block = parts_.store.block(record.epoch);
  if (!block) return fail(block.error());
  if (!*block) return fail(Errc::unavailable, "the block of the entropy is not final yet");
  record.block_hash = **block;
  record.minimum_links = static_cast<std::uint32_t>(parts_.quorum.threshold);
  UnixNanos newest = 0;
  for (const std::optional<Commitment>& commitment : *commitments) {
    record.commitments.push_back(commitment ? commitment->tip : Hash256{});
    if (commitment) newest = std::max(newest, std::min(commitment->committed_at, opening));
  }
  record.committed_at = record.previous_seal == Hash256{} ? opening : newest;
  record.links.assign(parts_.policy.epoch_rounds, std::vector<Hash256>(parts_.quorum.size()));
  for (const LinkRow& row : links) {
    if (row.round < record.first_entropy_round) continue;
    const Round index = row.round - record.first_entropy_round;
    if (index >= record.links.size()) continue;
    for (std::size_t v = 0; v < row.links.size(); ++v) {
      const bool is_its = (*commitments)[v] && row.links[v] != Hash256{} &&
                          is_link_of((*commitments)[v]->tip, index, row.links[v]);
      if (is_its) record.links[index][v] = row.links[v];
    }
  }
  return {};
}

Result<void> AgreedRecord::add_messages(EpochRecord& record, const AgreedSet& set) {
  Envelopes envelopes(parts_.messages, parts_.store);
  for (const auto& [from, to] : {std::pair{&set.onboardings, &record.onboardings},
                                 std::pair{&set.messages, &record.messages}}) {
    for (const AgreedItem& item : *from) {
      const Result<std::optional<Bytes>> bytes = envelopes.find(item.message, item.envelope);
      if (!bytes) return fail(bytes.error());
      if (!*bytes)
        return fail(Errc::bad_data, "quorum store: no envelope of " + to_hex(item.message));
      Result<LoggedMessage> logged = decode_envelope(**bytes);
      if (!logged) return fail(logged.error());
      logged->header_received = item.header_received;
      logged->body_received = item.body_received;
      to->push_back(std::move(*logged));
    }
  }
  return {};
}

Result<void> AgreedRecord::add_audits(EpochRecord& record) {
  const Result<std::optional<AuditDraw>> draw = parts_.registry.draw(record.epoch);
  if (!draw) return fail(draw.error());
  const auto decision = parts_.store.decision(record.epoch, Phase::audits);
  if (!decision) return fail(decision.error());
  if (!*draw || !*decision) return {};
  record.audit_round = (*draw)->round;
  record.audit_entropy = (*draw)->entropy;
  const Result<std::vector<AuditTask>> tasks = parts_.registry.tasks_of_epoch(record.epoch);
  if (!tasks) return fail(tasks.error());
  std::vector<Hash256> drawn;
  for (const AuditTask& task : *tasks) drawn.push_back(task.report);
  const Result<std::vector<Bytes>> stated =
      decided_contents(parts_.store, record.epoch, Phase::audits);
  if (!stated) return fail(stated.error());
  std::vector<Measured> measured;
  for (const Bytes& bytes : *stated) {
    if (bytes.empty()) continue;
    Result<Measured> list = decode_measured(bytes);
    if (!list) return fail(list.error());
    measured.push_back(std::move(*list));
  }
  record.audits = agree_on_audits(measured, parts_.quorum.threshold, drawn);
  record.noise = agree_on_noise(measured, parts_.quorum.threshold, pairs_to_correlate(record));
  return {};
}

// Nothing while that is not decided; nor when fewer than M say the same of the deposits: what
// payers spent before stays then as it was.
Result<void> AgreedRecord::add_channels(EpochRecord& record) {
  if (!parts_.quorum.has_channels) return {};
  const auto decision = parts_.store.decision(record.epoch, Phase::channels);
  if (!decision) return fail(decision.error());
  if (!*decision) return {};
  const Result<std::vector<Bytes>> stated =
      decided_contents(parts_.store, record.epoch, Phase::channels);
  if (!stated) return fail(stated.error());
  std::vector<rewards::channels::Book> books;
  for (const Bytes& bytes : *stated) {
    if (bytes.empty()) continue;
    Result<rewards::channels::Book> book = rewards::channels::decode_book(bytes);
    if (!book) return fail(book.error());
    books.push_back(std::move(*book));
  }
  record.channels = agree_on_channels(books, parts_.quorum.threshold, record.network, record.epoch);
  return {};
}

Result<std::optional<AuditDraw>> AgreedRecord::draw(std::uint64_t epoch) {
  const Result<std::vector<IntakeList>> lists = closing_lists(epoch);
  if (!lists) return fail(lists.error());
  for (const LinkRow& row : agree_on_links(*lists, parts_.quorum.threshold, parts_.quorum.size())) {
    if (row.round < first_draw_round(parts_.policy, epoch)) continue;
    const std::uint64_t of = epoch_of_round(parts_.policy, row.round);
    const Result<std::optional<Hash256>> block = parts_.store.block(of);
    if (!block) return fail(block.error());
    if (!*block) return fail(Errc::unavailable, "the block of the draw's entropy is not known");
    std::vector<Hash256> there;
    for (const Hash256& link : row.links) {
      if (link != Hash256{}) there.push_back(link);
    }
    const std::optional<Entropy> entropy =
        round_entropy(row.round, **block, there, parts_.quorum.threshold);
    if (entropy) return std::optional<AuditDraw>{AuditDraw{row.round, *entropy}};
  }
  return std::optional<AuditDraw>{};
}

}  // namespace earshot::verifier
