// The registration of a hotspot, as its settings say.
#pragma once
#include "hotspot/settings.h"

namespace earshot::hotspot {

// `sequence` counts a hotspot's registrations from 1. Without the owner's signature, which is made
// where the owner's key is. Errc::configuration names every setting that is missing.
Result<Onboarding> make_onboarding(const Identity& identity, const Settings& settings, Round round,
                                   std::uint64_t sequence);

}  // namespace earshot::hotspot
