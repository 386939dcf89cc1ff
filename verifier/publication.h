// What is published about an epoch: files and JSON, made once, at the seal. docs/OPERATIONS.md
// lists the members. Pure functions.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "rewards/policy.h"
#include "verifier/judge.h"
#include "verifier/record.h"
#include "verifier/registry_store.h"
#include "verifier/store.h"

namespace earshot::verifier {

SealedEpoch publish(const EpochRecord& record, const rewards::Policy& policy,
                    const EpochOutcome& outcome);

// GET /v1/epochs/{n} of a sealed epoch.
nlohmann::json summary_of(const EpochRecord& record, const rewards::Policy& policy,
                          const EpochOutcome& outcome);
// Those of `messages` (of the record's epoch) that came too late for the record, and the verdict on
// one: `late`, reason after_seal. They are in no seal.
std::vector<LateMessage> late_for(const std::set<Hash256>& ids_in_record,
                                  const std::vector<StoredMessage>& messages);
// In the record's order, without onboardings.
std::vector<Hash256> message_ids(const EpochRecord& record);
Verdict after_seal_verdict(const LateMessage& message);
// What is known of every epoch: number, rounds, times, of which those after its end wait for what
// `outages` took.
nlohmann::json epoch_frame(const rewards::Policy& policy, std::uint64_t epoch,
                           std::string_view status, std::span<const Outage> outages);
nlohmann::json to_json(const Seal& seal);
nlohmann::json to_json(const Verdict& verdict);

// GeoJSON (RFC 7946): a Point for each hotspot with its tier, a LineString for each witness report
// of a beacon in the record, with RSSI, SNR and verdict.
nlohmann::json coverage_of(const EpochRecord& record, const EpochOutcome& outcome);
// Before any epoch is sealed: the hotspots that have onboarded, without tier.
nlohmann::json coverage_of(const std::vector<StoredMessage>& onboardings);

// Integers as JavaScript can read them: beyond 2^53 decimal strings.
nlohmann::json number(std::int64_t value);
nlohmann::json number(std::uint64_t value);
std::string decimal(Uint128 value);
std::string address(const EvmAddress& account);       // With 0x.
std::string_view outcome_name(AuditOutcome outcome);  // "measured", "root_mismatch"

}  // namespace earshot::verifier
