// The hotspots of a simulated run and what they have to say. Keys, positions and proofs are the
// same in every run, so they are made once in a process; what a run signs is its own.
#pragma once
#include <set>

#include "tests/doubles/record_builder.h"
#include "tests/simulation/dice.h"

namespace earshot::simulation {

inline constexpr std::size_t kTransmitters = 4;
inline constexpr std::size_t kStranger =
    kTransmitters + 1;  // Never onboards; before it a listener.
inline constexpr std::size_t kHotspots = kTransmitters + 2;

// Epochs of an hour with one slot each, and a grace just longer than bodies may take.
const rewards::Policy& policy();
// The first epoch that is judged.
inline constexpr std::uint64_t kFirstEpoch = 28'000'000 / 60;

struct Parcel {
  SignedHeader header;
  Batch batch;
  Bytes header_bytes() const { return encode(header); }
  Bytes body_bytes() const { return encode(batch); }
};

class Crowd {
 public:
  Crowd() : speakers_(kHotspots) {}

  Onboarding onboarding(std::size_t hotspot, std::uint64_t sequence) const;

  // What each hotspot says about an epoch of which `head` holds the entropy: its beacon, and what
  // it heard of the others; some of it altered, contradicted or kept back by the dice.
  std::vector<std::vector<Message>> speak(const verifier::EpochRecord& head, Dice& dice) const;
  // A second message under a key that `said` has.
  static Message contradict(const Message& said);

  // The hotspot's next batch; `fork`: again under the sequence used last.
  Parcel sign(std::size_t hotspot, const std::vector<Message>& messages, bool fork = false);
  // Whether these bytes are a header that somebody here signed.
  bool signed_here(const Bytes& header) const { return signed_.contains(header); }

  // The one chunk that a hotspot's snippets have; or a chunk that does not fit.
  static EvidenceChunk chunk(const PublicKey& hotspot, bool fits);
  static const PublicKey& key_of(std::size_t hotspot);
  // The tag under which a beacon goes on the air; nothing when its proof is not of this entropy.
  static std::optional<Tag> tag_of(const BeaconReport& beacon, const Entropy& entropy);
  // Precondition: the beacon has a tag.
  static std::uint8_t power_step_of(const BeaconReport& beacon, const Entropy& entropy);
  // Ids of the batch that a header of ours signs, in order.
  const std::vector<Hash256>& ids_of(const Hash256& header) const { return ids_.at(header); }

 private:
  struct Speaker {
    std::uint64_t sequence = 0;
    Hash256 previous{};
    Hash256 before_previous{};
  };
  std::vector<Speaker> speakers_;
  static const std::optional<BeaconSecret>& secret_of(const BeaconReport& beacon,
                                                      const Entropy& entropy);

  std::set<Bytes> signed_;
  std::map<Hash256, std::vector<Hash256>> ids_;
};

}  // namespace earshot::simulation
