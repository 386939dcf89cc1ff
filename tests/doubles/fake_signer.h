// A hotspot as the verifier sees it: keys, an owner, batches that follow each other.
#pragma once
#include <string>
#include <vector>

#include "core/messages.h"
#include "core/vrf.h"
#include "rewards/chain/eip712.h"

namespace earshot::verifier {

inline constexpr NetworkId kTestNetwork = 31337;

struct SignedBatch {
  SignedHeader header;
  Batch batch;

  Bytes header_bytes() const { return encode(header); }
  Bytes body_bytes() const { return encode(batch); }
};

class FakeSigner {
 public:
  explicit FakeSigner(std::uint8_t number) : number_(number) {
    ByteArray<32> seed{};
    seed[0] = number;
    key = signing_key_from_seed(seed);
    vrf = vrf_key_from_seed(seed);
    seed[31] = 1;
    owner = *rewards::chain::account_key(seed);
  }

  Onboarding onboarding(Round round, std::uint64_t number = 1) const {
    Onboarding onboarding;
    onboarding.hotspot = key.public_key;
    onboarding.round = round;
    onboarding.sequence = number;
    onboarding.vrf_key = vrf.public_key;
    onboarding.position =
        to_ecef({.latitude_deg = 47.0 + 0.01 * number_, .longitude_deg = 8.0, .height_m = 500});
    onboarding.transmits = true;
    rewards::chain::sign_onboarding(owner, kTestNetwork, onboarding);
    return onboarding;
  }
  SilenceNotice silence(Round round, SilenceReason reason = SilenceReason::duty_cycle) const {
    return {.hotspot = key.public_key, .round = round, .reason = reason};
  }
  WitnessReport witness(Round round, std::uint8_t tag, std::int32_t rssi_cdbm = -9000) const {
    WitnessReport report;
    report.hotspot = key.public_key;
    report.round = round;
    report.tag[0] = tag;
    report.spreading_factor = 7;
    report.bandwidth_hz = kBeaconBandwidthHz;
    report.frequency_hz = 868'100'000;
    report.rssi_cdbm = rssi_cdbm;
    report.evidence_rate_hz = 2 * kBeaconBandwidthHz;
    report.evidence_centre_hz = report.frequency_hz;
    return report;
  }
  SignedBatch sign(const std::vector<Message>& messages) {
    SignedBatch out = sign_as(sequence + 1, messages);
    ++sequence;
    previous = header_id(kTestNetwork, out.header.header);
    return out;
  }
  SignedBatch sign_as(std::uint64_t number, const std::vector<Message>& messages) const {
    SignedBatch out;
    out.header = sign_batch(kTestNetwork, key, number, previous, messages);
    out.batch = {header_id(kTestNetwork, out.header.header), messages};
    return out;
  }

  SigningKey key;
  VrfKey vrf;
  rewards::chain::AccountKey owner;
  std::uint64_t sequence = 0;
  Hash256 previous{};

 private:
  std::uint8_t number_;
};

}  // namespace earshot::verifier
