// What was published, against what the oracle derives.
#include <nlohmann/json.hpp>

#include "rewards/amount.h"
#include "tests/simulation/world_inside.h"

namespace earshot::simulation {
namespace {

using namespace earshot::verifier;  // NOLINT: the service's own words

std::string name_of(const Verdict& verdict) {
  return std::string(decision_name(verdict.decision)) + "/" + verdict.reason;
}
std::string bytes_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// Where two records differ first, for whoever reads the failure.
std::string difference(const EpochRecord& published, const EpochRecord& own) {
  const auto missing = [](const std::vector<LoggedMessage>& from,
                          const std::vector<LoggedMessage>& in) -> std::string {
    for (const LoggedMessage& logged : from) {
      if (std::ranges::find(in, logged) != in.end()) continue;
      return std::string(type_name(type_of(logged.message))) + " " +
             to_hex(message_id(kNetwork, logged.message)) + " received at " +
             std::to_string(logged.header_received) + " and " +
             std::to_string(logged.body_received);
    }
    return {};
  };
  for (const auto list : {&EpochRecord::onboardings, &EpochRecord::messages}) {
    if (const std::string lost = missing(own.*list, published.*list); !lost.empty()) {
      return "the record lacks " + lost;
    }
    if (const std::string more = missing(published.*list, own.*list); !more.empty()) {
      return "the record has " + more + ", which it must not";
    }
  }
  if (published.audits != own.audits) return "the record has other audits";
  if (published.outages != own.outages) return "the record has other outages";
  return "the record differs in its entropy or in what it follows";
}

}  // namespace

void World::verify() {
  const std::uint64_t last = kFirstEpoch + plan_.epochs - 1;
  if (*node_->registry().first_epoch() != kFirstEpoch) {
    // The clock was off, or the disk full, when the service first ran: epochs begin later.
    note("the first epoch judged is another");
  }
  for (std::uint64_t epoch = **node_->registry().first_epoch();
       epoch <= last && run_.problem.empty(); ++epoch) {
    with_service([&] {
      verify_epoch(epoch);
      verify_snippets(epoch);
      const Round end = (epoch + 1) * policy().epoch_rounds;
      run_.counts.put_away += node_->store().first_kept() >= end ? 1 : 0;
    });
  }
}

void World::verify_epoch(std::uint64_t epoch) {
  const std::string path = "/v1/epochs/" + std::to_string(epoch);
  EpochRecord own = oracle_.record_of(epoch, read_at_[epoch], node_->registry());
  own.previous = previous_;
  own.previous_seal = previous_seal_;
  own.log = log_before_;
  const std::string record = get(path + "/record").body;
  if (record != bytes_of(encode(own))) {
    const Result<EpochRecord> published = decode_record(as_bytes(record));
    return fault("epoch " + std::to_string(epoch) + ": " +
                 (published ? difference(*published, own) : published.error().detail));
  }
  const Result<EpochOutcome> outcome = judge_epoch(own, policy());
  if (!outcome) return fault("epoch " + std::to_string(epoch) + ": " + outcome.error().detail);
  if (get(path + "/seal").body != bytes_of(encode(outcome->seal))) {
    return fault("epoch " + std::to_string(epoch) + ": another seal");
  }
  if (get(path + "/artifact").body != bytes_of(rewards::encode(outcome->artifact))) {
    return fault("epoch " + std::to_string(epoch) + ": another artifact");
  }
  verify_summary(epoch, *outcome, oracle_.verdicts_of(own));
  const std::uint64_t judged = epoch - **node_->registry().first_epoch() + 1;
  const Uint128 emitted = *rewards::amount128_from_decimal(policy().emission_per_epoch) * judged;
  if (outcome->artifact.cumulative_total != emitted) {
    fault("epoch " + std::to_string(epoch) + ": payouts are not the emission");
  }
  previous_ = outcome->artifact;
  previous_seal_ = seal_hash(outcome->seal);
  log_before_ = outcome->log;
}

// Whole until they may go, then all of them gone; never before their epoch's time was over.
void World::verify_snippets(std::uint64_t epoch) {
  const auto forgotten = *node_->registry().evidence_forgotten();
  const bool may_be_gone = forgotten && epoch <= *forgotten;
  const UnixNanos over = seal_of(epoch) + kKeepSnippets;
  const std::string name = "epoch " + std::to_string(epoch) + ": ";
  if (may_be_gone && latest_tick_ < over) return fault(name + "snippets were deleted too early");
  if (!may_be_gone && node_->registry().outages()->empty() && clock_.now() >= over + kMinute &&
      tick_time_ >= over) {
    return fault(name + "snippets are kept beyond their time");
  }
  const auto tasks = *node_->registry().tasks_of_epoch(epoch);
  for (const AuditTask& task : tasks) {
    const bool is_held = !node_->store().chunks(task.report)->empty();
    if (is_held == (oracle_.has_evidence(task.report) && !may_be_gone)) continue;
    return fault(name + "the snippet of " + to_hex(task.report) +
                 (is_held ? " is still there" : " is gone"));
  }
  run_.counts.deleted += may_be_gone ? tasks.size() : 0;
}

// Exactly one verdict for each message that was acknowledged, and the right one.
void World::verify_summary(std::uint64_t epoch, const EpochOutcome& outcome,
                           const std::vector<std::string>& naive) {
  std::map<std::string, std::string> expected;
  if (naive.size() != outcome.verdicts.size()) {
    return fault("epoch " + std::to_string(epoch) + ": not one verdict for each message");
  }
  for (std::size_t i = 0; i < naive.size(); ++i) {
    const Verdict& verdict = outcome.verdicts[i];
    if (name_of(verdict) != naive[i]) {
      return fault("message " + to_hex(verdict.message) + ": judged " + name_of(verdict) +
                   ", expected " + naive[i]);
    }
    expected[to_hex(verdict.message)] = naive[i];
    run_.counts.accepted += verdict.decision == Decision::accepted ? 1 : 0;
  }
  for (const Oracle::Kept& kept : oracle_.messages()) {
    const bool onboards = std::holds_alternative<Onboarding>(kept.message);
    if (onboards || round_of(kept.message) / policy().epoch_rounds != epoch) continue;
    const auto [entry, is_new] = expected.try_emplace(to_hex(kept.id), "late/after_seal");
    if (is_new) ++run_.counts.after_seal;
  }
  const auto summary = nlohmann::json::parse(get("/v1/epochs/" + std::to_string(epoch)).body);
  for (const auto& verdict : summary["verdicts"]) {
    const auto found = expected.find(verdict["id"].get<std::string>());
    const std::string name =
        verdict["verdict"].get<std::string>() + "/" + verdict["reason"].get<std::string>();
    if (found == expected.end() || found->second != name) {
      return fault("published " + name + " of " + verdict["id"].get<std::string>() + ", " +
                   (found == expected.end() ? "which has none or was judged twice"
                                            : "expected " + found->second));
    }
    expected.erase(found);
    ++run_.counts.verdicts;
  }
  if (!expected.empty()) {
    fault("no verdict on message " + expected.begin()->first + ", expected " +
          expected.begin()->second);
  }
}

}  // namespace earshot::simulation
