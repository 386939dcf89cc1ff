#include "hotspot/onboarding.h"

#include "hotspot/s2_cell.h"

namespace earshot::hotspot {

Result<Onboarding> make_onboarding(const Identity& identity, const Settings& settings, Round round,
                                   std::uint64_t sequence) {
  std::string missing;
  const auto require = [&](bool there, const char* name) {
    if (!there) missing += (missing.empty() ? "" : ", ") + std::string(name);
  };
  require(settings.region.has_value(), "region");
  require(settings.antenna_gain_ddbi.has_value(), "antenna gain");
  require(settings.position.has_value(), "position");
  require(settings.owner != EvmAddress{}, "owner");
  if (!missing.empty()) return fail(Errc::configuration, "onboarding needs: " + missing);

  Onboarding onboarding;
  onboarding.hotspot = identity.signing.public_key;
  onboarding.round = round;
  onboarding.sequence = sequence;
  onboarding.vrf_key = identity.vrf.public_key;
  onboarding.owner = settings.owner;
  onboarding.position = *settings.position;
  onboarding.s2_cell = s2_cell_of(*settings.position);
  onboarding.antenna_gain_ddbi = *settings.antenna_gain_ddbi;
  onboarding.region = *settings.region;
  onboarding.transmits = settings.transmits;
  onboarding.clock = settings.clock;
  return onboarding;
}

}  // namespace earshot::hotspot
