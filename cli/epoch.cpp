// earshot epoch: what an epoch came to, and why a message or a hotspot got what it got.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/table.h"
#include "core/files.h"
#include "rewards/payout_tree.h"
#include "verifier/explain.h"
#include "verifier/published.h"
#include "verifier/quorum/misbehaviour.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using verifier::EpochAudit;
using verifier::Finding;
using verifier::Verdict;

struct EpochOptions {
  std::uint64_t epoch = 0;
  std::string log;
  std::string id;
};

std::string decimal(Uint128 value) {
  return rewards::amount_to_decimal(rewards::amount_from(value));
}

// Whole tokens and six digits, for people.
std::string show_tokens(Uint128 base_units) {
  constexpr std::uint64_t kMicroToken = 1'000'000'000'000;
  std::string digits = decimal(base_units / kMicroToken);
  if (digits.size() < 7) digits.insert(0, 7 - digits.size(), '0');
  return digits.insert(digits.size() - 6, ".");
}

Result<EpochAudit> derive(const EpochOptions& options) {
  const Result<verifier::Published> published =
      verifier::load_published(options.log, options.epoch);
  if (!published) return fail(published.error());
  return verifier::audit_published(*published, "");
}

using Counts = std::map<std::pair<std::string, std::string>, std::uint64_t>;

// By (decision, reason).
Counts count_reasons(const std::vector<Verdict>& verdicts) {
  Counts counts;
  for (const Verdict& verdict : verdicts) {
    ++counts[{std::string(decision_name(verdict.decision)), verdict.reason}];
  }
  return counts;
}

ordered_json to_json(std::span<const Finding> findings) {
  ordered_json out = ordered_json::object();
  for (const Finding& finding : findings) out[finding.name] = std::to_string(finding.value);
  return out;
}

ordered_json to_json(const Verdict& verdict) {
  return {{"id", to_hex(verdict.message)},
          {"type", type_name(verdict.type)},
          {"hotspot", to_hex(verdict.hotspot)},
          {"round", verdict.round},
          {"verdict", decision_name(verdict.decision)},
          {"reason", verdict.reason},
          {"rule", verdict.rule},
          {"findings", to_json(verdict.findings)}};
}

Hash256 leaf_of(const rewards::AccountTotal& total) {
  return rewards::leaf_hash({total.account, rewards::amount_from(total.cumulative)});
}

// Where an account's way from its leaf to the root is: a verifier's resource, or the command for
// it.
std::string proof_of(const EpochOptions& options, const EvmAddress& account) {
  const std::string number = std::to_string(options.epoch);
  if (options.log.starts_with("http")) {
    const std::string base = options.log.substr(0, options.log.find_last_not_of('/') + 1);
    return base + "/v1/epochs/" + number + "/payouts/0x" + to_hex(account);
  }
  return "earshot rewards proof --epoch " + number + " --log " + options.log + " --account 0x" +
         to_hex(account);
}

ordered_json to_json(const rewards::channels::Use& use) {
  return {{"channel", to_hex(use.channel)},
          {"payer", "0x" + to_hex(use.payer)},
          {"hotspot", to_hex(use.hotspot)},
          {"verdict", rewards::channels::use_verdict_name(use.verdict)},
          {"units", use.units},
          {"fee", decimal(use.fee)}};
}

