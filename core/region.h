// Regulatory regions: where a hotspot may transmit, how strong and how often.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace earshot {

// Numbers are part of messages: new ones are added, none is given another meaning.
enum class RegionId : std::uint16_t { eu868 = 1, in865 = 2, us915 = 3, as923 = 4, au915 = 5 };

struct Region {
  RegionId id;
  std::string_view name;                       // "EU868"
  std::span<const std::uint64_t> channels_hz;  // Beacon channels, ascending, 125 kHz each.
  std::int32_t max_eirp_cdbm;                  // 0.01 dBm.
  std::uint32_t duty_cycle_ppm;                // Share of an hour on the air; 1'000'000: no limit.
  std::uint32_t dwell_ms = 0;        // Longest time on the air in `dwell_period_s`; 0: no limit.
  std::uint32_t dwell_period_s = 0;  // 0: of one emission.
  std::uint32_t listen_ms = 0;  // Listen before talk: how long the channel must be free; 0: no.
  std::int32_t listen_level_cdbm = 0;  // Busy from this power on, at the antenna port, 0.01 dBm.
};

// Source of each figure beside its table in region.cpp.
std::span<const Region> regions();  // Ascending by id.
const Region* find_region(RegionId id);
const Region* find_region(std::string_view name);

}  // namespace earshot
