// Regulatory regions: where a hotspot may transmit, how strong and how often.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace earshot {

enum class RegionId : std::uint16_t { eu868 = 1, in865 = 2, us915 = 3 };

struct Region {
  RegionId id;
  std::string_view name;                       // "EU868"
  std::span<const std::uint64_t> channels_hz;  // Beacon channels, ascending, 125 kHz each.
  std::int32_t max_eirp_cdbm;                  // 0.01 dBm.
  std::uint32_t duty_cycle_ppm;                // Share of an hour on the air; 1'000'000: no limit.
};

// Source of each figure beside its table in region.cpp.
std::span<const Region> regions();  // Ascending by id.
const Region* find_region(RegionId id);
const Region* find_region(std::string_view name);

}  // namespace earshot
