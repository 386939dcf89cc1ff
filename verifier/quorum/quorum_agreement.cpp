#include "verifier/quorum/quorum_agreement.h"

#include <algorithm>

#include "rewards/epoch_rewards.h"
#include "verifier/epoch_assembly.h"
#include "verifier/epoch_calendar.h"
#include "verifier/header_shelf.h"
#include "verifier/quorum/envelopes.h"
#include "verifier/quorum/intake_check.h"
#include "verifier/quorum/quorum_entropy.h"
#include "verifier/rules/form.h"

namespace earshot::verifier {
namespace {

std::pair<LogKind, Hash256> header_key(const IntakeItem& item) {
  return {LogKind::header, item.header};
}
std::pair<LogKind, Hash256> body_key(const IntakeItem& item) {
  return {LogKind::message, item.message};
}

Agreement::State state_from(PhaseState state) {
  switch (state) {
    case PhaseState::open:
      return Agreement::State::open;
    case PhaseState::decided:
      return Agreement::State::agreed;
    case PhaseState::missed:
      break;
  }
  return Agreement::State::missed;
}

}  // namespace

std::vector<UnixNanos> QuorumAgreement::due_times(std::uint64_t epoch) const {
  std::vector<UnixNanos> times;
  for (const Phase phase : kPhases) {
    const PhaseWindow window = window_of(parts_.quorum, parts_.policy, epoch, phase);
    for (UnixNanos at = window.begin; at <= window.end; at += parts_.quorum.step) {
      times.push_back(at);
    }
  }
  return times;
}

void QuorumAgreement::exchange(UnixNanos now) {
  if (parts_.exchanges_here) parts_.exchange.tick(now);
}

UnixNanos QuorumAgreement::audits_end(std::uint64_t epoch) const {
  return window_of(parts_.quorum, parts_.policy, epoch, Phase::audits).begin;
}

Result<Agreement::State> QuorumAgreement::close(std::uint64_t epoch, UnixNanos now) {
  const PhaseWindow window = window_of(parts_.quorum, parts_.policy, epoch, Phase::closing);
  if (now < window.begin) return State::open;
  const Result<bool> stated = parts_.exchange.has_stated(epoch, Phase::closing);
  if (!stated) return fail(stated.error());
  if (!*stated && now <= window.begin + parts_.quorum.step) {
    // What arrives from here on is under no root that we state.
    const LogHead head = parts_.messages.log_head();
    const Result<IntakeList> list = own_list(epoch, head, now);
    if (!list) return fail(list.error());
    if (Result<void> done = parts_.exchange.state(epoch, Phase::closing, encode(*list), head, now);
        !done) {
      return fail(done.error());
    }
  }
  // Without the commitments nobody knows which links belong to them.
  for (const Phase phase : {Phase::commitment, Phase::closing}) {
    const Result<PhaseState> state = parts_.exchange.state_of(epoch, phase, now);
    if (!state) return fail(state.error());
    if (*state != PhaseState::decided) return state_from(*state);
  }
  return State::agreed;
}

Result<Agreement::State> QuorumAgreement::close_audits(std::uint64_t epoch, UnixNanos now) {
  const PhaseWindow window = window_of(parts_.quorum, parts_.policy, epoch, Phase::audits);
  if (now < window.begin) return State::open;
  const Result<bool> stated = parts_.exchange.has_stated(epoch, Phase::audits);
  if (!stated) return fail(stated.error());
  if (!*stated && now <= window.begin + parts_.quorum.step) {
    const Result<std::vector<AuditTask>> tasks = parts_.registry.tasks_of_epoch(epoch);
    if (!tasks) return fail(tasks.error());
    Result<std::vector<NoisePair>> noise = parts_.registry.noise(epoch);
    if (!noise) return fail(noise.error());
    Measured measured{{}, std::move(*noise)};
    for (const AuditTask& task : *tasks) {
      if (task.answer) measured.audits.push_back(*task.answer);
    }
    if (Result<void> done = parts_.exchange.state(epoch, Phase::audits, encode(measured),
                                                  parts_.messages.log_head(), now);
        !done) {
      return fail(done.error());
    }
  }
  const Result<PhaseState> state = parts_.exchange.state_of(epoch, Phase::audits, now);
  if (!state) return fail(state.error());
  return state_from(*state);
}

Result<IntakeList> QuorumAgreement::own_list(std::uint64_t epoch, const LogHead& head,
                                             UnixNanos now) {
  const Round first = rewards::first_round_of_epoch(parts_.policy, epoch);
  const Round end = rewards::first_round_of_epoch(parts_.policy, epoch + 1);
  Result<std::vector<StoredMessage>> onboardings = parts_.messages.onboardings(std::nullopt);
  if (!onboardings) return fail(onboardings.error());
  std::erase_if(*onboardings, [&](const StoredMessage& stored) {
    return stored.received >= epoch_end(parts_.policy, epoch);
  });
  Result<std::vector<StoredMessage>> messages = parts_.messages.messages_of_rounds(first, end);
  if (!messages) return fail(messages.error());
  IntakeList list;
  for (const auto& [from, to] :
       {std::pair{&*onboardings, &list.onboardings}, std::pair{&*messages, &list.messages}}) {
    Result<std::vector<IntakeItem>> items = own_items(*from);
    if (!items) return fail(items.error());
    *to = std::move(*items);
  }
  if (Result<void> found = find_own_places(epoch, head, list); !found) return fail(found.error());
  if (Result<void> added = add_own_links(first, end, list); !added) return fail(added.error());
  const Round draws = first_draw_round(parts_.policy, epoch);
  const Round until = round_at(now) + 1;
  if (draws >= until) return list;
  if (Result<void> added = add_own_links(draws, until, list); !added) return fail(added.error());
  return list;
}

Result<std::vector<IntakeItem>> QuorumAgreement::own_items(
    const std::vector<StoredMessage>& stored) {
  HeaderShelf headers(parts_.messages);
  std::vector<IntakeItem> items;
  for (const StoredMessage& message : stored) {
    const Result<LoggedMessage> logged = headers.join(message);
    if (!logged) return fail(logged.error());
    items.push_back({.message = message.id,
                     .header = message.header,
                     .envelope = envelope_hash(*logged),
                     .header_received = logged->header_received,
                     .body_received = logged->body_received});
  }
  std::ranges::sort(items, std::less{}, &IntakeItem::message);
  return items;
}

// Where our own log has them. Those listed in the epoch before are known; what came after the
// checkpoint is taken out again.
Result<void> QuorumAgreement::find_own_places(std::uint64_t epoch, const LogHead& head,
                                              IntakeList& list) {
  LogPlaces places;
  if (epoch > parts_.quorum.first_epoch) {
    const Result<std::vector<Bytes>> before = contents(epoch - 1, Phase::closing);
    if (before && !(*before)[parts_.quorum.self].empty()) {
      const Result<IntakeList> old =
          decode_intake_list((*before)[parts_.quorum.self], parts_.quorum.size());
      if (!old) return fail(old.error());
      for (const IntakeItem& item : old->onboardings) {
        places[header_key(item)] = item.header_index;
        places[body_key(item)] = item.body_index;
      }
    }
  }
  std::set<std::pair<LogKind, Hash256>> wanted;
  for (const auto* items : {&list.onboardings, &list.messages}) {
    for (const IntakeItem& item : *items) wanted.insert({header_key(item), body_key(item)});
  }
  const LogEntries entries = [this](std::uint64_t first, std::uint64_t count) {
    return parts_.messages.log_entries(first, count);
  };
  // What is being taken in at this moment is in the log behind `head`.
  const std::uint64_t newest = parts_.messages.log_head().size;
  if (Result<void> found = find_places(wanted, newest, entries, places); !found) return found;
  for (auto* items : {&list.onboardings, &list.messages}) {
    for (IntakeItem& item : *items) {
      item.header_index = places.at(header_key(item));
      item.body_index = places.at(body_key(item));
    }
    std::erase_if(*items, [&](const IntakeItem& item) {
      return std::max(item.header_index, item.body_index) >= head.size;
    });
  }
  return {};
}

Result<void> QuorumAgreement::add_own_links(Round first, Round end, IntakeList& list) {
  const Result<std::vector<ReleasedRound>> released = parts_.registry.released_between(first, end);
  if (!released) return fail(released.error());
  for (const ReleasedRound& round : *released) {
    Result<LinkRow> row = parts_.store.links(round.round, parts_.quorum.size());
    if (!row) return fail(row.error());
    list.links.push_back(std::move(*row));
  }
  return {};
}

Result<std::vector<Bytes>> QuorumAgreement::contents(std::uint64_t epoch, Phase phase) {
  const auto decision = parts_.store.decision(epoch, phase);
  if (!decision) return fail(decision.error());
  if (!*decision) {
    return fail(Errc::unavailable, "epoch " + std::to_string(epoch) + ": " +
                                       std::string(phase_name(phase)) + " is not decided");
  }
  std::vector<Bytes> contents;
  for (const std::optional<Hash256>& hash : **decision) {
    Bytes& content = contents.emplace_back();
    if (!hash) continue;
    Result<std::optional<Bytes>> held = parts_.store.content(*hash);
    if (!held) return fail(held.error());
    if (!*held) return fail(Errc::bad_data, "quorum store: no content " + to_hex(*hash));
    content = std::move(**held);
  }
  return contents;
}

Result<AgreedSet> QuorumAgreement::agreed_set(std::uint64_t epoch) {
  const Result<std::vector<Bytes>> closings = contents(epoch, Phase::closing);
  if (!closings) return fail(closings.error());
  std::vector<IntakeList> lists;
  for (const Bytes& bytes : *closings) {
    if (bytes.empty()) continue;
    Result<IntakeList> list = decode_intake_list(bytes, parts_.quorum.size());
    if (!list) return fail(list.error());
    lists.push_back(std::move(*list));
  }
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
    return verifier::is_in_time(*logged);
  };
  AgreedSet set = agree_on_set(lists, parts_.quorum.threshold, parts_.quorum.size(), is_in_time);
  if (problem) return fail(*problem);
  return set;
}

