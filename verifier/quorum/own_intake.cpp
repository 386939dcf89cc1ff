#include "verifier/quorum/own_intake.h"

#include <algorithm>

#include "rewards/epoch_rewards.h"
#include "verifier/epoch_calendar.h"
#include "verifier/header_shelf.h"
#include "verifier/quorum/agreed_record.h"
#include "verifier/quorum/intake_check.h"

namespace earshot::verifier {
namespace {

std::pair<LogKind, Hash256> header_key(const IntakeItem& item) {
  return {LogKind::header, item.header};
}
std::pair<LogKind, Hash256> body_key(const IntakeItem& item) {
  return {LogKind::message, item.message};
}

}  // namespace

Result<IntakeList> OwnIntake::list(std::uint64_t epoch, const LogHead& head, UnixNanos now) {
  const Round first = rewards::first_round_of_epoch(parts_.policy, epoch);
  const Round end = rewards::first_round_of_epoch(parts_.policy, epoch + 1);
  Result<std::vector<StoredMessage>> onboardings = parts_.messages.onboardings(std::nullopt);
  if (!onboardings) return fail(onboardings.error());
  std::erase_if(*onboardings, [&](const StoredMessage& stored) {
    return stored.received >= epoch_end(parts_.policy, epoch);
  });
  Result<std::vector<StoredMessage>> messages = parts_.messages.messages_of_rounds(first, end);
  if (!messages) return fail(messages.error());
  WriteSet writes;
  for (const StoredMessage& stored : *messages) {
    writes.indexed.push_back({stored.id, stored.message});
  }
  if (!writes.indexed.empty()) {
    if (Result<void> kept = parts_.messages.commit(writes); !kept) return fail(kept.error());
  }
  IntakeList list;
  for (const auto& [from, to] :
       {std::pair{&*onboardings, &list.onboardings}, std::pair{&*messages, &list.messages}}) {
    Result<std::vector<IntakeItem>> found = items(*from);
    if (!found) return fail(found.error());
    *to = std::move(*found);
  }
  if (Result<void> found = find_places_of(epoch, head, list); !found) return fail(found.error());
  if (Result<void> added = add_links(first, end, list); !added) return fail(added.error());
  const Round draws = first_draw_round(parts_.policy, epoch);
  const Round until = round_at(now) + 1;
  if (draws >= until) return list;
  if (Result<void> added = add_links(draws, until, list); !added) return fail(added.error());
  return list;
}

Result<std::vector<IntakeItem>> OwnIntake::items(const std::vector<StoredMessage>& stored) {
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
Result<void> OwnIntake::find_places_of(std::uint64_t epoch, const LogHead& head, IntakeList& list) {
  LogPlaces places;
  if (epoch > parts_.quorum.first_epoch) {
    const Result<std::vector<Bytes>> before =
        decided_contents(parts_.store, epoch - 1, Phase::closing);
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

Result<void> OwnIntake::add_links(Round first, Round end, IntakeList& list) {
  const Result<std::vector<ReleasedRound>> released = parts_.registry.released_between(first, end);
  if (!released) return fail(released.error());
  for (const ReleasedRound& round : *released) {
    Result<LinkRow> row = parts_.store.links(round.round, parts_.quorum.size());
    if (!row) return fail(row.error());
    list.links.push_back(std::move(*row));
  }
  return {};
}

}  // namespace earshot::verifier
