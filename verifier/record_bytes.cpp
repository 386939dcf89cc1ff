// Bytes of a record, one section after another:
//
//   "EREC" | u16 version | chain of epochs | entropy | audit draw | [verifiers] | [outages]
//   | onboardings | messages | audits | noise | channels | log | previous artifact | history
//
// Version 3 has neither verifiers nor outages; version 4 has at least one outage; version 5 has
// verifiers, and a list of outages. So a record has one encoding only, and that of one verifier
// without an outage is that of before.
//
// with a u32 count before each list. docs/VERDICTS.md has the table.
#include <algorithm>
#include <cassert>
#include <functional>

#include "verifier/record_parts.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kMagic = "EREC";
constexpr std::uint16_t kVersion = 3;
constexpr std::uint16_t kVersionWithOutages = 4;
constexpr std::uint16_t kVersionOfSeveral = 5;
constexpr std::size_t kAuditBytes = 32 + 1 + 16 + 8 + 4 + 4 + 4;
constexpr std::size_t kNoiseBytes = 32 + 32 + 4;
constexpr std::size_t kOutageBytes = 8 + 8;

void put_list(Writer& out, const std::vector<LoggedMessage>& list) {
  out.put(static_cast<std::uint32_t>(list.size()));
  for (const LoggedMessage& logged : list) out.put(encode(logged));
}

// A list in strictly ascending order of `order_of`, which also refuses repeats.
template <class OrderOf>
Result<std::vector<LoggedMessage>> get_list(Reader& in, std::string_view what, bool onboardings,
                                            OrderOf&& order_of) {
  const auto count = in.get<std::uint32_t>();
  std::vector<LoggedMessage> list;
  using Order = decltype(order_of(std::declval<const LoggedMessage&>()));
  std::optional<Order> before;
  for (std::uint32_t i = 0; i < count; ++i) {
    Result<LoggedMessage> logged = get_logged(in);
    if (!logged) return fail(logged.error());
    if ((type_of(logged->message) == MessageType::onboarding) != onboardings) {
      return fail(Errc::bad_data, "record: a message of another kind among " + std::string(what));
    }
    Order order = order_of(*logged);
    if (before && !(*before < order)) {
      return fail(Errc::bad_data, "record: " + std::string(what) +
                                      " are not in canonical order at " + std::to_string(i));
    }
    before = std::move(order);
    list.push_back(std::move(*logged));
  }
  return list;
}

Result<void> get_audits(Reader& in, EpochRecord& record) {
  const auto count = in.get<std::uint32_t>();
  if (in.left() / kAuditBytes < count)
    return fail(Errc::bad_data, "record: too few bytes of audits");
  for (std::uint32_t i = 0; i < count; ++i) {
    Result<AuditRecord> audit = get_audit(in);
    if (!audit) return fail(audit.error());
    if (!record.audits.empty() && record.audits.back().report >= audit->report) {
      return fail(Errc::bad_data, "record: audits are not in canonical order");
    }
    record.audits.push_back(*audit);
  }
  return {};
}

Result<void> get_noise(Reader& in, EpochRecord& record) {
  const auto count = in.get<std::uint32_t>();
  if (in.left() / kNoiseBytes < count)
    return fail(Errc::bad_data, "record: too few bytes of noise");
  for (std::uint32_t i = 0; i < count; ++i) {
    NoisePair pair{.one = in.get_array<32>(), .other = in.get_array<32>()};
    pair.correlation_ppm = in.get<std::uint32_t>();
    const bool in_order =
        record.noise.empty() || std::tie(record.noise.back().one, record.noise.back().other) <
                                    std::tie(pair.one, pair.other);
    if (pair.one >= pair.other || !in_order) {
      return fail(Errc::bad_data, "record: noise is not in canonical order");
    }
    record.noise.push_back(pair);
  }
  return {};
}

void put_channels(Writer& out, const EpochRecord& record) {
  const Bytes book = record.channels ? rewards::channels::encode(*record.channels) : Bytes{};
  out.put(static_cast<std::uint32_t>(book.size()));
  out.put(book);
}

Result<void> get_channels(Reader& in, EpochRecord& record) {
  const auto size = in.get<std::uint32_t>();
  const ByteView bytes = in.get_bytes(size);
  if (in.failed()) return fail(Errc::bad_data, "record: ends inside its channels");
  if (bytes.empty()) return {};
  Result<rewards::channels::Book> book = rewards::channels::decode_book(bytes);
  if (!book) return fail(book.error().code, "record: " + book.error().detail);
  record.channels = std::move(*book);
  return {};
}

