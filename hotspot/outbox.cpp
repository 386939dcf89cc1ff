#include "hotspot/outbox.h"

#include <algorithm>
#include <map>

#include "core/posting.h"

namespace earshot::hotspot {
namespace {

constexpr std::size_t kMessagesPerBatch = 4096;  // Chosen: 700 kB of witness reports, below 1 MiB.
constexpr int kHeaderResends = 3;

// A number that spreads batches evenly and is the same at every run.
std::uint64_t share_of(const Hash256& id, std::uint64_t range) {
  return range == 0 ? 0 : Reader(id).get<std::uint64_t>() % range;
}

}  // namespace

Outbox::Outbox(Journal journal, NetworkId network, const SigningKey& key,
               const DeliveryRules& rules)
    : journal_(std::move(journal)), network_(network), key_(key), rules_(rules) {}

Result<Outbox> Outbox::open(const std::string& path, NetworkId network, const SigningKey& key,
                            const DeliveryRules& rules) {
  Result<Journal::Opened> opened = Journal::open(path);
  if (!opened) return fail(opened.error());
  Outbox outbox(std::move(opened->journal), network, key, rules);
  for (const Bytes& payload : opened->payloads) {
    const Result<OutboxRecord> record = decode_outbox_record(payload);
    if (!record) return fail(Errc::bad_data, path + ": " + record.error().detail);
    if (Result<void> ok = outbox.replay(*record); !ok) {
      return fail(ok.error().code, path + ": " + ok.error().detail);
    }
  }
  return outbox;
}

Result<void> Outbox::replay(const OutboxRecord& record) {
  const auto foreign = [&](const PublicKey& signer) { return signer != key_.public_key; };
  if (const auto* added = std::get_if<OutboxAdded>(&record)) {
    if (foreign(signer_of(added->message))) {
      return fail(Errc::bad_data, "holds messages of hotspot " + to_hex(signer_of(added->message)) +
                                      ", the key is " + to_hex(key_.public_key));
    }
    waiting_.push_back(added->message);
    if (const auto* onboarding = std::get_if<Onboarding>(&added->message)) {
      base_.last_onboarding = std::max(base_.last_onboarding, onboarding->sequence);
    }
  } else if (const auto* entry = std::get_if<OutboxSigned>(&record)) {
    if (foreign(entry->header.header.signer) || !is_signed_by_its_signer(network_, entry->header) ||
        !check_batch(network_, entry->header, entry->batch)) {
      return fail(Errc::bad_data, "batch " + std::to_string(entry->header.header.sequence) +
                                      " is not signed by this key for network " +
                                      std::to_string(network_));
    }
    enqueue(*entry);
  } else if (const auto* progress = std::get_if<OutboxProgress>(&record)) {
    settle(*progress);
  } else {
    base_ = std::get<OutboxBase>(record);
  }
  return {};
}

Result<void> Outbox::write(const OutboxRecord& record) {
  if (Result<void> written = journal_.append(hotspot::encode(record)); !written) return written;
  return replay(record);
}

Result<void> Outbox::add(const Message& message) {
  // What could not be read back would make the journal unreadable.
  const Result<Message> readable = decode(type_of(message), earshot::encode(message));
  if (!readable) return fail(Errc::usage, "cannot be queued: " + readable.error().detail);
  return write(OutboxAdded{message});
}

// Puts a signed batch in the queue and takes its messages from those waiting.
void Outbox::enqueue(const OutboxSigned& signed_batch) {
  const BatchHeader& header = signed_batch.header.header;
  const Hash256 id = header_id(network_, header);
  const auto spread = static_cast<UnixNanos>(
      share_of(id, static_cast<std::uint64_t>(rules_.spread_seconds * kNanosPerSecond)));
  Entry entry;
  entry.header = signed_batch.header;
  entry.batch = signed_batch.batch;
  entry.at_once = std::ranges::all_of(
      entry.batch.messages, [](const Message& m) { return type_of(m) == MessageType::onboarding; });
  if (!entry.at_once) {
    const UnixNanos end = round_opening(header.last_round + 1);
    entry.header_due = rules_.prompt ? 0 : end + spread;
    entry.body_from = end + spread + kHeaderDeadlineSeconds * kNanosPerSecond;
    entry.body_due = entry.body_from + rules_.body_wait_seconds * kNanosPerSecond;
  }
  for (const Message& message : entry.batch.messages) {
    const auto found = std::ranges::find(waiting_, message);
    if (found != waiting_.end()) waiting_.erase(found);
  }
  batches_.push_back(std::move(entry));
  base_.next_sequence = header.sequence + 1;
  base_.previous = id;
}

void Outbox::settle(const OutboxProgress& progress) {
  Entry* entry = find(progress.sequence);
  if (progress.state == BatchState::refused || progress.state == BatchState::abandoned) {
    failures_.push_back(progress);
    if (failures_.size() > kKeptFailures) failures_.pop_front();
  }
  if (entry == nullptr) return;
  entry->attempts = 0;
  entry->not_before = 0;
  entry->state = progress.state;
  if (progress.state != BatchState::waiting && progress.state != BatchState::header_sent) {
    std::erase_if(batches_, [&](const Entry& one) {
      return one.header.header.sequence == progress.sequence;
    });
  }
}

Outbox::Entry* Outbox::find(std::uint64_t sequence) {
  const auto found = std::ranges::find_if(
      batches_, [&](const Entry& entry) { return entry.header.header.sequence == sequence; });
  return found == batches_.end() ? nullptr : &*found;
}

Result<void> Outbox::sign(std::vector<Message> messages) {
  const SignedHeader header =
      sign_batch(network_, key_, base_.next_sequence, base_.previous, messages);
  return write(OutboxSigned{header, {header_id(network_, header.header), std::move(messages)}});
}

Result<void> Outbox::seal(Round current) {
  std::vector<Message> at_once;
  std::map<Round, std::vector<Message>> by_round;
  for (const Message& message : waiting_) {
    if (type_of(message) == MessageType::onboarding) {
      at_once.push_back(message);
    } else if (round_of(message) < current + (rules_.prompt ? 1 : 0)) {
      by_round[round_of(message)].push_back(message);
    }
  }
  for (const Message& message : at_once) {
    if (Result<void> ok = sign({message}); !ok) return ok;
  }
  for (const auto& [round, messages] : by_round) {
    for (std::size_t first = 0; first < messages.size(); first += kMessagesPerBatch) {
      const auto from = messages.begin() + static_cast<std::ptrdiff_t>(first);
      const std::size_t count = std::min(kMessagesPerBatch, messages.size() - first);
      Result<void> ok = sign({from, from + static_cast<std::ptrdiff_t>(count)});
      if (!ok) return ok;
    }
  }
  return {};
}

Result<void> Outbox::mirror(const Outbox& signer) {
  for (const Entry& entry : signer.batches_) {
    if (entry.header.header.sequence < base_.next_sequence) continue;
    if (Result<void> written = write(OutboxSigned{entry.header, entry.batch}); !written) {
      return written;
    }
  }
  return {};
}

UnixNanos Outbox::due_time(const Entry& entry) const {
  const UnixNanos planned = entry.state == BatchState::waiting ? entry.header_due : entry.body_due;
  return std::max({planned, entry.not_before, closed_until_});
}

std::optional<Parcel> Outbox::due(UnixNanos now) const {
  bool headers_wait = false;  // Behind an earlier header, or an onboarding that is not in yet.
  for (const Entry& entry : batches_) {
    const bool body = entry.state == BatchState::header_sent;
    const bool ready = due_time(entry) <= now;
    if (ready && (body ? entry.at_once : !headers_wait)) {
      return Parcel{entry.header.header.sequence, body,
                    body ? earshot::encode(entry.batch) : earshot::encode(entry.header)};
    }
    headers_wait = headers_wait || !body || entry.at_once;
  }
  for (const Entry& entry : batches_) {
    if (entry.state == BatchState::header_sent && due_time(entry) <= now) {
      return Parcel{entry.header.header.sequence, true, earshot::encode(entry.batch)};
    }
  }
  return std::nullopt;
}

// When it may go, if something else does.
UnixNanos Outbox::ready_time(const Entry& entry) const {
  if (entry.state == BatchState::waiting) return due_time(entry);
  return std::max({entry.body_from, entry.not_before, closed_until_});
}

std::vector<Parcel> Outbox::due_together(UnixNanos now) const {
  std::optional<Parcel> first = due(now);
  if (!first) return {};
  const auto is_alone = [&](const Entry& entry) {
    return entry.header.header.sequence == first->sequence && entry.at_once;
  };
  std::vector<Parcel> parcels;
  if (std::ranges::any_of(batches_, is_alone)) {
    parcels.push_back(*std::move(first));
    return parcels;
  }
  std::size_t bytes = 0;
  const auto add = [&](const Entry& entry, Bytes encoded) {
    bytes += kPostedPrefixBytes + encoded.size();
    const bool fits = bytes <= kRequestBytes && parcels.size() < kMaxPostedItems;
    if (!fits && !parcels.empty()) return false;
    const bool body = entry.state == BatchState::header_sent;
    parcels.push_back({entry.header.header.sequence, body, std::move(encoded)});
    return true;
  };
  for (const Entry& entry : batches_) {
    if (entry.at_once) break;  // Those behind an onboarding wait for it.
    if (entry.state == BatchState::header_sent) continue;
    if (ready_time(entry) > now || !add(entry, earshot::encode(entry.header))) break;
  }
  for (const Entry& entry : batches_) {
    if (entry.at_once || entry.state != BatchState::header_sent || ready_time(entry) > now)
      continue;
    if (!add(entry, earshot::encode(entry.batch))) break;
  }
  return parcels;
}

std::optional<UnixNanos> Outbox::next_due() const {
  std::optional<UnixNanos> next;
  const auto at = [&](UnixNanos time) { next = next ? std::min(*next, time) : time; };
  bool headers_wait = false;
  for (const Entry& entry : batches_) {
    const bool body = entry.state == BatchState::header_sent;
    if (body || !headers_wait) at(due_time(entry));
    headers_wait = headers_wait || !body || entry.at_once;
  }
  for (const Message& message : waiting_) {
    const bool at_once = type_of(message) == MessageType::onboarding;
    const Round sealed_in = round_of(message) + (rules_.prompt ? 0 : 1);
    at(at_once ? closed_until_ : round_opening(sealed_in));
  }
  return next;
}

Result<void> Outbox::advance(const Parcel& parcel, BatchState state, int status,
                             std::string detail) {
  detail.resize(std::min(detail.size(), kMaxDetailBytes));
  if (Result<void> written = write(OutboxProgress{
          parcel.sequence, state, static_cast<std::uint16_t>(status), std::move(detail)});
      !written) {
    return written;
  }
  return journal_.size() > rules_.compact_bytes ? compact() : Result<void>{};
}

Result<void> Outbox::acknowledge(const Parcel& parcel, int status) {
  return advance(parcel, parcel.body ? BatchState::delivered : BatchState::header_sent, status, "");
}

Result<void> Outbox::refuse(const Parcel& parcel, int status, const std::string& detail) {
  Entry* entry = find(parcel.sequence);
  const bool unknown_header = entry != nullptr && parcel.body && status == 404;
  if (unknown_header && entry->resent < kHeaderResends) {
    ++entry->resent;
    return advance(parcel, BatchState::waiting, status, detail);
  }
  return advance(parcel, BatchState::refused, status, detail);
}

std::int64_t Outbox::wait_nanos(const Entry& entry) const {
  const int doublings = std::min(entry.attempts, 30);
  const std::int64_t wait =
      std::min(rules_.first_retry_seconds << doublings, rules_.last_retry_seconds) *
      kNanosPerSecond;
  // Up to a quarter more, so that hotspots which failed together do not come back together.
  return wait + static_cast<std::int64_t>(
                    share_of(entry.batch.header, static_cast<std::uint64_t>(wait / 4 + 1)));
}

void Outbox::postpone(const Parcel& parcel, UnixNanos now,
                      std::optional<std::int64_t> retry_after_seconds, bool everything) {
  Entry* entry = find(parcel.sequence);
  if (entry == nullptr) return;
  const UnixNanos asked = now + retry_after_seconds.value_or(0) * kNanosPerSecond;
  entry->not_before = std::max(asked, now + wait_nanos(*entry));
  ++entry->attempts;
  if (everything) closed_until_ = entry->not_before;
}

void Outbox::forget_waits() {
  for (Entry& entry : batches_) entry.not_before = 0;
  closed_until_ = 0;
}

Result<void> Outbox::expire(UnixNanos now) {
  std::vector<std::uint64_t> old;
  for (const Entry& entry : batches_) {
    const UnixNanos end = round_opening(entry.header.header.last_round + 1);
    if (end + rules_.give_up_seconds * kNanosPerSecond < now) {
      old.push_back(entry.header.header.sequence);
    }
  }
  for (const std::uint64_t sequence : old) {
    Result<void> ok =
        advance({sequence, false, {}}, BatchState::abandoned, 0, "no verifier took it in time");
    if (!ok) return ok;
  }
  return {};
}

std::size_t Outbox::undelivered() const {
  std::size_t count = waiting_.size();
  for (const Entry& entry : batches_) count += entry.batch.messages.size();
  return count;
}

Result<void> Outbox::compact() {
  std::vector<Bytes> records;
  const auto keep = [&](const OutboxRecord& record) { records.push_back(hotspot::encode(record)); };
  for (const OutboxProgress& failure : failures_) keep(failure);
  for (const Entry& entry : batches_) {
    keep(OutboxSigned{entry.header, entry.batch});
    if (entry.state != BatchState::waiting) {
      keep(OutboxProgress{entry.header.header.sequence, entry.state, 0, ""});
    }
  }
  keep(base_);  // After the batches, each of which moves it.
  for (const Message& message : waiting_) keep(OutboxAdded{message});
  return journal_.rewrite(records);
}

}  // namespace earshot::hotspot
