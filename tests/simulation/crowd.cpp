#include "tests/simulation/crowd.h"

#include "core/merkle.h"
#include "rewards/chain/eip712.h"
#include "tests/simulation/node.h"
#include "verifier/rules/slot.h"

namespace earshot::simulation {
namespace {

using namespace earshot::verifier;  // NOLINT: the messages' own words

// Everything that no run changes.
RecordBuilder& town() {
  static RecordBuilder* only = [] {
    auto* builder = new RecordBuilder(policy());
    for (std::size_t i = 0; i < kHotspots; ++i) {
      builder->add_hotspot(3000.0 * static_cast<double>(i), i % 2 == 0 ? 0 : 4000,
                           i < kTransmitters);
    }
    return builder;
  }();
  return *only;
}

// Proving is slow, and every run has the same entropies.
std::optional<BeaconReport> beacon_of(std::size_t hotspot, const EpochRecord& head) {
  static std::map<std::tuple<std::size_t, Round, Entropy>, BeaconReport> known;
  const Onboarding& onboarding = town().hotspot(hotspot).onboarding;
  SlotBook book(head, policy());
  const auto slots = book.slots({{}, onboarding, find_region(onboarding.region)});
  if (slots.empty()) return std::nullopt;
  const Round round = slots.front().first;
  const auto key = std::tuple{hotspot, round, *book.entropy(round)};
  const auto found = known.find(key);
  if (found != known.end()) return found->second;
  town().head() = head;
  return known.emplace(key, town().beacon(hotspot, 0)).first->second;
}

void alter(Message& message, Dice& dice) {
  if (auto* beacon = std::get_if<BeaconReport>(&message)) {
    switch (dice.below(3)) {
      case 0:
        beacon->power_cdbm += 500;
        break;
      case 1:
        beacon->proof[3] ^= 1;
        break;
      default:
        beacon->frequency_hz += 200'000;
    }
  }
  if (auto* report = std::get_if<WitnessReport>(&message)) {
    switch (dice.below(3)) {
      case 0:
        report->rssi_cdbm += 8000;  // Above free space, and above what its SNR allows.
        break;
      case 1:
        report->tag[0] ^= 1;
        break;
      default:
        report->receive_ps += 50'000'000;
    }
  }
}

}  // namespace

const rewards::Policy& policy() {
  static const rewards::Policy only = [] {
    rewards::Policy short_epochs = RecordBuilder::short_policy();
    short_epochs.epoch_rounds = 60;
    short_epochs.sortition.window_rounds = 60;
    short_epochs.grace_seconds = 6600;
    short_epochs.audit_answer_seconds = 900;
    short_epochs.located_min_owners = 2;
    short_epochs.plausible_min_owners = 1;
    return short_epochs;
  }();
  return only;
}

const PublicKey& Crowd::key_of(std::size_t hotspot) {
  return town().hotspot(hotspot).key.public_key;
}

Onboarding Crowd::onboarding(std::size_t hotspot, std::uint64_t sequence) const {
  static std::map<std::pair<std::size_t, std::uint64_t>, Onboarding> known;
  const auto [entry, is_new] =
      known.try_emplace({hotspot, sequence}, town().hotspot(hotspot).onboarding);
  if (is_new) {
    entry->second.sequence = sequence;
    rewards::chain::sign_onboarding(town().hotspot(hotspot).owner, kNetwork, entry->second);
  }
  return entry->second;
}

EvidenceChunk Crowd::chunk(const PublicKey& hotspot, bool fits) {
  EvidenceChunk chunk = cut_evidence(hotspot).front();
  if (!fits) chunk.bytes[0] ^= 1;
  return chunk;
}

const std::optional<BeaconSecret>& Crowd::secret_of(const BeaconReport& beacon,
                                                    const Entropy& entropy) {
  static std::map<std::tuple<PublicKey, VrfProof, Entropy>, std::optional<BeaconSecret>> known;
  const auto [entry, is_new] =
      known.try_emplace({beacon.hotspot, beacon.proof, entropy}, std::nullopt);
  for (std::size_t i = 0; i < kHotspots && is_new; ++i) {
    if (key_of(i) != beacon.hotspot) continue;
    const auto output = vrf_verify(town().hotspot(i).vrf.public_key, entropy, beacon.proof);
    if (output) entry->second = beacon_secret(*output);
  }
  return entry->second;
}

std::optional<Tag> Crowd::tag_of(const BeaconReport& beacon, const Entropy& entropy) {
  const std::optional<BeaconSecret>& secret = secret_of(beacon, entropy);
  return secret ? std::optional(secret->tag) : std::nullopt;
}

std::uint8_t Crowd::power_step_of(const BeaconReport& beacon, const Entropy& entropy) {
  return secret_of(beacon, entropy)->power_step;
}

std::vector<std::vector<Message>> Crowd::speak(const EpochRecord& head, Dice& dice) const {
  std::vector<std::vector<Message>> said(kHotspots);
  for (std::size_t speaker = 0; speaker < kTransmitters; ++speaker) {
    const std::optional<BeaconReport> beacon = beacon_of(speaker, head);
    if (!beacon) continue;
    town().head() = head;
    for (std::size_t ear = 0; ear < kHotspots; ++ear) {
      if (ear == speaker || dice.chance(50)) continue;
      WitnessReport report = town().heard(ear, speaker, *beacon);
      const Bytes samples = chunk(report.hotspot, true).bytes;
      report.evidence_bytes = samples.size();
      report.evidence_root = merkle_root_of_chunks(samples, kEvidenceChunkBytes);
      said[ear].emplace_back(report);
    }
    if (dice.chance(80)) {
      said[speaker].emplace_back(
          SilenceNotice{beacon->hotspot, beacon->round, SilenceReason::channel_busy});
      if (dice.chance(500)) continue;  // Otherwise it says both.
    }
    said[speaker].emplace_back(*beacon);
  }
  for (std::vector<Message>& messages : said) {
    for (Message& message : messages) {
      if (dice.chance(60)) alter(message, dice);
    }
  }
  return said;
}

Message Crowd::contradict(const Message& said) {
  Message other = said;
  if (auto* beacon = std::get_if<BeaconReport>(&other)) beacon->transmit_error_ps += 1;
  if (auto* report = std::get_if<WitnessReport>(&other)) report->snr_cdb += 1;
  if (auto* notice = std::get_if<SilenceNotice>(&other)) {
    notice->reason = SilenceReason::not_configured;
  }
  return other;
}

Parcel Crowd::sign(std::size_t hotspot, const std::vector<Message>& messages, bool fork) {
  Speaker& speaker = speakers_[hotspot];
  if (!fork) {
    ++speaker.sequence;
    speaker.before_previous = speaker.previous;
  }
  Parcel parcel;
  parcel.header = sign_batch(kNetwork, town().hotspot(hotspot).key, speaker.sequence,
                             speaker.before_previous, messages);
  const Hash256 id = header_id(kNetwork, parcel.header.header);
  parcel.batch = {id, messages};
  if (!fork) speaker.previous = id;
  signed_.insert(parcel.header_bytes());
  for (const Message& message : messages) ids_[id].push_back(message_id(kNetwork, message));
  return parcel;
}

}  // namespace earshot::simulation