void put_previous(Writer& out, const EpochRecord& record) {
  out.put(encode(record.log));
  const Bytes artifact = record.previous ? rewards::encode(*record.previous) : Bytes{};
  out.put(static_cast<std::uint32_t>(artifact.size()));
  out.put(artifact);
}

Result<void> get_previous(Reader& in, EpochRecord& record) {
  Result<CompactRange> log = get_compact_range(in);
  if (!log) return fail(log.error().code, "record: " + log.error().detail);
  record.log = std::move(*log);
  const auto size = in.get<std::uint32_t>();
  const ByteView bytes = in.get_bytes(size);
  if (in.failed()) return fail(Errc::bad_data, "record: ends inside the previous artifact");
  if (bytes.empty()) return {};
  Result<rewards::Artifact> previous = rewards::decode_artifact(bytes);
  if (!previous) return fail(previous.error().code, "record: previous " + previous.error().detail);
  record.previous = std::move(*previous);
  return {};
}

std::uint16_t version_of(const EpochRecord& record) {
  if (!record.verifiers.empty()) return kVersionOfSeveral;
  return record.outages.empty() ? kVersion : kVersionWithOutages;
}

void put_chain_and_entropy(Writer& out, const EpochRecord& record) {
  out.put(as_bytes(kMagic));
  out.put(version_of(record));
  out.put(record.network);
  out.put(record.epoch);
  for (const Hash256* hash : {&record.policy, &record.previous_seal, &record.block_hash}) {
    out.put(*hash);
  }
  out.put(record.first_entropy_round);
  out.put(record.committed_at);
  out.put(record.minimum_links);
  out.put(static_cast<std::uint32_t>(record.commitments.size()));
  for (const Hash256& commitment : record.commitments) out.put(commitment);
  out.put(static_cast<std::uint32_t>(record.links.size()));
  for (const std::vector<Hash256>& row : record.links) {
    assert(row.size() == record.commitments.size());
    for (const Hash256& link : row) out.put(link);
  }
  out.put(record.audit_round);
  out.put(record.audit_entropy);
  if (version_of(record) == kVersion) return;
  if (!record.verifiers.empty()) {
    out.put(static_cast<std::uint32_t>(record.verifiers.size()));
    for (const EvmAddress& verifier : record.verifiers) out.put(verifier);
  }
  out.put(static_cast<std::uint32_t>(record.outages.size()));
  for (const Outage& outage : record.outages) out.put(encode(outage));
}

Result<void> get_links(Reader& in, EpochRecord& record) {
  const auto verifiers = in.get<std::uint32_t>();
  if (in.left() / 32 < verifiers)
    return fail(Errc::bad_data, "record: too few bytes of commitments");
  for (std::uint32_t v = 0; v < verifiers; ++v) record.commitments.push_back(in.get_array<32>());
  const auto rounds = in.get<std::uint32_t>();
  // Without verifiers a row takes no bytes: a count alone must not fill the memory.
  if (rounds > 0 && (verifiers == 0 || in.left() / 32 / verifiers < rounds)) {
    return fail(Errc::bad_data, "record: too few bytes of links");
  }
  for (std::uint32_t i = 0; i < rounds; ++i) {
    std::vector<Hash256>& row = record.links.emplace_back();
    for (std::uint32_t v = 0; v < verifiers; ++v) row.push_back(in.get_array<32>());
  }
  return {};
}

Result<void> get_verifiers(Reader& in, EpochRecord& record) {
  const auto count = in.get<std::uint32_t>();
  if (in.left() / EvmAddress{}.size() < count || count == 0) {
    return fail(Errc::bad_data, "record: too few bytes of verifiers, or none");
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto verifier = in.get_array<20>();
    if (!record.verifiers.empty() && record.verifiers.back() >= verifier) {
      return fail(Errc::bad_data, "record: verifiers are not in canonical order");
    }
    record.verifiers.push_back(verifier);
  }
  return {};
}

// Where there are verifiers, there may be no outage.
Result<void> get_outages(Reader& in, EpochRecord& record) {
  const auto count = in.get<std::uint32_t>();
  if (in.failed() || in.left() / kOutageBytes < count || (count == 0 && record.verifiers.empty())) {
    return fail(Errc::bad_data, "record: too few bytes of outages, or none");
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto begin = in.get<UnixNanos>();
    const Outage outage{begin, in.get<UnixNanos>()};
    const bool in_order = record.outages.empty() || record.outages.back().end < outage.begin;
    if (outage.begin < 0 || outage.begin >= outage.end || outage.end > kLatestOutageEnd ||
        !in_order) {
      return fail(Errc::bad_data, "record: outages are not in canonical order");
    }
    record.outages.push_back(outage);
  }
  return {};
}

