// Makes epochs without a radio: hotspots on a map, honest reports computed from their geometry, and
// the record a verifier would have of them. Tests change drafts before `build` signs them.
#pragma once
#include <functional>
#include <map>
#include <tuple>
#include <vector>

#include "core/identity.h"
#include "core/vrf.h"
#include "rewards/chain/account.h"
#include "rewards/policy.h"
#include "verifier/judge.h"

namespace earshot::verifier {

struct FakeHotspot {
  SigningKey key;
  VrfKey vrf;
  rewards::chain::AccountKey owner;  // Signs the onboarding in `build`.
  Onboarding onboarding;             // As registered; the truth is `position`.
  Ecef position;                     // Where its antenna is.
  std::uint64_t sequence = 0;
  Hash256 previous{};
};

// A message before it is signed.
struct Draft {
  std::size_t hotspot = 0;  // Who signs.
  Message message;
  UnixNanos header_delay = 0;  // Added to the honest times.
  UnixNanos body_delay = 0;
};

class RecordBuilder {
 public:
  // A policy of short epochs: 12 rounds, windows of 4.
  static rewards::Policy short_policy();

  explicit RecordBuilder(rewards::Policy policy = short_policy(), std::uint64_t seed = 1);

  // `east_m`, `north_m`: on a plane that touches the earth. Each has an owner of its own unless
  // told.
  std::size_t add_hotspot(double east_m, double north_m, bool transmits = true);
  FakeHotspot& hotspot(std::size_t i) { return hotspots_[i]; }
  std::size_t hotspot_count() const { return hotspots_.size(); }
  const rewards::Policy& policy() const { return policy_; }
  rewards::Policy& policy() { return policy_; }
  EpochRecord& head() { return head_; }  // Everything but onboardings, messages and audits.
  // Turns to the epoch after the one that came out as `before`: drafts are gone, hotspots stay.
  void follow(const EpochOutcome& before);
  Round first_round() const { return rewards::first_round_of_epoch(policy_, head_.epoch); }
  UnixNanos committed_at() const { return head_.committed_at; }

  // Honest beacons of all transmitters in all their slots, and what everybody in range hears.
  void fill();
  std::vector<Draft>& drafts() { return drafts_; }
  // The honest beacon of `hotspot` in the n-th of its slots.
  BeaconReport beacon(std::size_t hotspot, std::size_t slot);
  // The honest report of `witness`; the true positions and the beacon decide.
  WitnessReport heard(std::size_t witness, std::size_t beaconer, const BeaconReport& beacon);
  // First draft of this kind; aborts when there is none.
  template <class T>
  T& first(std::size_t signer) {
    for (Draft& draft : drafts_) {
      if (draft.hotspot == signer && std::holds_alternative<T>(draft.message)) {
        return std::get<T>(draft.message);
      }
    }
    std::abort();
  }
  // Draft of the first witness report by `witness` of a beacon by `beaconer`.
  Draft& report(std::size_t witness, std::size_t beaconer);
  Tag tag_of(std::size_t hotspot, const BeaconReport& beacon) const;

  // Signs the drafts in batches and returns the canonical record, audits drawn and honestly made.
  EpochRecord build();
  // Signs `messages` of one hotspot as its next batch.
  std::vector<LoggedMessage> sign(std::size_t hotspot, const std::vector<Message>& messages);
  // Draws audits again and has them find what was signed. After changing a built record.
  void draw(EpochRecord& record) const;

  // Changes what an audit measured.
  std::function<void(AuditRecord&)> on_audit = [](AuditRecord&) {};
  // Changes how much two snippets have in common; 1.5 % are two receivers'.
  std::function<void(NoisePair&)> on_noise = [](NoisePair&) {};

 private:
  void open_epoch();  // Entropy and times of head_.epoch.
  void log_onboardings(EpochRecord& record);

  rewards::Policy policy_;
  std::uint64_t seed_;
  EpochRecord head_;
  std::vector<FakeHotspot> hotspots_;
  std::vector<Draft> drafts_;
  // Proofs are slow to verify, and every witness asks.
  mutable std::map<std::tuple<std::size_t, Round, VrfProof>, Tag> tags_;
};

// The verdict on the message with this id; aborts without one.
const Verdict& verdict_on(const EpochOutcome& outcome, const Hash256& id);

}  // namespace earshot::verifier
