#include "verifier/quorum/contents.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>
#include <tuple>

namespace earshot::verifier {
namespace {

constexpr std::uint16_t kVersion = 1;
constexpr std::string_view kCommitment = "ECOM";
constexpr std::string_view kIntake = "EINT";
constexpr std::string_view kAudits = "EAUD";

Writer begin(std::string_view magic) {
  Writer out;
  out.put(as_bytes(magic));
  out.put(kVersion);
  return out;
}

Result<void> take_magic(Reader& in, std::string_view magic) {
  const ByteView found = in.get_bytes(magic.size());
  const auto version = in.get<std::uint16_t>();
  if (!in.failed() && std::ranges::equal(found, as_bytes(magic)) && version == kVersion) return {};
  return fail(Errc::bad_data,
              std::string(magic) + ": does not begin with " + std::string(magic) + ", version 1");
}

void put_items(Writer& out, const std::vector<IntakeItem>& items) {
  out.put(static_cast<std::uint32_t>(items.size()));
  for (const IntakeItem& item : items) {
    out.put(item.message);
    out.put(item.header);
    out.put(item.envelope);
    out.put(item.header_received);
    out.put(item.body_received);
    out.put(item.header_index);
    out.put(item.body_index);
  }
}

IntakeItem get_item(Reader& in) {
  IntakeItem item;
  item.message = in.get_array<32>();
  item.header = in.get_array<32>();
  item.envelope = in.get_array<32>();
  item.header_received = in.get<UnixNanos>();
  item.body_received = in.get<UnixNanos>();
  item.header_index = in.get<std::uint64_t>();
  item.body_index = in.get<std::uint64_t>();
  return item;
}

Result<std::vector<IntakeItem>> get_items(Reader& in, const char* what) {
  const auto count = in.get<std::uint32_t>();
  if (in.failed() || in.left() / kIntakeItemBytes < count) {
    return fail(Errc::bad_data, std::string("EINT: too few bytes of ") + what);
  }
  std::vector<IntakeItem> items;
  items.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const IntakeItem item = get_item(in);
    if (!items.empty() && std::tie(items.back().message, items.back().header) >=
                              std::tie(item.message, item.header)) {
      return fail(Errc::bad_data,
                  std::string("EINT: ") + what + " are not in order at " + std::to_string(i));
    }
    items.push_back(item);
  }
  return items;
}

Result<std::vector<LinkRow>> get_rows(Reader& in, std::size_t members) {
  const auto count = in.get<std::uint32_t>();
  if (in.failed() || in.left() / (8 + 32 * members) < count) {
    return fail(Errc::bad_data, "EINT: too few bytes of links");
  }
  std::vector<LinkRow> rows;
  for (std::uint32_t i = 0; i < count; ++i) {
    LinkRow row{in.get<Round>(), {}};
    for (std::size_t v = 0; v < members; ++v) row.links.push_back(in.get_array<32>());
    if (row.round > kLastRound || (!rows.empty() && rows.back().round >= row.round)) {
      return fail(Errc::bad_data, "EINT: rounds are not in order at " + std::to_string(i));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Bytes encode(const Commitment& commitment) {
  Writer out = begin(kCommitment);
  out.put(commitment.tip);
  out.put(commitment.head);
  out.put(commitment.committed_at);
  return std::move(out).take();
}

Result<Commitment> decode_commitment(ByteView bytes) {
  Reader in(bytes);
  if (Result<void> magic = take_magic(in, kCommitment); !magic) return fail(magic.error());
  Commitment commitment;
  commitment.tip = in.get_array<32>();
  commitment.head = in.get<std::uint64_t>();
  commitment.committed_at = in.get<UnixNanos>();
  if (Result<void> end = in.finish("ECOM"); !end) return fail(end.error());
  if (commitment.head == std::numeric_limits<std::uint64_t>::max()) {
    return fail(Errc::bad_data, "ECOM: no block follows the one it names");
  }
  return commitment;
}

Bytes encode(const IntakeList& list) {
  Writer out = begin(kIntake);
  put_items(out, list.onboardings);
  put_items(out, list.messages);
  out.put(static_cast<std::uint32_t>(list.links.size()));
  for (const LinkRow& row : list.links) {
    out.put(row.round);
    for (const Hash256& link : row.links) out.put(link);
  }
  return std::move(out).take();
}

Result<IntakeList> decode_intake_list(ByteView bytes, std::size_t members) {
  Reader in(bytes);
  if (Result<void> magic = take_magic(in, kIntake); !magic) return fail(magic.error());
  Result<std::vector<IntakeItem>> onboardings = get_items(in, "onboardings");
  if (!onboardings) return fail(onboardings.error());
  Result<std::vector<IntakeItem>> messages = get_items(in, "messages");
  if (!messages) return fail(messages.error());
  Result<std::vector<LinkRow>> links = get_rows(in, members);
  if (!links) return fail(links.error());
  if (Result<void> end = in.finish("EINT"); !end) return fail(end.error());
  return IntakeList{std::move(*onboardings), std::move(*messages), std::move(*links)};
}

Bytes envelope_bytes(const LoggedMessage& logged) {
  LoggedMessage timeless = logged;
  timeless.header_received = 0;
  timeless.body_received = 0;
  return encode(timeless);
}

Hash256 envelope_hash(const LoggedMessage& logged) { return sha256(envelope_bytes(logged)); }

Result<LoggedMessage> decode_envelope(ByteView bytes) {
  Result<LoggedMessage> logged = decode_logged_message(bytes);
  if (logged && (logged->header_received != 0 || logged->body_received != 0)) {
    return fail(Errc::bad_data, "envelope: it holds times");
  }
  return logged;
}

Bytes bundle_envelopes(const std::vector<Bytes>& envelopes) {
  Writer out;
  for (const Bytes& envelope : envelopes) {
    out.put(static_cast<std::uint32_t>(envelope.size()));
    out.put(ByteView(envelope));
  }
  return std::move(out).take();
}

Result<std::vector<Bytes>> parse_envelopes(ByteView bytes) {
  Reader in(bytes);
  std::vector<Bytes> envelopes;
  while (in.left() > 0) {
    const ByteView envelope = in.get_bytes(in.get<std::uint32_t>());
    if (in.failed() || envelopes.size() == kEnvelopesPerTile) {
      return fail(Errc::bad_data, "envelopes: end inside one, or are more than " +
                                      std::to_string(kEnvelopesPerTile));
    }
    envelopes.emplace_back(envelope.begin(), envelope.end());
  }
  return envelopes;
}

Bytes encode(const Measured& measured) {
  Writer out = begin(kAudits);
  out.put(static_cast<std::uint32_t>(measured.audits.size()));
  for (const AuditRecord& audit : measured.audits) out.put(encode(audit));
  for (const NoisePair& pair : measured.noise) {
    out.put(pair.one);
    out.put(pair.other);
    out.put(pair.correlation_ppm);
  }
  return std::move(out).take();
}

Result<Measured> decode_measured(ByteView bytes) {
  Reader in(bytes);
  if (Result<void> magic = take_magic(in, kAudits); !magic) return fail(magic.error());
  Measured measured;
  const auto count = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i) {
    Result<AuditRecord> audit = get_audit(in);
    if (!audit) return fail(audit.error());
    if (!measured.audits.empty() && measured.audits.back().report >= audit->report) {
      return fail(Errc::bad_data, "EAUD: audits are not in order");
    }
    measured.audits.push_back(*audit);
  }
  while (!in.failed() && in.left() > 0) {
    NoisePair pair;
    pair.one = in.get_array<32>();
    pair.other = in.get_array<32>();
    pair.correlation_ppm = in.get<std::uint32_t>();
    if (!measured.noise.empty() &&
        std::tie(measured.noise.back().one, measured.noise.back().other) >=
            std::tie(pair.one, pair.other)) {
      return fail(Errc::bad_data, "EAUD: pairs are not in order");
    }
    measured.noise.push_back(pair);
  }
  if (Result<void> end = in.finish("EAUD"); !end) return fail(end.error());
  return measured;
}

}  // namespace earshot::verifier
