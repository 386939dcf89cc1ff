#include "tests/doubles/record_builder.h"

#include <s2/s2cell_id.h>
#include <s2/s2latlng.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/fixed.h"
#include "core/merkle.h"
#include "core/s2.h"
#include "core/sortition.h"
#include "rewards/chain/eip712.h"
#include "verifier/rules/form.h"
#include "verifier/rules/slot.h"

namespace earshot::verifier {
namespace {

constexpr std::int64_t kMetre = 1000;
constexpr Ecef kTown = {4'000'000'000, 0, 4'900'000'000};  // Some place on the meridian.
constexpr std::int32_t kClutterCdb = 3'000;                // Loss beyond free space.
constexpr std::int32_t kNoiseCdbm = -11'500;
constexpr std::int32_t kLeastSnrCdb = -2'000;
constexpr Round kRoundsPerBatch = 4;

std::uint64_t cell_of(const Ecef& place) {
  const Geodetic geodetic = to_geodetic(place);
  const S2LatLng point = S2LatLng::FromDegrees(geodetic.latitude_deg, geodetic.longitude_deg);
  return S2CellId(point).parent(kPositionCellLevel).id();
}

ByteArray<32> seed_of(std::uint64_t world, std::uint64_t hotspot, std::string_view what) {
  Writer out;
  out.put(world);
  out.put(hotspot);
  out.put(as_bytes(what));
  return sha256(out.bytes());
}

}  // namespace

rewards::Policy RecordBuilder::short_policy() {
  rewards::Policy policy;
  policy.name = "short";
  policy.epoch_rounds = 12;
  policy.sortition.window_rounds = 4;
  policy.verifiers_account.fill(0xEE);
  policy.reserve_account.fill(0xFF);
  return policy;
}

RecordBuilder::RecordBuilder(rewards::Policy policy, std::uint64_t seed)
    : policy_(std::move(policy)), seed_(seed) {
  head_.network = 31337;
  head_.epoch = 28'000'000 / policy_.epoch_rounds;
  open_epoch();
}

void RecordBuilder::open_epoch() {
  head_.block_hash = seed_of(seed_, head_.epoch, "block");
  head_.first_entropy_round = first_round();
  const EntropyChain chain(seed_of(seed_, head_.epoch, "chain"), policy_.epoch_rounds);
  head_.commitments = {chain.commitment()};
  head_.links.clear();
  for (std::uint64_t i = 0; i < policy_.epoch_rounds; ++i) head_.links.push_back({chain.link(i)});
  head_.committed_at = round_opening(first_round()) - 30 * kNanosPerSecond;
  head_.audit_round = round_at(body_deadline(first_round() + policy_.epoch_rounds - 1)) + 1;
  head_.audit_entropy = seed_of(seed_, head_.epoch, "audit");
}

void RecordBuilder::follow(const EpochOutcome& before) {
  ++head_.epoch;
  head_.previous_seal = seal_hash(before.seal);
  head_.previous = before.artifact;
  head_.log = before.log;
  head_.history = before.history;
  drafts_.clear();
  open_epoch();
}

std::size_t RecordBuilder::add_hotspot(double east_m, double north_m, bool transmits) {
  const std::size_t i = hotspots_.size();
  FakeHotspot& hotspot = hotspots_.emplace_back();
  hotspot.key = signing_key_from_seed(seed_of(seed_, i, "key"));
  hotspot.vrf = vrf_key_from_seed(seed_of(seed_, i, "vrf"));
  // The plane of east (y) and of north, which leans by 45 degrees there.
  const std::int64_t north_mm = std::llround(north_m * kMetre * M_SQRT1_2);
  hotspot.position = {kTown.x_mm - north_mm, std::llround(east_m * kMetre), kTown.z_mm + north_mm};
  Onboarding& onboarding = hotspot.onboarding;
  onboarding.hotspot = hotspot.key.public_key;
  onboarding.round = first_round() - 10;
  onboarding.sequence = 1;
  onboarding.vrf_key = hotspot.vrf.public_key;
  onboarding.position = hotspot.position;
  onboarding.s2_cell = cell_of(hotspot.position);
  onboarding.antenna_gain_ddbi = 20;
  onboarding.transmits = transmits;
  onboarding.clock = ClockClass::gnss;
  hotspot.owner = *rewards::chain::account_key(seed_of(seed_, i, "owner"));
  rewards::chain::sign_onboarding(hotspot.owner, head_.network, onboarding);
  return i;
}

BeaconReport RecordBuilder::beacon(std::size_t hotspot, std::size_t slot) {
  const FakeHotspot& self = hotspots_[hotspot];
  const Onboarding& onboarding = self.onboarding;
  SlotBook book(head_, policy_);
  const Registration registration{{}, onboarding, find_region(onboarding.region)};
  const auto [round, where] = book.slots(registration).at(slot);
  BeaconReport report;
  report.hotspot = self.key.public_key;
  report.round = round;
  report.proof = vrf_prove(self.vrf, *book.entropy(round));
  const BeaconSecret secret =
      beacon_secret(*vrf_verify(self.vrf.public_key, *book.entropy(round), report.proof));
  report.transmit_ps = where.start.count() +
                       beacon_anchor_offset(where.spreading_factor, kBeaconBandwidthHz).count();
  report.transmit_error_ps = 50'000;
  report.frequency_hz = where.frequency_hz;
  report.spreading_factor = where.spreading_factor;
  report.bandwidth_hz = kBeaconBandwidthHz;
  report.power_cdbm = registration.region->max_eirp_cdbm - onboarding.antenna_gain_ddbi * 10 +
                      kPowerStepsCdb[secret.power_step];
  return report;
}

Tag RecordBuilder::tag_of(std::size_t hotspot, const BeaconReport& beacon) const {
  const auto [known, is_new] = tags_.try_emplace({hotspot, beacon.round, beacon.proof}, Tag{});
  if (is_new) {
    const std::optional<VrfOutput> output = vrf_verify(
        hotspots_[hotspot].vrf.public_key, *entropy_of(head_, beacon.round), beacon.proof);
    if (output) known->second = beacon_secret(*output).tag;
  }
  return known->second;
}

WitnessReport RecordBuilder::heard(std::size_t witness, std::size_t beaconer,
                                   const BeaconReport& beacon) {
  const FakeHotspot& ear = hotspots_[witness];
  const FakeHotspot& mouth = hotspots_[beaconer];
  const std::uint64_t distance =
      std::max<std::uint64_t>(distance_mm(ear.position, mouth.position), 1);
  WitnessReport report;
  report.hotspot = ear.key.public_key;
  report.round = beacon.round;
  report.tag = tag_of(beaconer, beacon);
  report.receive_ps = beacon.transmit_ps + light_picoseconds(distance);
  report.receive_error_ps = 50'000;
  report.frequency_hz = beacon.frequency_hz;
  report.spreading_factor = beacon.spreading_factor;
  report.bandwidth_hz = beacon.bandwidth_hz;
  report.rssi_cdbm = beacon.power_cdbm + mouth.onboarding.antenna_gain_ddbi * 10 +
                     ear.onboarding.antenna_gain_ddbi * 10 - kClutterCdb -
                     free_space_loss_cdb(distance, beacon.frequency_hz);
  report.rssi_error_cdb = 100;
  report.snr_cdb = report.rssi_cdbm - kNoiseCdbm;
  report.carrier_offset_dhz = 1234;
  report.evidence_root = seed_of(seed_, witness, "evidence");
  report.evidence_bytes = 30'000;
  report.evidence_rate_hz = 250'000;
  report.evidence_centre_hz = beacon.frequency_hz;
  return report;
}

void RecordBuilder::fill() {
  const std::size_t windows = policy_.epoch_rounds / policy_.sortition.window_rounds;
  for (std::size_t speaker = 0; speaker < hotspots_.size(); ++speaker) {
    if (!hotspots_[speaker].onboarding.transmits) continue;
    for (std::size_t window = 0; window < windows; ++window) {
      const BeaconReport sent = beacon(speaker, window);
      drafts_.push_back({.hotspot = speaker, .message = sent});
      for (std::size_t ear = 0; ear < hotspots_.size(); ++ear) {
        if (ear == speaker) continue;
        const WitnessReport report = heard(ear, speaker, sent);
        if (report.snr_cdb < kLeastSnrCdb) continue;
        drafts_.push_back({.hotspot = ear, .message = report});
      }
    }
  }
}

Draft& RecordBuilder::report(std::size_t witness, std::size_t beaconer) {
  for (const Draft& sent : drafts_) {
    const auto* beacon = std::get_if<BeaconReport>(&sent.message);
    if (beacon == nullptr || sent.hotspot != beaconer) continue;
    for (Draft& draft : drafts_) {
      const auto* report = std::get_if<WitnessReport>(&draft.message);
      if (report != nullptr && draft.hotspot == witness && report->round == beacon->round &&
          report->tag == tag_of(beaconer, *beacon)) {
        return draft;
      }
    }
  }
  std::abort();
}

std::vector<LoggedMessage> RecordBuilder::sign(std::size_t hotspot,
                                               const std::vector<Message>& messages) {
  FakeHotspot& signer = hotspots_[hotspot];
  const SignedHeader header =
      sign_batch(head_.network, signer.key, ++signer.sequence, signer.previous, messages);
  signer.previous = header_id(head_.network, header.header);
  std::vector<Hash256> leaves;
  for (const Message& message : messages) {
    leaves.push_back(merkle_leaf(message_id(head_.network, message)));
  }
  std::vector<LoggedMessage> logged;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const UnixNanos end = round_opening(header.header.last_round + 1);
    logged.push_back({.message = messages[i],
                      .header = header,
                      .index = static_cast<std::uint32_t>(i),
                      .path = merkle_proof(leaves, i),
                      .header_received = end + kNanosPerSecond,
                      .body_received = end + (kHeaderDeadlineSeconds + 60) * kNanosPerSecond});
  }
  return logged;
}