Result<void> get_chain_and_entropy(Reader& in, EpochRecord& record) {
  const ByteView magic = in.get_bytes(kMagic.size());
  const auto version = in.get<std::uint16_t>();
  if (in.failed() || !std::ranges::equal(magic, as_bytes(kMagic)) || version < kVersion ||
      version > kVersionOfSeveral) {
    return fail(Errc::bad_data, "record: does not begin with EREC, version 3, 4 or 5");
  }
  record.network = in.get<NetworkId>();
  record.epoch = in.get<std::uint64_t>();
  for (Hash256* hash : {&record.policy, &record.previous_seal, &record.block_hash}) {
    *hash = in.get_array<32>();
  }
  record.first_entropy_round = in.get<Round>();
  record.committed_at = in.get<UnixNanos>();
  record.minimum_links = in.get<std::uint32_t>();
  if (Result<void> links = get_links(in, record); !links) return links;
  record.audit_round = in.get<Round>();
  record.audit_entropy = in.get_array<32>();
  if (in.failed()) return fail(Errc::bad_data, "record: ends inside its entropy");
  if (version == kVersionOfSeveral) {
    if (Result<void> verifiers = get_verifiers(in, record); !verifiers) return verifiers;
  }
  return version == kVersion ? Result<void>() : get_outages(in, record);
}

}  // namespace

Bytes encode(const AuditRecord& audit) {
  Writer out;
  out.put(audit.report);
  out.put(static_cast<std::uint8_t>(audit.outcome));
  out.put(audit.tag);
  out.put(audit.receive_ps);
  out.put(audit.rssi_cdbm);
  out.put(audit.snr_cdb);
  out.put(audit.carrier_offset_dhz);
  return std::move(out).take();
}

Result<AuditRecord> get_audit(Reader& in) {
  AuditRecord audit;
  audit.report = in.get_array<32>();
  const auto outcome = in.get<std::uint8_t>();
  audit.outcome = static_cast<AuditOutcome>(outcome);
  audit.tag = in.get_array<16>();
  audit.receive_ps = in.get<std::int64_t>();
  audit.rssi_cdbm = in.get<std::int32_t>();
  audit.snr_cdb = in.get<std::int32_t>();
  audit.carrier_offset_dhz = in.get<std::int32_t>();
  if (in.failed()) return fail(Errc::bad_data, "record: ends inside an audit");
  if (outcome < 1 || outcome > 6) {
    return fail(Errc::bad_data, "record: audit outcome " + std::to_string(outcome));
  }
  return audit;
}

Bytes encode(const NoisePair& pair) {
  Writer out;
  out.put(pair.one);
  out.put(pair.other);
  out.put(pair.correlation_ppm);
  return std::move(out).take();
}

Bytes encode(const Outage& outage) {
  Writer out;
  out.put(outage.begin);
  out.put(outage.end);
  return std::move(out).take();
}

Bytes encode(const EpochRecord& record) {
  Writer out;
  put_chain_and_entropy(out, record);
  put_list(out, record.onboardings);
  put_list(out, record.messages);
  out.put(static_cast<std::uint32_t>(record.audits.size()));
  for (const AuditRecord& audit : record.audits) out.put(encode(audit));
  out.put(static_cast<std::uint32_t>(record.noise.size()));
  for (const NoisePair& pair : record.noise) out.put(encode(pair));
  put_channels(out, record);
  put_previous(out, record);
  out.put(encode(record.history));
  return std::move(out).take();
}

Result<EpochRecord> decode_record(ByteView bytes) {
  Reader in(bytes);
  EpochRecord record;
  if (Result<void> head = get_chain_and_entropy(in, record); !head) return fail(head.error());
  const NetworkId network = record.network;
  Result<std::vector<LoggedMessage>> onboardings = get_list(
      in, "onboardings", true,
      [network](const LoggedMessage& logged) { return onboarding_order(network, logged); });
  if (!onboardings) return fail(onboardings.error());
  record.onboardings = std::move(*onboardings);
  Result<std::vector<LoggedMessage>> messages =
      get_list(in, "messages", false,
               [network](const LoggedMessage& logged) { return message_order(network, logged); });
  if (!messages) return fail(messages.error());
  record.messages = std::move(*messages);
  if (Result<void> audits = get_audits(in, record); !audits) return fail(audits.error());
  if (Result<void> noise = get_noise(in, record); !noise) return fail(noise.error());
  if (Result<void> channels = get_channels(in, record); !channels) return fail(channels.error());
  if (Result<void> previous = get_previous(in, record); !previous) return fail(previous.error());
  Result<History> history = get_history(in);
  if (!history) return fail(history.error().code, "record: " + history.error().detail);
  record.history = std::move(*history);
  if (Result<void> end = in.finish("record"); !end) return fail(end.error());
  return record;
}

}  // namespace earshot::verifier
