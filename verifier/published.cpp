#include "verifier/published.h"

#include <algorithm>
#include <array>

#include "core/files.h"
#include "verifier/fetch.h"

namespace earshot::verifier {
namespace {

// A published part: its file, its path in the API, where it goes.
struct Part {
  std::string file;
  std::string path;
  Bytes bytes;
};

std::array<Part, 4> parts_of(std::uint64_t epoch) {
  const std::string stem = "epoch-" + std::to_string(epoch);
  const std::string path = "/v1/epochs/" + std::to_string(epoch);
  return {{{stem + ".record", path + "/record", {}},
           {stem + ".seal", path + "/seal", {}},
           {stem + ".artifact", path + "/artifact", {}},
           {stem + ".policy.toml", path + "/policy", {}}}};
}

class Comparison {
 public:
  void add(const std::string& name, std::uint64_t published, std::uint64_t derived) {
    steps_.push_back({name, std::to_string(published), std::to_string(derived)});
  }
  void add(const std::string& name, const Hash256& published, const Hash256& derived) {
    steps_.push_back({name, to_hex(published), to_hex(derived)});
  }
  // Whole files, as length and hash.
  void add(const std::string& name, const Bytes& published, const Bytes& derived) {
    steps_.push_back({name, show(published), show(derived)});
  }
  std::vector<AuditStep> take() && { return std::move(steps_); }

 private:
  static std::string show(const Bytes& bytes) {
    return std::to_string(bytes.size()) + " bytes " + to_hex(sha256(bytes));
  }
  std::vector<AuditStep> steps_;
};

std::vector<AuditStep> compare(const Published& published, const Seal& seal,
                               const EpochOutcome& outcome) {
  const Seal& own = outcome.seal;
  Comparison comparison;
  comparison.add("network", seal.network, own.network);
  comparison.add("epoch", seal.epoch, own.epoch);
  comparison.add("policy", seal.policy, own.policy);
  comparison.add("previous_seal", seal.previous_seal, own.previous_seal);
  comparison.add("entropy_root", seal.entropy_root, own.entropy_root);
  comparison.add("registry_root", seal.registry_root, own.registry_root);
  comparison.add("message_root", seal.message_root, own.message_root);
  comparison.add("message_count", seal.message_count, own.message_count);
  comparison.add("audit_root", seal.audit_root, own.audit_root);
  comparison.add("trust_root", seal.trust_root, own.trust_root);
  comparison.add("channel_root", seal.channel_root, own.channel_root);
  comparison.add("deposit_block", seal.deposit_block, own.deposit_block);
  comparison.add("log_size", seal.log_size, own.log_size);
  comparison.add("log_root", seal.log_root, own.log_root);
  comparison.add("history", seal.history, own.history);
  comparison.add("rewards_root", seal.rewards_root, own.rewards_root);
  comparison.add("previous_artifact", seal.previous_artifact, own.previous_artifact);
  comparison.add("artifact", seal.artifact, own.artifact);
  comparison.add("seal file", published.seal, encode(own));
  comparison.add("artifact file", published.artifact, encode(outcome.artifact));
  return std::move(comparison).take();
}

// Against the epoch before, so far as it is there: nobody can pass off another history as its own.
Result<void> compare_previous(const Published& published, EpochAudit& audit) {
  Comparison comparison;
  if (published.previous_seal) {
    const Result<Seal> seal = decode_seal(*published.previous_seal);
    if (!seal) return fail(seal.error().code, "previous " + seal.error().detail);
    comparison.add("previous epoch's seal", seal_hash(*seal), audit.outcome.seal.previous_seal);
    comparison.add("previous epoch's history", seal->history, history_hash(audit.record.history));
  }
  if (published.previous_artifact) {
    comparison.add("previous epoch's artifact", sha256(*published.previous_artifact),
                   audit.outcome.seal.previous_artifact);
  }
  audit.has_previous = published.previous_artifact.has_value();
  std::ranges::move(std::move(comparison).take(), std::back_inserter(audit.steps));
  return {};
}

Error about(const Published& published, const Error& error) {
  return {error.code,
          published.source + ", epoch " + std::to_string(published.epoch) + ": " + error.detail};
}

Result<rewards::Policy> policy_of(const Published& published, const std::string& policy_file) {
  if (policy_file.empty()) {
    return rewards::parse_policy(published.policy, published.source + " policy");
  }
  const Result<std::string> text = read_file(policy_file);
  if (!text) return fail(text.error());
  return rewards::parse_policy(*text, policy_file);
}

}  // namespace

Result<Published> load_published(const std::string& where, std::uint64_t epoch) {
  std::array<Part, 4> parts = parts_of(epoch);
  for (Part& part : parts) {
    Result<Bytes> bytes = fetch(where, part.path, part.file);
    if (!bytes) return fail(bytes.error());
    part.bytes = std::move(*bytes);
  }
  std::optional<Bytes> previous_seal;
  std::optional<Bytes> previous_artifact;
  if (epoch > 0) {
    const std::array<Part, 4> before = parts_of(epoch - 1);
    Result<std::optional<Bytes>> seal = fetch_if_there(where, before[1].path, before[1].file);
    if (!seal) return fail(seal.error());
    Result<std::optional<Bytes>> artifact = fetch_if_there(where, before[2].path, before[2].file);
    if (!artifact) return fail(artifact.error());
    previous_seal = std::move(*seal);
    previous_artifact = std::move(*artifact);
  }
  return Published{.epoch = epoch,
                   .source = where,
                   .record = std::move(parts[0].bytes),
                   .seal = std::move(parts[1].bytes),
                   .artifact = std::move(parts[2].bytes),
                   .policy = {parts[3].bytes.begin(), parts[3].bytes.end()},
                   .previous_seal = std::move(previous_seal),
                   .previous_artifact = std::move(previous_artifact)};
}

Result<EpochAudit> audit_published(const Published& published, const std::string& policy_file) {
  Result<rewards::Policy> policy = policy_of(published, policy_file);
  if (!policy) return fail(policy.error());
  Result<EpochRecord> record = decode_record(published.record);
  if (!record) return fail(about(published, record.error()));
  if (record->epoch != published.epoch) {
    return fail(about(published,
                      {Errc::bad_data, "the record is of epoch " + std::to_string(record->epoch)}));
  }
  const Result<Seal> seal = decode_seal(published.seal);
  if (!seal) return fail(about(published, seal.error()));
  Result<EpochOutcome> outcome = judge_epoch(*record, *policy);
  if (!outcome) return fail(about(published, outcome.error()));
  EpochAudit audit{.record = std::move(*record),
                   .policy = std::move(*policy),
                   .outcome = std::move(*outcome),
                   .steps = {},
                   .first_difference = {}};
  audit.steps = compare(published, *seal, audit.outcome);
  if (Result<void> compared = compare_previous(published, audit); !compared) {
    return fail(about(published, compared.error()));
  }
  settle(audit);
  return audit;
}

void settle(EpochAudit& audit) {
  const auto differs = std::ranges::find(audit.steps, false, &AuditStep::same);
  audit.identical = differs == audit.steps.end();
  audit.first_difference.clear();
  if (audit.identical) return;
  audit.first_difference =
      differs->name + ": published " + differs->published + ", derived " + differs->derived;
}

}  // namespace earshot::verifier
