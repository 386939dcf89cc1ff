#include "verifier/quorum/set_agreement.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace earshot::verifier {
namespace {

using Holders = std::vector<const IntakeItem*>;
using Times = std::pair<UnixNanos, UnixNanos>;  // Body, header.

// Of what is counted, what occurs most; the smallest of several.
Hash256 most_common(const std::map<Hash256, std::size_t>& counts) {
  const auto most = std::ranges::max_element(
      counts, [](const auto& a, const auto& b) { return a.second < b.second; });
  return most->first;
}

AgreedItem agree_on_item(const Holders& holders, std::size_t threshold,
                         const IsInTime& is_in_time) {
  std::map<Hash256, std::size_t> envelopes;
  for (const IntakeItem* item : holders) ++envelopes[item->envelope];
  AgreedItem agreed{.message = holders.front()->message, .envelope = most_common(envelopes)};
  std::vector<std::pair<bool, Times>> times;
  for (const IntakeItem* item : holders) {
    const bool is_late =
        is_in_time && !is_in_time(agreed.envelope, item->header_received, item->body_received);
    times.emplace_back(is_late, Times{item->body_received, item->header_received});
  }
  std::ranges::sort(times);
  std::tie(agreed.body_received, agreed.header_received) = times[threshold - 1].second;
  return agreed;
}

std::vector<AgreedItem> agree_on_items(std::span<const IntakeList> lists,
                                       std::vector<IntakeItem> IntakeList::* part,
                                       std::size_t threshold, const IsInTime& is_in_time) {
  std::map<std::pair<Hash256, Hash256>, Holders> held;
  for (const IntakeList& list : lists) {
    for (const IntakeItem& item : list.*part) held[{item.message, item.header}].push_back(&item);
  }
  // Under two headers at most one can have more than half of the logs.
  std::vector<AgreedItem> agreed;
  for (const auto& [key, holders] : held) {
    if (holders.size() < threshold) continue;
    agreed.push_back(agree_on_item(holders, threshold, is_in_time));
  }
  return agreed;
}

// The lower median of one member of the audits. Precondition: there is one.
template <class T>
T lower_median(const std::vector<const AuditRecord*>& audits, T AuditRecord::* figure) {
  std::vector<T> values;
  values.reserve(audits.size());
  for (const AuditRecord* audit : audits) values.push_back(audit->*figure);
  std::ranges::sort(values);
  return values[(values.size() - 1) / 2];
}

AuditRecord agree_on_audit(const Hash256& report, std::vector<const AuditRecord*> said) {
  AuditRecord agreed{.report = report, .outcome = lower_median(said, &AuditRecord::outcome)};
  if (agreed.outcome != AuditOutcome::measured) return agreed;
  std::erase_if(said, [](const AuditRecord* a) { return a->outcome != AuditOutcome::measured; });
  agreed.tag = lower_median(said, &AuditRecord::tag);
  agreed.receive_ps = lower_median(said, &AuditRecord::receive_ps);
  agreed.rssi_cdbm = lower_median(said, &AuditRecord::rssi_cdbm);
  agreed.snr_cdb = lower_median(said, &AuditRecord::snr_cdb);
  agreed.carrier_offset_dhz = lower_median(said, &AuditRecord::carrier_offset_dhz);
  return agreed;
}

}  // namespace

std::vector<LinkRow> agree_on_links(std::span<const IntakeList> lists, std::size_t threshold,
                                    std::size_t members) {
  std::map<Round, std::map<std::pair<std::size_t, Hash256>, std::size_t>> counts;
  for (const IntakeList& list : lists) {
    for (const LinkRow& row : list.links) {
      for (std::size_t v = 0; v < members; ++v) {
        if (row.links[v] != Hash256{}) ++counts[row.round][{v, row.links[v]}];
      }
    }
  }
  std::vector<LinkRow> rows;
  for (const auto& [round, seen] : counts) {
    LinkRow row{round, std::vector<Hash256>(members)};
    std::size_t there = 0;
    for (const auto& [link, count] : seen) {
      if (count < threshold) continue;
      row.links[link.first] = link.second;
      ++there;
    }
    if (there >= threshold) rows.push_back(std::move(row));
  }
  return rows;
}

AgreedSet agree_on_set(std::span<const IntakeList> lists, std::size_t threshold,
                       std::size_t members, const IsInTime& is_in_time) {
  AgreedSet set;
  set.onboardings = agree_on_items(lists, &IntakeList::onboardings, threshold, {});
  set.messages = agree_on_items(lists, &IntakeList::messages, threshold, is_in_time);
  set.links = agree_on_links(lists, threshold, members);
  return set;
}

std::vector<AuditRecord> agree_on_audits(std::span<const Measured> measured, std::size_t threshold,
                                         std::span<const Hash256> drawn) {
  std::map<Hash256, std::vector<const AuditRecord*>> said;
  for (const Measured& list : measured) {
    for (const AuditRecord& audit : list.audits) said[audit.report].push_back(&audit);
  }
  std::vector<AuditRecord> agreed;
  for (const Hash256& report : drawn) {
    const auto found = said.find(report);
    if (found == said.end() || found->second.size() < threshold) {
      agreed.push_back({.report = report, .outcome = AuditOutcome::unaudited});
    } else {
      agreed.push_back(agree_on_audit(report, found->second));
    }
  }
  return agreed;
}

std::vector<NoisePair> agree_on_noise(std::span<const Measured> measured, std::size_t threshold,
                                      std::vector<NoisePair> wanted) {
  std::map<std::pair<Hash256, Hash256>, std::vector<std::uint32_t>> said;
  for (const Measured& list : measured) {
    for (const NoisePair& pair : list.noise) {
      said[{pair.one, pair.other}].push_back(pair.correlation_ppm);
    }
  }
  for (NoisePair& pair : wanted) {
    std::vector<std::uint32_t>& values = said[{pair.one, pair.other}];
    std::ranges::sort(values);
    pair.correlation_ppm = values.size() < threshold ? 0 : values[(values.size() - 1) / 2];
  }
  return wanted;
}

std::uint64_t agree_on_head(std::vector<std::uint64_t> heads, std::size_t threshold) {
  std::ranges::sort(heads);
  return heads[threshold - 1];
}

}  // namespace earshot::verifier
