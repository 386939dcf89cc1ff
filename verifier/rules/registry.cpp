#include "verifier/rules/registry.h"

#include <algorithm>
#include <set>

#include "core/s2.h"
#include "core/vrf.h"
#include "rewards/chain/eip712.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kRule = "registry";

// Given: distance_mm (core/position.h) holds within it. 10^10 mm are 10,000 km from the centre.
constexpr std::int64_t kMaxCoordinateMm = 10'000'000'000;

bool is_near_earth(const Ecef& place) {
  return std::ranges::all_of(std::array{place.x_mm, place.y_mm, place.z_mm}, [](std::int64_t mm) {
    return mm >= -kMaxCoordinateMm && mm <= kMaxCoordinateMm;
  });
}

Ruling judge_alone(const LoggedMessage& logged, const Onboarding& onboarding, const Hash256& id,
                   const EpochRecord& record, HeaderBook& headers) {
  if (Ruling envelope = judge_envelope(logged, id, headers); !envelope.accepted()) return envelope;
  if (!is_valid_public_key(onboarding.hotspot)) return refuse(kRule, "bad_key");
  if (!is_valid_vrf_key(onboarding.vrf_key)) return refuse(kRule, "bad_vrf_key");
  if (!rewards::chain::verify_onboarding_owner(record.network, onboarding)) {
    return refuse(kRule, "bad_owner_signature");
  }
  if (find_region(onboarding.region) == nullptr) {
    return refuse(kRule, "unknown_region",
                  {{"region", static_cast<std::int64_t>(onboarding.region)}});
  }
  if (!is_near_earth(onboarding.position)) {
    return refuse(kRule, "bad_position",
                  {{"x_mm", onboarding.position.x_mm},
                   {"y_mm", onboarding.position.y_mm},
                   {"z_mm", onboarding.position.z_mm},
                   {"limit_mm", kMaxCoordinateMm}});
  }
  if (!is_s2_cell(onboarding.s2_cell) || s2_level(onboarding.s2_cell) != kPositionCellLevel ||
      !s2_cell_holds(onboarding.s2_cell, onboarding.position)) {
    return refuse(kRule, "bad_cell",
                  {{"s2_cell", to_finding(onboarding.s2_cell)},
                   {"x_mm", onboarding.position.x_mm},
                   {"y_mm", onboarding.position.y_mm},
                   {"z_mm", onboarding.position.z_mm}});
  }
  std::vector<Finding> times = {{"body_received_ns", logged.body_received},
                                {"committed_at_ns", record.committed_at}};
  if (logged.body_received > record.committed_at) {
    return refuse(kRule, "registered_after_commitment", std::move(times), Decision::late);
  }
  return accept(kRule, std::move(times));
}

// Two onboardings of one hotspot with one sequence: both are void.
void void_equivocations(std::span<const LoggedMessage> onboardings, std::vector<Ruling>& rulings) {
  std::map<StatementKey, std::vector<std::size_t>> said;
  for (std::size_t i = 0; i < onboardings.size(); ++i) {
    if (rulings[i].accepted()) said[statement_key(onboardings[i].message)].push_back(i);
  }
  for (const auto& [key, indices] : said) {
    if (indices.size() < 2) continue;
    for (const std::size_t i : indices) {
      rulings[i] =
          refuse("form", "equivocation", {{"messages", static_cast<std::int64_t>(indices.size())}},
                 Decision::void_);
    }
  }
}

// Of each hotspot the highest sequence stays: the record's order is (hotspot, sequence).
void supersede(std::span<const LoggedMessage> onboardings, std::vector<Ruling>& rulings) {
  std::map<PublicKey, std::size_t> highest;
  for (std::size_t i = 0; i < onboardings.size(); ++i) {
    if (rulings[i].accepted()) highest[signer_of(onboardings[i].message)] = i;
  }
  for (std::size_t i = 0; i < onboardings.size(); ++i) {
    if (!rulings[i].accepted()) continue;
    const std::size_t by = highest.at(signer_of(onboardings[i].message));
    if (by == i) continue;
    rulings[i] = refuse(
        kRule, "superseded",
        {{"sequence", to_finding(std::get<Onboarding>(onboardings[i].message).sequence)},
         {"by_sequence", to_finding(std::get<Onboarding>(onboardings[by].message).sequence)}});
  }
}

// The hotspot that registered a VRF key first keeps it.
void refuse_taken_keys(std::span<const LoggedMessage> onboardings, std::vector<Ruling>& rulings) {
  using Claim = std::tuple<UnixNanos, PublicKey, std::size_t>;
  std::map<VrfPublicKey, std::set<Claim>> claims;
  for (std::size_t i = 0; i < onboardings.size(); ++i) {
    if (!rulings[i].accepted()) continue;
    const auto& onboarding = std::get<Onboarding>(onboardings[i].message);
    claims[onboarding.vrf_key].emplace(onboardings[i].header_received, onboarding.hotspot, i);
  }
  for (const auto& [key, claimants] : claims) {
    for (auto claim = std::next(claimants.begin()); claim != claimants.end(); ++claim) {
      rulings[std::get<2>(*claim)] = refuse(kRule, "vrf_key_taken");
    }
  }
}

}  // namespace

RegistryRulings judge_onboardings(const EpochRecord& record, std::span<const Hash256> ids,
                                  HeaderBook& headers) {
  RegistryRulings out;
  for (std::size_t i = 0; i < record.onboardings.size(); ++i) {
    const LoggedMessage& logged = record.onboardings[i];
    out.rulings.push_back(
        judge_alone(logged, std::get<Onboarding>(logged.message), ids[i], record, headers));
  }
  void_equivocations(record.onboardings, out.rulings);
  supersede(record.onboardings, out.rulings);
  refuse_taken_keys(record.onboardings, out.rulings);
  for (std::size_t i = 0; i < record.onboardings.size(); ++i) {
    if (!out.rulings[i].accepted()) continue;
    const auto& onboarding = std::get<Onboarding>(record.onboardings[i].message);
    out.registry[onboarding.hotspot] = {ids[i], onboarding, find_region(onboarding.region)};
  }
  return out;
}

}  // namespace earshot::verifier
