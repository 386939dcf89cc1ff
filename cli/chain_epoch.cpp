// Reading a sealed epoch for the chain: from a folder or from a verifier.
#include "cli/chain_commands.h"
#include "core/files.h"
#include "core/hash.h"
#include "rewards/chain/http.h"
#include "verifier/judge.h"

namespace earshot::cli {
namespace {

constexpr std::chrono::seconds kFetchTimeout{30};

Bytes to_bytes(const std::string& text) { return {text.begin(), text.end()}; }

Result<Bytes> fetch(const std::string& url) {
  const Result<rewards::chain::Endpoint> endpoint = rewards::chain::parse_endpoint(url);
  if (!endpoint) return fail(Errc::usage, "--log: " + endpoint.error().detail);
  const Result<rewards::chain::HttpReply> reply =
      rewards::chain::http_get(*endpoint, kFetchTimeout);
  if (!reply) return fail(Errc::unavailable, url + " does not answer: " + reply.error().detail);
  if (reply->status != 200) {
    return fail(Errc::unavailable, url + " answers HTTP " + std::to_string(reply->status));
  }
  return to_bytes(reply->body);
}

Result<Bytes> read_bytes(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  return to_bytes(*text);
}

// `part` is "artifact" or "seal". With its name, for messages.
Result<std::pair<std::string, Bytes>> read_part(const std::string& source, std::uint64_t epoch,
                                                const std::string& part) {
  const std::string number = std::to_string(epoch);
  const bool remote = source.find("://") != std::string::npos;
  const std::string base = source.ends_with('/') ? source.substr(0, source.size() - 1) : source;
  const std::string name =
      remote ? base + "/v1/epochs/" + number + "/" + part : base + "/epoch-" + number + "." + part;
  Result<Bytes> bytes = remote ? fetch(name) : read_bytes(name);
  if (!bytes) return fail(bytes.error());
  return std::pair{name, std::move(*bytes)};
}

}  // namespace

Result<SealedEpoch> read_sealed_epoch(const std::string& source, std::uint64_t epoch) {
  const auto artifact_part = read_part(source, epoch, "artifact");
  if (!artifact_part) return fail(artifact_part.error());
  const auto seal_part = read_part(source, epoch, "seal");
  if (!seal_part) return fail(seal_part.error());
  const auto& [artifact_name, artifact_bytes] = *artifact_part;
  const auto& [seal_name, seal_bytes] = *seal_part;
  Result<rewards::Artifact> artifact = rewards::decode_artifact(artifact_bytes);
  if (!artifact) return fail(Errc::bad_data, artifact_name + ": " + artifact.error().detail);
  const Result<verifier::Seal> seal = verifier::decode_seal(seal_bytes);
  if (!seal) return fail(Errc::bad_data, seal_name + ": " + seal.error().detail);
  const bool agree = seal->artifact == sha256(artifact_bytes) && seal->epoch == artifact->epoch &&
                     seal->rewards_root == rewards::rewards_root(*artifact) &&
                     seal->log_size == artifact->log_size && seal->log_root == artifact->log_root;
  if (!agree) {
    return fail(Errc::bad_data,
                artifact_name + " is not the rewards file that " + seal_name + " names");
  }
  if (artifact->epoch != epoch) {
    return fail(Errc::bad_data, artifact_name + " is of epoch " + std::to_string(artifact->epoch) +
                                    ", expected " + std::to_string(epoch));
  }
  return SealedEpoch{seal->network, std::move(*artifact)};
}

Result<rewards::chain::PayoutProof> read_proof(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  Result<rewards::chain::PayoutProof> proof = rewards::chain::payout_proof_from_json(*text);
  if (!proof) return fail(proof.error().code, path + ": " + proof.error().detail);
  return proof;
}

}  // namespace earshot::cli
