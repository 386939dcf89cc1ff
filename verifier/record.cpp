#include "verifier/record.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "verifier/record_parts.h"

namespace earshot::verifier {
namespace {

// Sorts `list`; of receptions of one message keeps the one that was complete first.
template <class OrderOf>
void sort_and_keep_first(std::vector<LoggedMessage>& list, OrderOf&& order_of) {
  using Order = decltype(order_of(std::declval<const LoggedMessage&>()));
  using Key = std::tuple<Order, UnixNanos, UnixNanos, Bytes>;
  std::vector<std::pair<Key, LoggedMessage>> keyed;
  keyed.reserve(list.size());
  for (LoggedMessage& logged : list) {
    const UnixNanos complete = std::max(logged.header_received, logged.body_received);
    Key key{order_of(logged), complete, logged.header_received, encode(logged)};
    keyed.emplace_back(std::move(key), std::move(logged));
  }
  std::ranges::sort(keyed, std::less{},
                    [](const auto& entry) -> const Key& { return entry.first; });
  list.clear();
  const Order* before = nullptr;
  for (auto& [key, logged] : keyed) {
    if (before == nullptr || *before != std::get<0>(key)) list.push_back(std::move(logged));
    before = &std::get<0>(key);
  }
}

}  // namespace

void canonicalize(EpochRecord& record) {
  const NetworkId network = record.network;
  sort_and_keep_first(record.onboardings, [network](const LoggedMessage& logged) {
    return onboarding_order(network, logged);
  });
  sort_and_keep_first(record.messages, [network](const LoggedMessage& logged) {
    return message_order(network, logged);
  });
  std::ranges::sort(record.audits, std::less{}, &AuditRecord::report);
  std::ranges::sort(record.noise, std::less{},
                    [](const NoisePair& pair) { return std::tie(pair.one, pair.other); });
  record.outages = join_outages(std::move(record.outages));
  if (record.channels) rewards::channels::canonicalize(*record.channels, network);
}

std::vector<std::vector<Hash256>> beacons_to_correlate(const EpochRecord& record) {
  std::map<Hash256, const AuditRecord*> audited;
  for (const AuditRecord& audit : record.audits) {
    if (audit.outcome == AuditOutcome::measured) audited.emplace(audit.report, &audit);
  }
  std::map<std::pair<Round, Tag>, std::vector<Hash256>> by_beacon;
  for (const LoggedMessage& logged : record.messages) {
    const auto* report = std::get_if<WitnessReport>(&logged.message);
    if (report == nullptr) continue;
    const auto audit = audited.find(message_id(record.network, logged.message));
    if (audit == audited.end() || audit->second->tag != report->tag) continue;
    by_beacon[{report->round, report->tag}].push_back(audit->first);
  }
  std::vector<std::vector<Hash256>> out;
  for (auto& [beacon, reports] : by_beacon) {
    if (reports.size() < 2) continue;
    std::ranges::sort(reports);
    if (reports.size() > kMaxNoiseReports) reports.resize(kMaxNoiseReports);
    out.push_back(std::move(reports));
  }
  return out;
}

std::vector<NoisePair> pairs_to_correlate(const EpochRecord& record) {
  std::vector<NoisePair> pairs;
  for (const std::vector<Hash256>& reports : beacons_to_correlate(record)) {
    for (std::size_t i = 0; i < reports.size(); ++i) {
      for (std::size_t k = i + 1; k < reports.size(); ++k) {
        pairs.push_back({reports[i], reports[k], 0});
      }
    }
  }
  std::ranges::sort(pairs, std::less{},
                    [](const NoisePair& pair) { return std::tie(pair.one, pair.other); });
  return pairs;
}

std::optional<Entropy> entropy_of(const EpochRecord& record, Round round) {
  if (round < record.first_entropy_round) return std::nullopt;
  const std::uint64_t index = round - record.first_entropy_round;
  if (index >= record.links.size()) return std::nullopt;
  std::vector<Hash256> there;
  for (const Hash256& link : record.links[index]) {
    if (link != Hash256{}) there.push_back(link);
  }
  return round_entropy(round, record.block_hash, there, record.minimum_links);
}

}  // namespace earshot::verifier
