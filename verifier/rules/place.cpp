#include "verifier/rules/place.h"

#include <set>

namespace earshot::verifier {
namespace {

using Owners = std::set<EvmAddress>;

// What the epoch says about one hotspot.
struct Heard {
  Owners by;
  Owners timed;
  Owners contradicting;
  std::int64_t audited = 0;  // Its own accepted reports that an audit measured.
};

rewards::Tier tier_of(const Heard& heard, const rewards::Policy& policy) {
  using rewards::Tier;
  if (heard.contradicting.size() > heard.timed.size()) return Tier::unproven;
  if (heard.by.empty() || heard.by.size() < policy.plausible_min_owners) return Tier::unproven;
  return heard.timed.size() >= policy.located_min_owners ? Tier::located : Tier::plausible;
}

PlaceRuling judge_place(const Onboarding& hotspot, const Heard& heard,
                        const rewards::Policy& policy) {
  using rewards::Tier;
  if (!hotspot.transmits) {
    return {heard.audited > 0 ? Tier::listener : Tier::unproven,
            {{"audited_reports", heard.audited}}};
  }
  return {tier_of(heard, policy),
          {{"heard_owners", static_cast<std::int64_t>(heard.by.size())},
           {"timed_owners", static_cast<std::int64_t>(heard.timed.size())},
           {"contradicting_owners", static_cast<std::int64_t>(heard.contradicting.size())},
           {"plausible_min_owners", policy.plausible_min_owners},
           {"located_min_owners", policy.located_min_owners}}};
}

}  // namespace

std::vector<PlaceRuling> judge_places(const Registry& registry, std::span<const Link> links,
                                      const rewards::Policy& policy) {
  std::map<PublicKey, Heard> heard;
  for (const Link& link : links) {
    Heard& beaconer = heard[link.beaconer];
    if (link.accepted) beaconer.by.insert(link.witness_owner);
    if (link.accepted && link.timed) beaconer.timed.insert(link.witness_owner);
    if (link.timed && link.contradicts) beaconer.contradicting.insert(link.witness_owner);
    if (link.accepted && link.audited) ++heard[link.witness].audited;
  }
  std::vector<PlaceRuling> places;
  for (const auto& [key, registration] : registry) {
    places.push_back(judge_place(registration.onboarding, heard[key], policy));
  }
  return places;
}

std::vector<PlaceRuling> helium_places(const Registry& registry, std::span<const Link> links) {
  struct Done {
    std::int64_t heard = 0;
    std::int64_t witnessed = 0;
  };
  std::map<PublicKey, Done> done;
  for (const Link& link : links) {
    if (!link.accepted) continue;
    ++done[link.beaconer].heard;
    ++done[link.witness].witnessed;
  }
  std::vector<PlaceRuling> places;
  for (const auto& [key, registration] : registry) {
    const Done& d = done[key];
    const bool took_part = d.heard + d.witnessed > 0;
    places.push_back({took_part ? rewards::Tier::plausible : rewards::Tier::unproven,
                      {{"heard_reports", d.heard}, {"witnessed_reports", d.witnessed}}});
  }
  return places;
}

}  // namespace earshot::verifier