void RecordBuilder::log_onboardings(EpochRecord& record) {
  for (std::size_t i = 0; i < hotspots_.size(); ++i) {
    Onboarding& onboarding = hotspots_[i].onboarding;
    onboarding.s2_cell = cell_of(onboarding.position);
    rewards::chain::sign_onboarding(hotspots_[i].owner, head_.network, onboarding);
    std::vector<LoggedMessage> logged = sign(i, {hotspots_[i].onboarding});
    logged[0].header_received = head_.committed_at - static_cast<UnixNanos>(1000 - i);
    logged[0].body_received = logged[0].header_received;
    record.onboardings.push_back(std::move(logged[0]));
  }
}

void RecordBuilder::draw(EpochRecord& record) const {
  record.audits.clear();
  record.noise.clear();
  record.policy = rewards::policy_hash(policy_);
  const Result<std::vector<Hash256>> drawn = draw_audits(record, policy_, record.audit_entropy);
  if (!drawn) return;  // The record contradicts itself: the test wants to see that.
  for (const LoggedMessage& logged : record.messages) {
    const auto* report = std::get_if<WitnessReport>(&logged.message);
    const Hash256 id = message_id(record.network, logged.message);
    if (report == nullptr || !std::ranges::binary_search(*drawn, id)) continue;
    AuditRecord audit{.report = id,
                      .outcome = AuditOutcome::measured,
                      .tag = report->tag,
                      .receive_ps = report->receive_ps,
                      .rssi_cdbm = report->rssi_cdbm,
                      .snr_cdb = report->snr_cdb,
                      .carrier_offset_dhz = report->carrier_offset_dhz};
    on_audit(audit);
    record.audits.push_back(audit);
  }
  canonicalize(record);
  record.noise = pairs_to_correlate(record);
  for (NoisePair& pair : record.noise) {
    pair.correlation_ppm = 15'000;
    on_noise(pair);
  }
}

EpochRecord RecordBuilder::build() {
  EpochRecord record = head_;
  record.policy = rewards::policy_hash(policy_);
  log_onboardings(record);
  std::map<std::tuple<std::size_t, Round, UnixNanos, UnixNanos>, std::vector<Message>> batches;
  for (const Draft& draft : drafts_) {
    batches[{draft.hotspot, round_of(draft.message) / kRoundsPerBatch, draft.header_delay,
             draft.body_delay}]
        .push_back(draft.message);
  }
  for (const auto& [key, messages] : batches) {
    for (LoggedMessage& logged : sign(std::get<0>(key), messages)) {
      logged.header_received += std::get<2>(key);
      logged.body_received += std::get<3>(key);
      record.messages.push_back(std::move(logged));
    }
  }
  canonicalize(record);
  draw(record);
  return record;
}

const Verdict& verdict_on(const EpochOutcome& outcome, const Hash256& id) {
  for (const Verdict& verdict : outcome.verdicts) {
    if (verdict.message == id) return verdict;
  }
  std::abort();
}

}  // namespace earshot::verifier
