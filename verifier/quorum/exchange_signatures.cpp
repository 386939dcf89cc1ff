// Signatures of sealed epochs: ours is made and shown, those of others are gathered and compared.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/message_json.h"
#include "verifier/quorum/exchange.h"
#include "verifier/quorum/misbehaviour.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kPatience{20};

}  // namespace

Result<void> Exchange::exchange_signatures(std::uint64_t epoch) {
  const auto held = parts_.store.signatures(epoch);
  if (!held) return fail(held.error());
  if (held->size() == parts_.quorum.size()) return {};
  const Result<std::optional<EpochSignature>> ours = own_signature(epoch);
  if (!ours) return fail(ours.error());
  if (!*ours) return {};
  for (const std::unique_ptr<Peer>& peer : parts_.peers) {
    if (peer == nullptr) continue;
    if (Result<void> pulled = pull_signatures(*peer, **ours); !pulled) return pulled;
  }
  return {};
}

// Made when there is none yet; nothing of an epoch that is not sealed here.
Result<std::optional<EpochSignature>> Exchange::own_signature(std::uint64_t epoch) {
  const auto held = parts_.store.signatures(epoch);
  if (!held) return fail(held.error());
  for (const auto& [member, text] : *held) {
    if (member != parts_.quorum.self) continue;
    const Result<Json> json = parse_json(text);
    if (!json) return fail(json.error());
    const Result<EpochSignature> ours = epoch_signature_from_json(*json);
    if (!ours) return fail(ours.error());
    return std::optional<EpochSignature>{*ours};
  }
  const Result<std::optional<SealedEpoch>> sealed = parts_.registry.sealed(epoch);
  if (!sealed) return fail(sealed.error());
  if (!*sealed) return std::optional<EpochSignature>{};
  const Result<rewards::Artifact> artifact = rewards::decode_artifact((*sealed)->artifact);
  if (!artifact) return fail(artifact.error());
  const Result<EpochSignature> made = parts_.sign(*artifact);
  if (!made) return fail(made.error());
  if (Result<void> kept =
          parts_.store.keep_signature(epoch, parts_.quorum.self, to_json(*made).dump());
      !kept) {
    return fail(kept.error());
  }
  return std::optional<EpochSignature>{*made};
}

// A peer that is down or withholds them is no error: others pass them on.
Result<void> Exchange::pull_signatures(Peer& peer, const EpochSignature& ours) {
  const std::uint64_t epoch = ours.epoch.epoch;
  const Result<std::optional<std::string>> body =
      peer.get("/v1/quorum/signatures/" + std::to_string(epoch), kPatience);
  if (!body || !*body) return {};
  const Result<Json> json = parse_json(**body);
  if (!json || !json->is_array()) return {};
  for (const Json& item : *json) {
    const Result<EpochSignature> theirs = epoch_signature_from_json(item);
    if (!theirs) continue;
    const std::optional<std::size_t> member = parts_.quorum.find(theirs->signer);
    if (!member || theirs->domain != ours.domain || theirs->epoch.epoch != epoch) continue;
    rewards::chain::Epoch alike = theirs->epoch;
    alike.signer_set_version = ours.epoch.signer_set_version;
    if (alike != ours.epoch) {
      accuse("other-root-" + std::to_string(epoch) + "-" + to_hex(theirs->signer),
             other_root_file(*theirs),
             "0x" + to_hex(theirs->signer) + " signed another root of epoch " +
                 std::to_string(epoch) + " than ours");
      continue;
    }
    if (theirs->epoch != ours.epoch) continue;
    if (Result<void> kept = parts_.store.keep_signature(epoch, *member, item.dump()); !kept) {
      return kept;
    }
  }
  return {};
}

}  // namespace earshot::verifier