Result<EpochRecord> QuorumAgreement::record(std::uint64_t epoch) {
  EpochRecord record;
  record.network = parts_.quorum.network;
  record.epoch = epoch;
  record.policy = rewards::policy_hash(parts_.policy);
  if (Result<void> done = add_previous(record, parts_.registry); !done) return fail(done.error());
  const Result<AgreedSet> set = agreed_set(epoch);
  if (!set) return fail(set.error());
  if (Result<void> done = add_entropy(record, *set); !done) return fail(done.error());
  if (Result<void> done = add_messages(record, *set); !done) return fail(done.error());
  if (Result<void> done = add_audits(record); !done) return fail(done.error());
  canonicalize(record);
  return record;
}

Result<void> QuorumAgreement::add_entropy(EpochRecord& record, const AgreedSet& set) {
  const UnixNanos opening = epoch_opening(parts_.policy, record.epoch);
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
  for (const LinkRow& row : set.links) {
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

Result<void> QuorumAgreement::add_messages(EpochRecord& record, const AgreedSet& set) {
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

Result<void> QuorumAgreement::add_audits(EpochRecord& record) {
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
  const Result<std::vector<Bytes>> stated = contents(record.epoch, Phase::audits);
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

Result<std::optional<AuditDraw>> QuorumAgreement::draw(std::uint64_t epoch) {
  const Result<AgreedSet> set = agreed_set(epoch);
  if (!set) return fail(set.error());
  for (const LinkRow& row : set->links) {
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