void show_json(const EpochAudit& audit, const EpochOptions& options) {
  ordered_json out = {{"epoch", audit.record.epoch},
                      {"identical", audit.identical},
                      {"seal", to_hex(verifier::seal_hash(audit.outcome.seal))},
                      {"rewards_root", to_hex(audit.outcome.seal.rewards_root)},
                      {"emitted", decimal(audit.outcome.rewards.emitted)},
                      {"verdicts", ordered_json::array()},
                      {"hotspots", ordered_json::array()},
                      {"channels", ordered_json::array()},
                      {"accounts", ordered_json::array()}};
  for (const Verdict& verdict : audit.outcome.verdicts) out["verdicts"].push_back(to_json(verdict));
  for (const rewards::HotspotReward& hotspot : audit.outcome.rewards.hotspots) {
    out["hotspots"].push_back({{"hotspot", to_hex(hotspot.hotspot)},
                               {"owner", "0x" + to_hex(hotspot.owner)},
                               {"tier", rewards::tier_name(hotspot.tier)},
                               {"beacon_units", hotspot.beacon_units},
                               {"witness_units", hotspot.witness_units},
                               {"data", decimal(hotspot.data)},
                               {"amount", decimal(hotspot.amount)}});
  }
  for (const rewards::channels::Use& use : audit.outcome.channels.uses) {
    out["channels"].push_back(to_json(use));
  }
  for (const rewards::AccountTotal& total : audit.outcome.rewards.accounts) {
    out["accounts"].push_back({{"account", "0x" + to_hex(total.account)},
                               {"cumulative", decimal(total.cumulative)},
                               {"leaf", "0x" + to_hex(leaf_of(total))},
                               {"proof", proof_of(options, total.account)}});
  }
  std::printf("%s\n", out.dump().c_str());
}

void show_channels(const EpochAudit& audit) {
  if (audit.outcome.channels.uses.empty()) return;
  Table channels({"channel", "hotspot", "came to", ">units", ">tokens"});
  for (const rewards::channels::Use& use : audit.outcome.channels.uses) {
    channels.add({to_hex(use.channel).substr(0, 16), to_hex(use.hotspot).substr(0, 16),
                  std::string(rewards::channels::use_verdict_name(use.verdict)),
                  std::to_string(use.units), show_tokens(use.fee)});
  }
  std::printf("%s\n", channels.text().c_str());
}

