// earshot audit: judges a published epoch again and compares byte for byte.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/table.h"
#include "verifier/log_audit.h"

namespace earshot::cli {
namespace {

struct AuditOptions {
  std::uint64_t epoch = 0;
  std::string log;
  std::string policy;
  std::string key;
};

void print_json(const verifier::EpochAudit& audit) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const verifier::AuditStep& step : audit.steps) {
    steps.push_back({{"step", step.name},
                     {"published", step.published},
                     {"derived", step.derived},
                     {"same", step.same()}});
  }
  const nlohmann::ordered_json out = {{"epoch", audit.record.epoch},
                                      {"identical", audit.identical},
                                      {"verdicts", audit.outcome.verdicts.size()},
                                      {"audits", audit.record.audits.size()},
                                      {"previous_at_hand", audit.has_previous},
                                      {"network_log_at_hand", audit.has_network_log},
                                      {"steps", steps}};
  std::printf("%s\n", out.dump().c_str());
}

void print_table(const verifier::EpochAudit& audit) {
  std::printf("Epoch %llu judged again: %zu onboardings, %zu messages, %zu audits.\n",
              static_cast<unsigned long long>(audit.record.epoch), audit.record.onboardings.size(),
              audit.record.messages.size(), audit.record.audits.size());
  Table table({"step", "same", "derived"});
  for (const verifier::AuditStep& step : audit.steps) {
    table.add({step.name, step.same() ? "yes" : "NO", step.derived});
  }
  std::fputs(table.text().c_str(), stdout);
  if (!audit.record.previous || audit.has_previous) return;
  std::printf(
      "What epoch %llu published is not there: that it ended where this record begins (totals, "
      "log)\nshows only when its artifact has the SHA-256 %s.\n",
      static_cast<unsigned long long>(audit.record.previous->epoch),
      to_hex(audit.outcome.seal.previous_artifact).c_str());
}

Result<void> run(const AuditOptions& options, const Context& context) {
  const Result<verifier::Published> published =
      verifier::load_published(options.log, options.epoch);
  if (!published) return fail(published.error());
  std::optional<verifier::NoteKey> key;
  if (!options.key.empty()) {
    const Result<verifier::NoteKey> parsed = verifier::parse_note_key(options.key);
    if (!parsed) return fail(Errc::usage, "--key: " + parsed.error().detail);
    key = *parsed;
  }
  Result<verifier::EpochAudit> audit = verifier::audit_published(*published, options.policy);
  if (!audit) return fail(audit.error());
  Result<void> logged = verifier::audit_network_log(options.log, key, *audit);
  if (!logged) return logged;
  context.machine_output() ? print_json(*audit) : print_table(*audit);
  if (audit->identical) return {};
  return fail(Errc::check_failed,
              "epoch " + std::to_string(options.epoch) + " differs: " + audit->first_difference);
}

}  // namespace

void add_audit_command(CLI::App& root, Context& context) {
  auto options = std::make_shared<AuditOptions>();
  CLI::App* command = add_command(root, context, "audit",
                                  "Judge a published epoch again; exit 0 only on identical bytes",
                                  [options, &context] { return run(*options, context); });
  command->add_option("--epoch", options->epoch, "Number of the epoch")->required();
  command->add_option("--log", options->log, "A verifier's URL, or a directory of its files")
      ->required();
  command
      ->add_option("--key", options->key,
                   "The network log's key, NAME+ID+BASE64; without it what the service says")
      ->type_name("KEY");
  command->add_option("--policy", options->policy, "A policy file of your own to judge by");
}

}  // namespace earshot::cli
