// What a verifier publishes about a sealed epoch, fetched whole from a directory or from its HTTP
// API: epoch-N.record, epoch-N.seal, epoch-N.artifact, epoch-N.policy.toml, or
// URL/v1/epochs/N/record, /seal, /artifact, /policy. Of the epoch before, seal and artifact when
// they are there.
#pragma once
#include <optional>
#include <string>

#include "rewards/policy.h"
#include "verifier/judge.h"

namespace earshot::verifier {

struct Published {
  std::uint64_t epoch = 0;
  std::string source;  // The directory or URL it came from, for messages.
  Bytes record;
  Bytes seal;
  Bytes artifact;
  std::string policy;  // TOML
  // What epoch - 1 published; either is none when the source does not have it.
  std::optional<Bytes> previous_seal;
  std::optional<Bytes> previous_artifact;
};
// `where` begins with http:// or is a directory. Errc::unavailable names what is not there (of this
// epoch; the one before may be missing); Errc::usage for a URL that is none.
Result<Published> load_published(const std::string& where, std::uint64_t epoch);

// One part that was derived again.
struct AuditStep {
  std::string name;       // "registry_root"
  std::string published;  // As people read it: hex or a number.
  std::string derived;
  bool same() const { return published == derived; }
};

struct EpochAudit {
  EpochRecord record;
  rewards::Policy policy;
  EpochOutcome outcome;
  // The seal member by member, then both files byte by byte, then what is there of the epoch before
  // against the hashes by which this one names it.
  std::vector<AuditStep> steps;
  bool has_previous = false;     // The artifact of the epoch before was there and was compared.
  bool has_network_log = false;  // Its tiles were there and were compared (verifier/log_audit.h).
  bool identical = false;        // Every step.
  std::string first_difference;  // One line; empty when identical.
};
// Judges the published record again and compares. `policy_file`: a policy of one's own instead of
// the published one; empty for none. Errc::bad_data when a part cannot be read or judged at all;
// what can be judged but comes out differently is no error here.
Result<EpochAudit> audit_published(const Published& published, const std::string& policy_file);

// Makes `identical` and `first_difference` those of the steps.
void settle(EpochAudit& audit);

}  // namespace earshot::verifier