void show_tables(const EpochAudit& audit, const EpochOptions& options) {
  std::printf("Epoch %llu, seal %s%s\n\n", static_cast<unsigned long long>(audit.record.epoch),
              to_hex(verifier::seal_hash(audit.outcome.seal)).c_str(),
              audit.identical ? "" : " (NOT the published one: see earshot audit)");
  Table reasons({"verdict", "reason", ">messages"});
  for (const auto& [what, count] : count_reasons(audit.outcome.verdicts)) {
    reasons.add({what.first, what.second, std::to_string(count)});
  }
  std::printf("%s\n", reasons.text().c_str());
  Table hotspots({"hotspot", "tier", ">beacon units", ">witness units", ">tokens"});
  for (const rewards::HotspotReward& hotspot : audit.outcome.rewards.hotspots) {
    hotspots.add({to_hex(hotspot.hotspot), std::string(rewards::tier_name(hotspot.tier)),
                  show_fixed(static_cast<double>(hotspot.beacon_units) / 10'000, 4),
                  show_fixed(static_cast<double>(hotspot.witness_units) / 10'000, 4),
                  show_tokens(hotspot.amount)});
  }
  std::printf("%s\n", hotspots.text().c_str());
  show_channels(audit);
  Table accounts({"account", ">cumulative tokens", "leaf"});
  for (const rewards::AccountTotal& total : audit.outcome.rewards.accounts) {
    accounts.add({"0x" + to_hex(total.account), show_tokens(total.cumulative),
                  "0x" + to_hex(leaf_of(total)).substr(0, 16)});
  }
  std::fputs(accounts.text().c_str(), stdout);
  if (!audit.outcome.rewards.accounts.empty()) {
    std::printf("\nA leaf's way to the root: %s\n",
                proof_of(options, audit.outcome.rewards.accounts.front().account).c_str());
  }
}

Result<void> show(const EpochOptions& options, const Context& context) {
  const Result<EpochAudit> audit = derive(options);
  if (!audit) return fail(audit.error());
  context.machine_output() ? show_json(*audit, options) : show_tables(*audit, options);
  return {};
}

// From units to tokens, line by line.
void show_payment(const rewards::HotspotReward& reward, const rewards::Policy& policy) {
  const auto line = [](const char* name, const std::string& value) {
    std::printf("  %-30s%s\n", name, value.c_str());
  };
  line("scale of its place", show_fixed(static_cast<double>(reward.scale) / 10'000, 4));
  line("beacon units", show_fixed(static_cast<double>(reward.beacon_units) / 10'000, 4) +
                           ", scaled " +
                           show_fixed(static_cast<double>(reward.beacon_shares) / 1e8, 4));
  line("witness units", show_fixed(static_cast<double>(reward.witness_units) / 10'000, 4) +
                            ", scaled " +
                            show_fixed(static_cast<double>(reward.witness_shares) / 1e8, 4));
  if (policy.rule_set == rewards::RuleSet::earshot) {
    const auto tier = static_cast<std::size_t>(reward.tier);
    line("weight of its tier",
         show_fixed(static_cast<double>(policy.tier_weight_permille[tier]) / 10, 1) + " %");
  }
  line("paid", decimal(reward.amount) + " base units");
}

void explain_hotspot(const EpochAudit& audit, std::size_t standing, const Context& context) {
  const rewards::Standing& hotspot = audit.outcome.standings[standing];
  const std::vector<Finding>& findings = audit.outcome.places[standing];
  if (!context.machine_output()) {
    std::fputs(verifier::explain(hotspot, findings).c_str(), stdout);
    show_payment(audit.outcome.rewards.hotspots[standing], audit.policy);
    return;
  }
  const ordered_json out = {{"hotspot", to_hex(hotspot.hotspot)},
                            {"owner", "0x" + to_hex(hotspot.owner)},
                            {"tier", rewards::tier_name(hotspot.tier)},
                            {"amount", decimal(audit.outcome.rewards.hotspots[standing].amount)},
                            {"rule", "place"},
                            {"findings", to_json(findings)}};
  std::printf("%s\n", out.dump().c_str());
}

void explain_verdict(const Verdict& verdict, const Context& context) {
  if (!context.machine_output()) {
    std::fputs(verifier::explain(verdict).c_str(), stdout);
    return;
  }
  ordered_json out = to_json(verdict);
  out["paid"] = verifier::payment_sentence(verdict);
  if (const verifier::ReasonInfo* info = verifier::find_reason(verdict.reason)) {
    out["meaning"] = info->meaning;
    out["inputs"] = info->inputs;
    out["threshold"] = info->threshold;
  }
  std::printf("%s\n", out.dump().c_str());
}

// Hex as people paste it: any case, with or without 0x.
std::string plain_hex(std::string text) {
  if (text.starts_with("0x")) text.erase(0, 2);
  std::ranges::transform(text, text.begin(), [](unsigned char digit) {
    return static_cast<char>(std::tolower(digit));
  });
  return text;
}

// A message's id or a hotspot's key; the first digits are enough when only one begins so.
Result<void> explain(const EpochOptions& options, const Context& context) {
  const std::string id = plain_hex(options.id);
  const Result<EpochAudit> audit = derive(options);
  if (!audit) return fail(audit.error());
  std::vector<const Verdict*> verdicts;
  for (const Verdict& verdict : audit->outcome.verdicts) {
    if (to_hex(verdict.message).starts_with(id)) verdicts.push_back(&verdict);
  }
  std::vector<std::size_t> hotspots;
  for (std::size_t i = 0; i < audit->outcome.standings.size(); ++i) {
    if (to_hex(audit->outcome.standings[i].hotspot).starts_with(id)) hotspots.push_back(i);
  }
  const std::size_t found = verdicts.size() + hotspots.size();
  if (found != 1) {
    return fail(Errc::usage, "epoch " + std::to_string(options.epoch) + " has " +
                                 (found == 0 ? "no" : std::to_string(found)) +
                                 " messages or hotspots that begin with " + id);
  }
  hotspots.empty() ? explain_verdict(*verdicts[0], context)
                   : explain_hotspot(*audit, hotspots[0], context);
  return {};
}

struct AccuseOptions {
  std::string file;
  std::string log;
};

// What an epoch's published record gives is not what was signed for the chain.
Result<std::string> compare_roots(const AccuseOptions& options,
                                  const verifier::EpochSignature& signature) {
  if (options.log.empty()) {
    return fail(Errc::usage,
                "--log: the file accuses of another root than the record gives, and "
                "the record is needed to tell");
  }
  const std::uint64_t epoch = signature.epoch.epoch;
  const Result<verifier::Published> published = verifier::load_published(options.log, epoch);
  if (!published) return fail(published.error());
  const Result<EpochAudit> audit = verifier::audit_published(*published, "");
  if (!audit) return fail(audit.error());
  if (!audit->identical) return fail(Errc::check_failed, audit->first_difference);
  const rewards::Artifact& artifact = audit->outcome.artifact;
  if (signature.domain.chain_id != audit->record.network) {
    return fail(Errc::check_failed, "the signature is for another network than the record's");
  }
  if (signature.epoch == rewards::chain::epoch_of(artifact, signature.epoch.signer_set_version)) {
    return fail(Errc::check_failed, "what was signed is what the published record gives");
  }
  return "signed another epoch " + std::to_string(epoch) +
         " than the published record gives: root " + to_hex(signature.epoch.rewards_root) +
         ", the record gives " + to_hex(rewards::rewards_root(artifact));
}

Result<void> accuse(const AccuseOptions& options, const Context& context) {
  const Result<std::string> text = read_file(options.file);
  if (!text) return fail(text.error());
  const Result<verifier::Misbehaviour> found = verifier::check_misbehaviour(*text);
  if (!found) return fail(found.error().code, options.file + ": " + found.error().detail);
  std::string explanation = found->explanation;
  if (found->signature) {
    Result<std::string> compared = compare_roots(options, *found->signature);
    if (!compared) return fail(compared.error());
    explanation = std::move(*compared);
  }
  if (context.machine_output()) {
    const nlohmann::ordered_json out = {{"who", found->who}, {"proven", explanation}};
    std::printf("%s\n", out.dump().c_str());
  } else {
    std::printf("%s\n%s\n", found->who.c_str(), explanation.c_str());
  }
  return {};
}

void add_epoch_options(CLI::App& command, EpochOptions& options) {
  command.add_option("--epoch", options.epoch, "Number of the epoch")->required();
  command.add_option("--log", options.log, "A verifier's URL, or a directory of its files")
      ->required();
}

}  // namespace

void add_epoch_commands(CLI::App& root, Context& context) {
  CLI::App* group = add_group(root, "epoch", "What an epoch came to, and why");
  auto options = std::make_shared<EpochOptions>();
  CLI::App* shown = add_command(*group, context, "show", "Verdicts, tiers and payouts of an epoch",
                                [options, &context] { return show(*options, context); });
  add_epoch_options(*shown, *options);
  CLI::App* explained =
      add_command(*group, context, "explain", "Why a message or a hotspot got its verdict",
                  [options, &context] { return explain(*options, context); });
  explained->add_option("ID", options->id, "Message id or hotspot key, or how it begins")
      ->required();
  add_epoch_options(*explained, *options);
  auto accusation = std::make_shared<AccuseOptions>();
  CLI::App* accused =
      add_command(*group, context, "accuse", "Check the proof that a verifier misbehaved, offline",
                  [accusation, &context] { return accuse(*accusation, context); });
  accused->add_option("FILE", accusation->file, "What GET /v1/quorum/evidence/NAME gave")
      ->required();
  accused->add_option("--log", accusation->log,
                      "For a signature on another root: the epoch's files, a URL or a directory");
}

}  // namespace earshot::cli
