// What several verifiers make of what each of them has: pure functions of their statements.
//
// A message belongs to an epoch when at least M intake logs hold it, under one header; it is in
// time when at least M of them hold it in time. Its times in the record are those of one log, the
// M-th of those that hold it, the ones in time first, by (body, header): so a message is judged in
// time if and only if M logs hold it in time, and M = N = 1 gives the one log's own times.
//
//     agree_on_set({list}, 1) == list
#pragma once
#include <functional>
#include <span>

#include "verifier/quorum/contents.h"

namespace earshot::verifier {

struct AgreedItem {
  Hash256 message{};
  Hash256 envelope{};  // The one that most logs hold; the smallest of several.
  UnixNanos header_received = 0;
  UnixNanos body_received = 0;
  bool operator==(const AgreedItem&) const = default;
};

struct AgreedSet {
  std::vector<AgreedItem> onboardings;  // Ascending by message, as are messages.
  std::vector<AgreedItem> messages;
  std::vector<LinkRow> links;  // Rounds that at least M gave entropy to, ascending.
  bool operator==(const AgreedSet&) const = default;
};

// Whether a message with these times would be in time, by the envelope's hash.
using IsInTime = std::function<bool(const Hash256& envelope, UnixNanos header, UnixNanos body)>;

// `lists`: what members closed with, in any order; each with a row of `members` links.
// `threshold`: M, more than half of the members.
AgreedSet agree_on_set(std::span<const IntakeList> lists, std::size_t threshold,
                       std::size_t members, const IsInTime& is_in_time);

// The links of such a set alone: they do not depend on messages.
std::vector<LinkRow> agree_on_links(std::span<const IntakeList> lists, std::size_t threshold,
                                    std::size_t members);

// One audit for each of `drawn` (ascending): of each figure the lower median of those who measured
// it, when at least M say anything of the report; unaudited otherwise. Outcomes count in their
// order.
std::vector<AuditRecord> agree_on_audits(std::span<const Measured> measured, std::size_t threshold,
                                         std::span<const Hash256> drawn);

// One for each of `wanted`: the lower median of at least M measurements, otherwise 0.
std::vector<NoisePair> agree_on_noise(std::span<const Measured> measured, std::size_t threshold,
                                      std::vector<NoisePair> wanted);

// The block whose successor the entropy takes: the M-th lowest of the heads that were committed
// after, so that no minority can name one that never comes.
std::uint64_t agree_on_head(std::vector<std::uint64_t> heads, std::size_t threshold);

}  // namespace earshot::verifier
