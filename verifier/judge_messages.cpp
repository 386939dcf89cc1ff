#include "verifier/judge_messages.h"

#include <algorithm>
#include <map>

#include "verifier/judge_helium.h"
#include "verifier/rules/form.h"
#include "verifier/rules/pairwise.h"
#include "verifier/rules/slot.h"

namespace earshot::verifier {
namespace {

// Everything the rules share while they go over the messages.
class Desk {
 public:
  Desk(const EpochRecord& record, const rewards::Policy& policy)
      : record_(record), policy_(policy), headers_(record.network), slots_(record, policy) {
    headers_.add(record.onboardings);
    headers_.add(record.messages);
  }

  JudgedMessages judge(const JudgeHow& how) {
    register_hotspots();
    judge_forms();
    void_equivocations();
    void_forked_headers();
    if (policy_.rule_set == rewards::RuleSet::helium) {
      judge_by_helium(record_, policy_, out_);
      return std::move(out_);
    }
    judge_beacons();
    judge_witnesses(how);
    return std::move(out_);
  }

 private:
  const Message& message(std::size_t i) const { return record_.messages[i].message; }
  // Null when the signer is not registered.
  const Registration* signer(std::size_t i) const {
    const auto found = out_.registry.registry.find(signer_of(message(i)));
    return found == out_.registry.registry.end() ? nullptr : &found->second;
  }

  void register_hotspots() {
    for (const LoggedMessage& logged : record_.onboardings) {
      out_.onboarding_ids.push_back(message_id(record_.network, logged.message));
    }
    out_.registry = judge_onboardings(record_, out_.onboarding_ids, headers_);
  }

  void judge_forms() {
    const Uncounted uncounted = uncounted_of(record_);
    for (std::size_t i = 0; i < record_.messages.size(); ++i) {
      JudgedMessage& judged = out_.messages.emplace_back();
      judged.id = message_id(record_.network, message(i));
      judged.ruling =
          judge_form(record_.messages[i], judged.id, signer(i) != nullptr, headers_, uncounted);
    }
  }

  // Groups of messages that form accepts and `key_of` gives one key.
  template <class KeyOf>
  auto groups_by(KeyOf&& key_of) const {
    std::map<decltype(key_of(std::size_t{})), std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < out_.messages.size(); ++i) {
      if (out_.messages[i].ruling.accepted()) groups[key_of(i)].push_back(i);
    }
    return groups;
  }

  void make_void(const std::vector<std::size_t>& group, std::string_view reason) {
    for (const std::size_t i : group) {
      out_.messages[i].ruling = refuse(
          "form", reason, {{"messages", static_cast<std::int64_t>(group.size())}}, Decision::void_);
    }
  }

  void void_equivocations() {
    for (const auto& [key, group] :
         groups_by([this](std::size_t i) { return statement_key(message(i)); })) {
      if (group.size() > 1) make_void(group, "equivocation");
    }
  }

  // Two headers of one signer with one sequence: neither batch counts.
  void void_forked_headers() {
    const auto groups = groups_by([this](std::size_t i) {
      const BatchHeader& header = record_.messages[i].header.header;
      return std::pair{header.signer, header.sequence};
    });
    for (const auto& [key, group] : groups) {
      const BatchHeader& first = record_.messages[group.front()].header.header;
      const bool forked = std::ranges::any_of(
          group, [&](std::size_t i) { return record_.messages[i].header.header != first; });
      if (forked) make_void(group, "header_equivocation");
    }
  }

  void judge_beacons() {
    for (std::size_t i = 0; i < out_.messages.size(); ++i) {
      if (const auto* report = std::get_if<BeaconReport>(&message(i))) judge_beacon(i, *report);
      const auto* notice = std::get_if<SilenceNotice>(&message(i));
      if (notice != nullptr && out_.messages[i].ruling.accepted()) {
        out_.messages[i].ruling = judge_notice_slot(*notice, *signer(i), slots_);
      }
    }
  }

  void judge_beacon(std::size_t i, const BeaconReport& report) {
    Ruling& ruling = out_.messages[i].ruling;
    if (signer(i) == nullptr) return;
    std::optional<TagOfRound> tag;
    if (ruling.accepted()) {
      BeaconRuling beacon = judge_beacon_slot(report, *signer(i), slots_);
      ruling = std::move(beacon.ruling);
      tag = beacon.tag;
    } else {
      tag = tag_of_beacon(report, *signer(i), slots_);
    }
    if (tag) tags_.emplace(tag->second, TaggedBeacon{tag->first, ruling.accepted(), i});
  }

  // Each report is judged by itself, from what is settled by now, and writes its own ruling only.
  void judge_witnesses(const JudgeHow& how) {
    std::vector<std::vector<std::size_t>> shards(how.shards);
    for (std::size_t i = 0; i < out_.messages.size(); ++i) {
      const auto* report = std::get_if<WitnessReport>(&message(i));
      if (report == nullptr || !out_.messages[i].ruling.accepted()) continue;
      const std::size_t shard = how.shards == 1 ? 0 : sha256(report->tag)[0] % how.shards;
      shards[shard].push_back(i);
    }
    const auto work = [&](std::size_t shard) {
      for (const std::size_t i : shards[shard]) {
        judge_witness(i, std::get<WitnessReport>(message(i)));
      }
    };
    if (how.run) return how.run(shards.size(), work);
    for (std::size_t shard = 0; shard < shards.size(); ++shard) work(shard);
  }

  void judge_witness(std::size_t i, const WitnessReport& report) {
    JudgedMessage& judged = out_.messages[i];
    TagRuling tag = judge_tag(report, tags_);
    judged.ruling = std::move(tag.ruling);
    judged.beacon = tag.beacon;
    if (!tag.beacon) return;
    const Sender sender{std::get<BeaconReport>(message(*tag.beacon)),
                        signer(*tag.beacon)->onboarding};
    PairRuling pair = judge_pair(sender, {report, signer(i)->onboarding}, policy_);
    judged.ruling = std::move(pair.ruling);
    judged.timed = pair.timed;
    judged.odd = pair.odd;
  }

  const EpochRecord& record_;
  const rewards::Policy& policy_;
  HeaderBook headers_;
  SlotBook slots_;
  TagBook tags_;
  JudgedMessages out_;
};

}  // namespace

JudgedMessages judge_messages(const EpochRecord& record, const rewards::Policy& policy,
                              const JudgeHow& how) {
  return Desk(record, policy).judge(how);
}

}  // namespace earshot::verifier
