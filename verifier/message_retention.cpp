#include "verifier/message_retention.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <map>

#include "verifier/epoch_calendar.h"
#include "verifier/header_shelf.h"
#include "verifier/judge.h"
#include "verifier/publication.h"

namespace earshot::verifier {
namespace {

// Chosen: looked through while nothing is taken in, some ten milliseconds.
constexpr std::size_t kHeadersAtOnce = 16'384;

// The record is what is left: it must be the one that was sealed.
Result<std::set<Hash256>> ids_in_record(const SealedEpoch& sealed) {
  const auto damaged = [&](const std::string& how) {
    return fail(Errc::bad_data,
                "epoch " + std::to_string(sealed.epoch) + ": its record is damaged, " + how);
  };
  const Result<Seal> seal = decode_seal(sealed.seal);
  if (!seal) return damaged(seal.error().detail);
  const Result<EpochRecord> record = decode_record(sealed.record);
  if (!record) return damaged(record.error().detail);
  const std::vector<Hash256> ids = message_ids(*record);
  if (message_root(ids) != seal->message_root) return damaged("its seal is of other messages");
  return std::set<Hash256>(ids.begin(), ids.end());
}

// Proofs by the second message's id that lean on both messages being in the store.
using LeaningProofs = std::map<Hash256, Equivocation>;

Result<LeaningProofs> leaning_proofs(const MessageStore& store) {
  Result<std::vector<Equivocation>> all = store.equivocations();
  if (!all) return fail(all.error());
  LeaningProofs leaning;
  for (Equivocation& proof : *all) {
    if (proof.evidence.empty()) leaning.emplace(proof.second, std::move(proof));
  }
  return leaning;
}

void put_evidence(Bytes& out, const LoggedMessage& logged) {
  const Bytes bytes = encode(logged);
  Writer length;
  length.put(static_cast<std::uint32_t>(bytes.size()));
  out.insert(out.end(), length.bytes().begin(), length.bytes().end());
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// The proofs that lean on some of `messages`, which are all of their rounds, made to stand alone.
Result<std::vector<Equivocation>> standing_proofs(const MessageStore& store,
                                                  const LeaningProofs& leaning,
                                                  const std::vector<StoredMessage>& messages) {
  std::vector<Equivocation> proofs;
  HeaderShelf headers(store);
  for (const StoredMessage& second : messages) {
    const auto found = leaning.find(second.id);
    if (found == leaning.end()) continue;
    Equivocation& proof = proofs.emplace_back(found->second);
    const auto first = std::ranges::find(messages, proof.first, &StoredMessage::id);
    if (first == messages.end()) {
      return fail(Errc::bad_data, "message store: no message " + to_hex(proof.first) +
                                      ", which another contradicts");
    }
    for (const StoredMessage* stored : {&*first, &second}) {
      const Result<LoggedMessage> logged = headers.join(*stored);
      if (!logged) return fail(logged.error());
      put_evidence(proof.evidence, *logged);
    }
  }
  return proofs;
}

// Which headers go: not those of onboardings, which every record has again.
struct OldHeaders {
  Round first_kept = 0;
  std::set<Hash256> of_onboardings = {};
  std::multimap<Hash256, Equivocation> proofs = {};  // By the first header.

  void forget(const StoredHeader& header, WriteSet& writes) const {
    if (!is_outdated(header, first_kept) || of_onboardings.contains(header.id)) return;
    const BatchHeader& fields = header.header.header;
    writes.forgotten_headers.push_back({header.id, fields.signer, fields.sequence});
    const Bytes bytes = encode(header.header);
    const auto [begin, end] = proofs.equal_range(header.id);
    for (auto proof = begin; proof != end; ++proof) {
      writes.equivocations.push_back(proof->second);
      Bytes& evidence = writes.equivocations.back().evidence;
      evidence.insert(evidence.end(), bytes.begin(), bytes.end());
    }
  }
};

Result<OldHeaders> old_headers(const MessageStore& store, Round first_kept) {
  OldHeaders old{.first_kept = first_kept};
  const Result<std::vector<StoredMessage>> onboardings = store.onboardings(std::nullopt);
  if (!onboardings) return fail(onboardings.error());
  for (const StoredMessage& stored : *onboardings) old.of_onboardings.insert(stored.header);
  Result<std::vector<Equivocation>> proofs = store.equivocations();
  if (!proofs) return fail(proofs.error());
  for (Equivocation& proof : *proofs) {
    if (proof.evidence.size() != kSignedHeaderBytes) continue;
    old.proofs.emplace(proof.first, std::move(proof));
  }
  return old;
}

}  // namespace

struct MessageRetention::Passing {
  std::uint64_t epoch = 0;
  std::set<Hash256> in_record;
  LeaningProofs proofs;
};

void MessageRetention::tick(UnixNanos now) {
  if (looked_ && now >= *looked_ && now - *looked_ < rules_.pause) return;
  looked_ = now;
  const std::string subject = "putting messages away";
  const Result<void> done = forget_due(now);
  done ? complaints_.works(subject) : complaints_.failed(subject, done.error().detail);
}

Result<std::optional<SealedEpoch>> MessageRetention::due(std::uint64_t epoch, UnixNanos now) const {
  const std::optional<SealedEpoch> nothing;
  const Result<std::optional<std::uint64_t>> matured = parts_.registry.evidence_forgotten();
  if (!matured) return fail(matured.error());
  if (!*matured || epoch > **matured) return nothing;
  const Result<std::vector<Outage>> outages = parts_.registry.outages();
  if (!outages) return fail(outages.error());
  if (seal_time(parts_.policy, epoch, *outages) + rules_.keep > now) return nothing;
  Result<std::optional<SealedEpoch>> sealed = parts_.registry.sealed(epoch);
  if (!sealed || !*sealed) return sealed;
  if (rules_.published && rules_.published() < (*sealed)->log.size()) return nothing;
  return sealed;
}

Result<void> MessageRetention::forget_due(UnixNanos now) {
  const Result<std::optional<std::uint64_t>> first = parts_.registry.first_epoch();
  if (!first) return fail(first.error());
  const Result<std::optional<std::uint64_t>> forgotten = parts_.registry.messages_forgotten();
  if (!forgotten) return fail(forgotten.error());
  if (!*first) return {};
  for (std::uint64_t epoch = *forgotten ? **forgotten + 1 : **first; !stopping_; ++epoch) {
    const Result<std::optional<SealedEpoch>> sealed = due(epoch, now);
    if (!sealed) return fail(sealed.error());
    if (!*sealed) break;
    // What came for rounds before the first epoch was never of any.
    const Round begin = epoch == **first ? 0 : rewards::first_round_of_epoch(parts_.policy, epoch);
    if (Result<void> done = forget(**sealed, begin); !done) return done;
  }
  return sweep_headers();
}

Result<void> MessageRetention::forget(const SealedEpoch& sealed, Round first) {
  const std::uint64_t epoch = sealed.epoch;
  const Round opening = rewards::first_round_of_epoch(parts_.policy, epoch);
  const Round end = rewards::first_round_of_epoch(parts_.policy, epoch + 1);
  Result<std::set<Hash256>> ids = ids_in_record(sealed);
  if (!ids) return fail(ids.error());
  // From here on nothing is added to what is looked at.
  parts_.ingest.keep_from(end);
  Result<LeaningProofs> proofs = leaning_proofs(parts_.store);
  if (!proofs) return fail(proofs.error());
  const Passing passing{epoch, std::move(*ids), std::move(*proofs)};
  if (first < opening) {
    if (Result<void> kept = keep_traces(passing, first, opening); !kept) return kept;
  }
  for (Round round = opening; round < end; ++round) {
    if (stopping_) return {};
    if (Result<void> kept = keep_traces(passing, round, round + 1); !kept) return kept;
  }
  WriteSet writes;
  writes.first_kept = end;
  if (Result<void> gone = parts_.store.commit(writes); !gone) return gone;
  if (rules_.forget_agreement) {
    if (Result<void> gone = rules_.forget_agreement(epoch); !gone) return gone;
  }
  if (Result<void> noted = parts_.registry.set_messages_forgotten(epoch); !noted) return noted;
  parts_.log.info("epoch {}: {} reports and notices are put away, its record has them", epoch,
                  passing.in_record.size());
  return {};
}

// What stays of the messages of some rounds besides what the record has.
Result<void> MessageRetention::keep_traces(const Passing& passing, Round first, Round end) {
  const Result<std::vector<StoredMessage>> messages = parts_.store.messages_of_rounds(first, end);
  if (!messages) return fail(messages.error());
  if (messages->empty()) return {};
  const std::vector<LateMessage> late = late_for(passing.in_record, *messages);
  if (!late.empty()) {
    if (Result<void> kept = parts_.registry.add_after_seal(passing.epoch, late); !kept) return kept;
  }
  Result<std::vector<Equivocation>> proofs =
      standing_proofs(parts_.store, passing.proofs, *messages);
  if (!proofs) return fail(proofs.error());
  WriteSet writes;
  writes.equivocations = std::move(*proofs);
  for (const StoredMessage& stored : *messages) writes.unindexed.push_back(stored.id);
  return parts_.store.commit(writes);
}

// Headers stand by their ids, so all are looked through, once after each deletion.
Result<void> MessageRetention::sweep_headers() {
  const Round first_kept = parts_.store.first_kept();
  const Result<std::optional<Round>> swept = parts_.registry.headers_swept();
  if (!swept) return fail(swept.error());
  if (first_kept == 0 || *swept == first_kept) return {};
  parts_.ingest.keep_from(first_kept);
  const Result<OldHeaders> old = old_headers(parts_.store, first_kept);
  if (!old) return fail(old.error());
  std::optional<Hash256> after;
  for (bool is_last = false; !is_last;) {
    if (stopping_) return {};
    // A header that comes again just now must not go with its older self.
    const auto pause = parts_.ingest.pause();
    const Result<std::vector<StoredHeader>> headers =
        parts_.store.headers_after(after, kHeadersAtOnce);
    if (!headers) return fail(headers.error());
    WriteSet writes;
    for (const StoredHeader& header : *headers) old->forget(header, writes);
    if (!writes.forgotten_headers.empty()) {
      if (Result<void> gone = parts_.store.commit(writes); !gone) return gone;
    }
    is_last = headers->size() < kHeadersAtOnce;
    if (!is_last) after = headers->back().id;
  }
  if (Result<void> given = parts_.store.give_back_messages(stopping_); !given) return given;
  if (stopping_) return {};
  return parts_.registry.set_headers_swept(first_kept);
}

}  // namespace earshot::verifier
