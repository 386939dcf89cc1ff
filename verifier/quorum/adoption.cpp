// Catching up: an epoch that we were not there for, as at least M members signed it.
#include <nlohmann/json.hpp>

#include "core/message_json.h"
#include "verifier/epoch_assembly.h"
#include "verifier/judge.h"
#include "verifier/publication.h"
#include "verifier/quorum/epoch_signature.h"
#include "verifier/quorum/quorum_agreement.h"

namespace earshot::verifier {
namespace {

constexpr std::chrono::seconds kPatience{60};  // Chosen: as verifier/fetch.h.

}  // namespace

Result<std::optional<SealedEpoch>> QuorumAgreement::adopt(std::uint64_t epoch) {
  std::optional<Error> problem;
  for (const std::unique_ptr<Peer>& peer : parts_.peers) {
    if (peer == nullptr) continue;
    Result<std::optional<SealedEpoch>> sealed = adopt_from(*peer, epoch);
    if (sealed && *sealed) return sealed;
    if (!sealed) problem = sealed.error();
  }
  if (problem) return fail(*problem);
  return std::optional<SealedEpoch>{};
}

Result<std::optional<SealedEpoch>> QuorumAgreement::adopt_from(Peer& peer, std::uint64_t epoch) {
  const auto get = [&](const char* part) {
    return peer.get("/v1/epochs/" + std::to_string(epoch) + "/" + part, kPatience);
  };
  const auto record_file = get("record");
  if (!record_file) return fail(record_file.error());
  if (!*record_file) return std::optional<SealedEpoch>{};
  const Result<EpochRecord> record = decode_record(as_bytes(**record_file));
  if (!record) return fail(record.error());
  EpochRecord ours;
  if (Result<void> done = add_previous(ours, parts_.registry); !done) return fail(done.error());
  if (record->network != parts_.quorum.network || record->epoch != epoch ||
      record->previous_seal != ours.previous_seal || record->previous != ours.previous ||
      record->log != ours.log || record->history != ours.history) {
    return fail(Errc::check_failed, "epoch " + std::to_string(epoch) +
                                        ": a peer's record does not follow our last epoch");
  }
  const Result<EpochOutcome> outcome = judge_epoch(*record, parts_.policy);
  if (!outcome) return fail(outcome.error());
  const Result<std::size_t> signers = count_signatures(peer, outcome->artifact);
  if (!signers) return fail(signers.error());
  if (*signers < parts_.quorum.threshold) return std::optional<SealedEpoch>{};
  return std::optional<SealedEpoch>{publish(*record, parts_.policy, *outcome)};
}

// Members that signed what we get from the record.
Result<std::size_t> QuorumAgreement::count_signatures(Peer& peer,
                                                      const rewards::Artifact& artifact) {
  const auto body = peer.get("/v1/quorum/signatures/" + std::to_string(artifact.epoch), kPatience);
  if (!body) return fail(body.error());
  if (!*body) return std::size_t{0};
  const Result<nlohmann::json> json = parse_json(**body);
  if (!json) return fail(json.error());
  if (!json->is_array()) return fail(Errc::bad_data, "signatures: expected an array");
  std::set<std::size_t> signers;
  for (const nlohmann::json& item : *json) {
    const Result<EpochSignature> signature = epoch_signature_from_json(item);
    if (!signature) return fail(signature.error());
    const std::optional<std::size_t> member = parts_.quorum.find(signature->signer);
    const rewards::chain::ContractDomain domain{parts_.quorum.network, parts_.quorum.contract};
    const bool is_same =
        signature->epoch == rewards::chain::epoch_of(artifact, signature->epoch.signer_set_version);
    if (member && is_same && signature->domain == domain) signers.insert(*member);
  }
  return signers.size();
}

}  // namespace earshot::verifier
