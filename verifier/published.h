// What a verifier publishes about a sealed epoch, fetched whole from a directory or from its HTTP
// API: epoch-N.record, epoch-N.seal, epoch-N.artifact, epoch-N.policy.toml, or
// URL/v1/epochs/N/record, /seal, /artifact, /policy.
#pragma once
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
};
// `where` begins with http:// or is a directory. Errc::unavailable names what is not there;
// Errc::usage for a URL that is none.
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
  std::vector<AuditStep> steps;  // The seal member by member, then both files byte by byte.
  bool identical = false;        // Seal and artifact, all bytes.
  std::string first_difference;  // One line; empty when identical.
};
// Judges the published record again and compares. `policy_file`: a policy of one's own instead of
// the published one; empty for none. Errc::bad_data when a part cannot be read or judged at all;
// what can be judged but comes out differently is no error here.
Result<EpochAudit> audit_published(const Published& published, const std::string& policy_file);

}  // namespace earshot::verifier
