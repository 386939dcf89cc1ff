#include "verifier/rules/helium/packet.h"

#include <cryptopp/algparam.h>
#include <cryptopp/argnames.h>
#include <cryptopp/chacha.h>

#include <algorithm>
#include <array>

#include "core/hash.h"

namespace earshot::verifier::helium {
namespace {

Bytes little_endian(std::int64_t value) {
  Bytes out;
  for (int shift = 0; shift < 64; shift += 8) {
    out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> shift));
  }
  return out;
}

}  // namespace

Bytes beacon_payload(const Entropies& entropies) {
  const Hash256 seed = sha256({entropies.remote, little_endian(entropies.remote_timestamp),
                               entropies.local, little_endian(entropies.local_timestamp)});
  const std::array<std::uint8_t, 8> stream = {};
  CryptoPP::ChaCha::Encryption generator;
  generator.SetKey(
      seed.data(), seed.size(),
      CryptoPP::MakeParameters(CryptoPP::Name::Rounds(), 12)(
          CryptoPP::Name::IV(), CryptoPP::ConstByteArrayParameter(stream.data(), stream.size())));
  Bytes words(kPayloadBytes * 4);
  generator.ProcessData(words.data(), words.data(), words.size());
  Bytes payload;
  for (std::size_t i = 0; i < kPayloadBytes; ++i) payload.push_back(words[4 * i]);
  return payload;
}

std::optional<std::uint8_t> spreading_for(std::span<const RegionChannel> channels,
                                          std::uint32_t bytes) {
  if (channels.empty()) return std::nullopt;
  for (const TaggedSpreading& tagged : channels.front().spreading) {
    if (tagged.max_packet_bytes >= bytes) return tagged.spreading_factor;
  }
  return std::nullopt;
}

std::optional<Construction> build_beacon(const Entropies& entropies,
                                         std::span<const RegionChannel> channels) {
  const std::optional<std::uint8_t> spreading = spreading_for(channels, kPayloadBytes);
  if (!spreading) return std::nullopt;
  Construction out;
  out.payload = beacon_payload(entropies);
  const std::size_t pick = (out.payload[0] | out.payload[1] << 8) % channels.size();
  out.frequency_hz = channels[pick].frequency_hz;
  out.spreading_factor = *spreading;
  out.bandwidth_hz = channels.front().bandwidth_hz;
  return out;
}

std::int32_t conducted_power_dbm(std::span<const RegionChannel> channels, std::int32_t gain_ddbi) {
  std::int32_t most = 0;
  for (const RegionChannel& channel : channels) most = std::max(most, channel.max_eirp_ddbm);
  return (most - gain_ddbi) / 10;
}

Window next_beacon(UnixNanos last, UnixNanos now, UnixNanos interval) {
  if (last > now) return {last, last + 1};
  const UnixNanos begin = now / interval * interval;
  const bool has_spoken = last >= begin && last != 0;
  return has_spoken ? Window{begin + interval, begin + 2 * interval}
                    : Window{now, begin + interval};
}

}  // namespace earshot::verifier::helium
