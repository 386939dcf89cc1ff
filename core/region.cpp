#include "core/region.h"

#include <algorithm>

namespace earshot {
namespace {

constexpr std::uint32_t kNoDutyLimit = 1'000'000;

// EU868. Channels: LoRa Alliance RP002-1.0.4, section 2.4 (EU863-870 default channels). Power and
// duty cycle: ETSI EN 300 220-2 V3.2.1, annex B band M (868.0 to 868.6 MHz): 25 mW = 14 dBm ERP,
// that is 16.15 dBm EIRP (a half-wave dipole has 2.15 dBi), and 1 %.
constexpr std::uint64_t kEu868Channels[] = {868'100'000, 868'300'000, 868'500'000};

// IN865. Channels and 30 dBm EIRP: RP002-1.0.4, section 2.11 (IN865-867 default channels); the
// Indian rules (G.S.R. 564(E) of 2005) set 1 W, 4 W EIRP and no duty cycle.
constexpr std::uint64_t kIn865Channels[] = {865'062'500, 865'402'500, 865'985'000};

// US915. Channels 8 to 15 of RP002-1.0.4, section 2.5 (902.3 MHz + 200 kHz * n), the sub-band that
// public LoRaWAN networks use, so most gateways there listen to it. Power: with fewer than 50
// channels, 47 CFR 15.247 allows 125 kHz LoRa only as a hybrid system of at most 8 dBm in any
// 3 kHz; RP002 turns that into 21 dBm. Chosen: 21 dBm as EIRP, below that limit with any antenna.
// The same rule limits a channel to 0.4 s in 20 s; here all channels together. There is no duty
// cycle.
constexpr std::uint64_t kUs915Channels[] = {903'900'000, 904'100'000, 904'300'000, 904'500'000,
                                            904'700'000, 904'900'000, 905'100'000, 905'300'000};

constexpr std::uint32_t kUs915DwellMs = 400;
constexpr std::uint32_t kUs915DwellPeriodS = 20;

// AS923, its first group. Channels, 16 dBm EIRP and 400 ms an emission: RP002-1.0.4, section 2.10
// (AS923 default channels, MaxEIRP, UplinkDwellTime). Listening: ARIB STD-T108 asks in Japan for a
// channel below -80 dBm for 5 ms; chosen for all of the region, its countries' strictest rule.
constexpr std::uint64_t kAs923Channels[] = {923'200'000, 923'400'000};
constexpr std::uint32_t kAs923DwellMs = 400;
constexpr std::uint32_t kAs923ListenMs = 5;
constexpr std::int32_t kAs923ListenLevelCdbm = -8000;

// AU915. Channels 8 to 15 of RP002-1.0.4, section 2.8 (915.2 MHz + 200 kHz * n), the sub-band that
// public networks use there; 400 ms an emission (UplinkDwellTime). RP002's 30 dBm EIRP are for
// hopping over the whole band, which eight channels are not. Chosen: 3 mW (4.77 dBm), which the
// Australian class licence for low-interference devices leaves to any transmitter of the band.
constexpr std::uint64_t kAu915Channels[] = {916'800'000, 917'000'000, 917'200'000, 917'400'000,
                                            917'600'000, 917'800'000, 918'000'000, 918'200'000};
constexpr std::uint32_t kAu915DwellMs = 400;

constexpr Region kRegions[] = {
    {RegionId::eu868, "EU868", kEu868Channels, 1615, 10'000},
    {RegionId::in865, "IN865", kIn865Channels, 3000, kNoDutyLimit},
    {RegionId::us915, "US915", kUs915Channels, 2100, kNoDutyLimit, kUs915DwellMs,
     kUs915DwellPeriodS},
    {RegionId::as923, "AS923", kAs923Channels, 1600, kNoDutyLimit, kAs923DwellMs, 0, kAs923ListenMs,
     kAs923ListenLevelCdbm},
    {RegionId::au915, "AU915", kAu915Channels, 477, kNoDutyLimit, kAu915DwellMs},
};

template <class Matches>
const Region* find_where(Matches matches) {
  const Region* found = std::find_if(std::begin(kRegions), std::end(kRegions), matches);
  return found == std::end(kRegions) ? nullptr : found;
}

}  // namespace

std::span<const Region> regions() { return kRegions; }

const Region* find_region(RegionId id) {
  return find_where([id](const Region& region) { return region.id == id; });
}

const Region* find_region(std::string_view name) {
  return find_where([name](const Region& region) { return region.name == name; });
}

}  // namespace earshot
