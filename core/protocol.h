// Constants of the protocol (DESIGN sections 2 to 4). What a policy may change is in
// rewards/policy.h.
#pragma once
#include <array>
#include <cstdint>

#include "core/bytes.h"
#include "core/time.h"

namespace earshot {

// The beacon's payload: LoRaWAN proprietary MHDR, version, tag.
using Tag = ByteArray<16>;
inline constexpr std::uint8_t kBeaconMhdr = 0xE0;
inline constexpr std::uint8_t kBeaconVersion = 0x01;
inline constexpr std::size_t kBeaconPayloadSize = 18;
static_assert(kBeaconPayloadSize == 2 + std::tuple_size_v<Tag>);
inline constexpr int kBeaconPreambleSymbols = 8;
inline constexpr std::uint8_t kBeaconSyncWord = 0x34;
inline constexpr std::uint32_t kBeaconBandwidthHz =
    125'000;  // Policy default of the spine's regions.

// When a beacon is on the air, counted from the round's opening.
inline constexpr std::int64_t kFirstTransmitSecond = 15;
inline constexpr std::int64_t kLastTransmitSecond = 59;  // Its last sample is before this.

// Commit, then reveal: counted from the round's end.
inline constexpr std::int64_t kHeaderDeadlineSeconds = 900;                          // 15 min
inline constexpr std::int64_t kBodyDeadlineSeconds = kHeaderDeadlineSeconds + 3600;  // And an hour.

// A verifier's entropy link must be in this long after the round's opening.
inline constexpr std::int64_t kLinkDeadlineSeconds = 5;

// Evidence: raw samples kept around a frame, at twice its bandwidth.
inline constexpr std::size_t kEvidenceChunkBytes = 4096;
inline constexpr int kEvidenceLeadSymbols = 32;
inline constexpr int kEvidenceTailSymbols = 8;
inline constexpr int kEvidenceOversampling = 2;

// Power steps a VRF output selects, 0.01 dB below the allowed maximum.
inline constexpr std::array<std::int32_t, 4> kPowerStepsCdb = {0, -300, -600, -900};

constexpr Bytes beacon_payload(const Tag& tag) {
  Bytes payload = {kBeaconMhdr, kBeaconVersion};
  payload.insert(payload.end(), tag.begin(), tag.end());
  return payload;
}

}  // namespace earshot
