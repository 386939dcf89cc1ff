// Rule 1, form: is this message what its signer committed to, by a registered hotspot, in time?
//
// | reason | inputs | threshold | source |
// | wrong_signer, bad_signature, not_in_header | header, signature, Merkle path | exact | section 4
// | | unregistered | onboardings in force | exact | section 5 | | early | header_received | the
// round's opening | nobody knows a tag before it | | late | header_received, body_received |
// round's end + 15 min, + 75 min, the record's outages not counted | section 4 | | revealed_early |
// body_received | batch's last round's end + 15 min | commit, then reveal | | equivocation |
// messages under one key, in time | one | section 5: both are void |
//
// The keys: (round, tag, witness) of witness reports; (round, hotspot) of what a hotspot says about
// its own beacon, be it a report or a silence notice; (hotspot, sequence) of onboardings. Late
// messages void nothing: what is judged after the last deadline is then what was drawn for audit.
#pragma once
#include <map>
#include <span>
#include <tuple>

#include "rewards/policy.h"
#include "verifier/record.h"
#include "verifier/rules/ruling.h"

namespace earshot::verifier {

// Whether headers are signed by their signers; each distinct one is verified once.
class HeaderBook {
 public:
  explicit HeaderBook(NetworkId network) : network_(network) {}
  // Verifies the headers of all of these at once, which is several times faster than as they come.
  void add(std::span<const LoggedMessage> messages);
  bool is_signed(const SignedHeader& header);

 private:
  NetworkId network_;
  std::map<Bytes, bool> known_;  // By encoded header with its signature.
};

// Signer, signature and path. Accepts with no findings.
Ruling judge_envelope(const LoggedMessage& logged, const Hash256& id, HeaderBook& headers);

// Time that does not count for deadlines.
struct Uncounted {
  std::span<const Outage> outages = {};
  // Of several verifiers one that is still up may be shown bodies, and could tell others what they
  // say: for headers that time counts, so that nobody commits to what was shown already.
  bool for_headers = true;
};
Uncounted uncounted_of(const EpochRecord& record);

// Of several verifiers: when fewer than M of them gave a link, by the record's own links, in the
// epoch's rounds: minutes in which too few were up to take anything in. They end with the epoch, so
// that no deadline moves beyond the last one. None of one alone, nor where nobody had committed to
// links.
std::vector<Outage> rounds_of_too_few(const EpochRecord& record, const rewards::Policy& policy);

// Everything of this rule but equivocation. `registered`: the signer's onboarding is in force.
Ruling judge_form(const LoggedMessage& logged, const Hash256& id, bool registered,
                  HeaderBook& headers, const Uncounted& uncounted = {});

// Whether header and body came when they may: neither early nor late.
bool is_in_time(const LoggedMessage& logged, const Uncounted& uncounted = {});

// What may be said once: round, kind of statement, signer, tag (zero but for witness reports).
using StatementKey = std::tuple<Round, MessageType, PublicKey, Tag>;
StatementKey statement_key(const Message& message);

// When the last message about `round` may come: its header, its body. Rounds below 10^8.
UnixNanos header_deadline(Round round, std::span<const Outage> outages = {});
UnixNanos body_deadline(Round round, std::span<const Outage> outages = {});

}  // namespace earshot::verifier
