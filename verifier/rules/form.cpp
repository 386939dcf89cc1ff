#include "verifier/rules/form.h"

#include "core/header_signatures.h"
#include "core/merkle.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kRule = "form";

// Ends of rounds in nanoseconds; wide, because a header may name any round.
constexpr Int128 end_of(Round round) {
  return (static_cast<Int128>(round) + 1) * kRoundSeconds * kNanosPerSecond;
}

Ruling judge_times(const LoggedMessage& logged, const Uncounted& uncounted) {
  const Round round = round_of(logged.message);
  const UnixNanos opening = round_opening(round);
  if (logged.header_received < opening) {
    return refuse(kRule, "early",
                  {{"header_received_ns", logged.header_received}, {"opening_ns", opening}});
  }
  const std::span<const Outage> none;
  const UnixNanos header_due =
      header_deadline(round, uncounted.for_headers ? uncounted.outages : none);
  const UnixNanos body_due = body_deadline(round, uncounted.outages);
  std::vector<Finding> times = {{"header_received_ns", logged.header_received},
                                {"header_deadline_ns", header_due},
                                {"body_received_ns", logged.body_received},
                                {"body_deadline_ns", body_due}};
  if (logged.header_received > header_due || logged.body_received > body_due) {
    return refuse(kRule, "late", std::move(times), Decision::late);
  }
  const Int128 reveal =
      end_of(logged.header.header.last_round) + Int128{kHeaderDeadlineSeconds} * kNanosPerSecond;
  if (type_of(logged.message) != MessageType::silence_notice && logged.body_received < reveal) {
    return refuse(
        kRule, "revealed_early",
        {{"body_received_ns", logged.body_received}, {"commit_deadline_ns", to_finding(reveal)}});
  }
  return accept(kRule, std::move(times));
}

}  // namespace

void HeaderBook::add(std::span<const LoggedMessage> messages) {
  std::vector<SignedHeader> headers;
  std::vector<bool*> places;
  for (const LoggedMessage& logged : messages) {
    const auto [entry, is_new] = known_.try_emplace(encode(logged.header), false);
    if (!is_new) continue;
    headers.push_back(logged.header);
    places.push_back(&entry->second);
  }
  const std::vector<bool> verdicts = are_signed_by_their_signers(network_, headers);
  for (std::size_t i = 0; i < places.size(); ++i) *places[i] = verdicts[i];
}

bool HeaderBook::is_signed(const SignedHeader& header) {
  const auto [entry, is_new] = known_.try_emplace(encode(header), false);
  if (is_new) entry->second = is_signed_by_its_signer(network_, header);
  return entry->second;
}

Ruling judge_envelope(const LoggedMessage& logged, const Hash256& id, HeaderBook& headers) {
  const BatchHeader& header = logged.header.header;
  const Round round = round_of(logged.message);
  if (header.signer != signer_of(logged.message)) return refuse(kRule, "wrong_signer");
  if (!headers.is_signed(logged.header)) return refuse(kRule, "bad_signature");
  if (round < header.first_round || round > header.last_round ||
      !merkle_verify(merkle_leaf(id), logged.index, header.count, logged.path, header.root)) {
    return refuse(kRule, "not_in_header",
                  {{"index", logged.index},
                   {"count", header.count},
                   {"first_round", to_finding(header.first_round)},
                   {"last_round", to_finding(header.last_round)}});
  }
  return accept(kRule);
}

Ruling judge_form(const LoggedMessage& logged, const Hash256& id, bool registered,
                  HeaderBook& headers, const Uncounted& uncounted) {
  if (Ruling envelope = judge_envelope(logged, id, headers); !envelope.accepted()) return envelope;
  if (!registered) return refuse(kRule, "unregistered");
  return judge_times(logged, uncounted);
}

Uncounted uncounted_of(const EpochRecord& record) {
  return {record.outages, record.verifiers.empty()};
}

std::vector<Outage> rounds_of_too_few(const EpochRecord& record, const rewards::Policy& policy) {
  std::vector<Outage> found;
  if (record.verifiers.empty() || record.links.empty()) return found;
  const Round first = rewards::first_round_of_epoch(policy, record.epoch);
  for (Round round = first; round < first + policy.epoch_rounds; ++round) {
    std::uint32_t there = 0;
    const Round index = round - record.first_entropy_round;
    if (round >= record.first_entropy_round && index < record.links.size()) {
      for (const Hash256& link : record.links[index]) there += link == Hash256{} ? 0 : 1;
    }
    if (there >= record.minimum_links) continue;
    found.push_back({round_opening(round), round_opening(round + 1)});
  }
  return join_outages(std::move(found));
}

bool is_in_time(const LoggedMessage& logged, const Uncounted& uncounted) {
  return judge_times(logged, uncounted).accepted();
}

StatementKey statement_key(const Message& message) {
  const auto* witness = std::get_if<WitnessReport>(&message);
  const auto* onboarding = std::get_if<Onboarding>(&message);
  const Round round = onboarding != nullptr ? onboarding->sequence : round_of(message);
  const MessageType type = type_of(message) == MessageType::silence_notice
                               ? MessageType::beacon_report
                               : type_of(message);
  return {round, type, signer_of(message), witness != nullptr ? witness->tag : Tag{}};
}

UnixNanos header_deadline(Round round, std::span<const Outage> outages) {
  return deadline_after(round_opening(round + 1), kHeaderDeadlineSeconds * kNanosPerSecond,
                        outages);
}
UnixNanos body_deadline(Round round, std::span<const Outage> outages) {
  return deadline_after(round_opening(round + 1), kBodyDeadlineSeconds * kNanosPerSecond, outages);
}

}  // namespace earshot::verifier
