// Helium's own beacons: what their entropies make of them. For holding Helium's published reports
// to their rules; this network's beacons are made otherwise (core/sortition.h).
#pragma once
#include <span>

#include "verifier/rules/helium/model.h"

namespace earshot::verifier::helium {

struct Entropies {
  Bytes remote;
  std::int64_t remote_timestamp = 0;  // Seconds.
  Bytes local;
  std::int64_t local_timestamp = 0;
};

struct TaggedSpreading {
  std::uint8_t spreading_factor = 0;
  std::uint32_t max_packet_bytes = 0;
};
struct RegionChannel {
  std::uint64_t frequency_hz = 0;
  std::uint32_t bandwidth_hz = 0;
  std::int32_t max_eirp_ddbm = 0;
  std::vector<TaggedSpreading> spreading;  // In stored order.
};

inline constexpr std::size_t kPayloadBytes = 51;

// 51 bytes: byte i is the low byte of the i-th word of ChaCha12 under SHA-256(remote || its time ||
// local || its time), times as little-endian 64 bits.
Bytes beacon_payload(const Entropies& entropies);
// The first spreading factor of the first channel that holds a packet of `bytes`; none: no one
// does.
std::optional<std::uint8_t> spreading_for(std::span<const RegionChannel> channels,
                                          std::uint32_t bytes);
// Payload, channel (by the payload's first two bytes) and data rate. None when the region has no
// channel or none for the payload's size.
std::optional<Construction> build_beacon(const Entropies& entropies,
                                         std::span<const RegionChannel> channels);
// Whole dBm: the highest EIRP of the region less the antenna's gain, both cut off.
std::int32_t conducted_power_dbm(std::span<const RegionChannel> channels, std::int32_t gain_ddbi);

// When a gateway that beaconed last at `last` (0: never) beacons next: at a random instant of
// [begin, end).
struct Window {
  UnixNanos begin = 0;
  UnixNanos end = 0;
};
Window next_beacon(UnixNanos last, UnixNanos now, UnixNanos interval);

}  // namespace earshot::verifier::helium
