#include "cli/chain_proposal.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/message_json.h"
#include "verifier/fetch.h"
#include "verifier/quorum/epoch_signature.h"

namespace earshot::cli {
namespace {

using rewards::chain::AccountKey;

void ask_verifier(const std::string& url, const Proposal& proposal, ConnectedContract& connected,
                  Gathered& gathered) {
  const Result<Bytes> body = verifier::fetch(
      url, "/v1/quorum/signatures/" + std::to_string(proposal.epoch.epoch), "signatures");
  const std::string text = body ? std::string(body->begin(), body->end()) : "";
  const Result<nlohmann::json> json = parse_json(text);
  if (!json || !json->is_array()) {
    gathered.complaints.push_back(
        url + ": no signatures: " + (body ? "expected a JSON array" : body.error().detail));
    return;
  }
  rewards::chain::RewardsContract contract = connected.client();
  for (const nlohmann::json& item : *json) {
    const auto signature = verifier::epoch_signature_from_json(item);
    const bool is_ours =
        signature && signature->domain == proposal.domain && signature->epoch == proposal.epoch;
    const Result<bool> counts = is_ours ? contract.is_signer(signature->signer) : false;
    if (counts && *counts) {
      gathered.signatures.push_back(signature->signature);
    } else {
      gathered.complaints.push_back(url + ": a signature that is not on this epoch is left out");
    }
  }
}

}  // namespace

Result<Proposal> propose(ConnectedContract& contract, const std::string& log,
                         std::uint64_t number) {
  const Result<SealedEpoch> sealed = read_sealed_epoch(log, number);
  if (!sealed) return fail(sealed.error());
  if (sealed->network != contract.domain.chain_id) {
    return fail(Errc::bad_data, "epoch " + std::to_string(number) + " is of network " +
                                    std::to_string(sealed->network) + ", the node's chain is " +
                                    std::to_string(contract.domain.chain_id));
  }
  const Result<rewards::chain::ContractStatus> status = contract.client().status();
  if (!status) return fail(status.error());
  const rewards::chain::Epoch epoch =
      rewards::chain::epoch_of(sealed->artifact, status->signer_set_version);
  const Hash256 digest = rewards::chain::epoch_digest(contract.domain, epoch);
  return Proposal{contract.domain, *status, epoch, digest};
}

Result<Gathered> gather_signatures(const SubmitOptions& options, const Proposal& proposal,
                                   ConnectedContract& contract) {
  Gathered gathered;
  for (const std::string& path : options.signer_keys) {
    const Result<AccountKey> key = rewards::chain::read_account_key(path);
    if (!key) return fail(key.error());
    gathered.signatures.push_back(rewards::chain::sign_digest(*key, proposal.digest));
  }
  for (const std::string& text : options.signatures) {
    const Result<EvmSignature> signature = array_from_hex<65>(text);
    if (!signature) return fail(Errc::usage, "--signature: " + signature.error().detail);
    gathered.signatures.push_back(*signature);
  }
  for (const std::string& url : options.gather) ask_verifier(url, proposal, contract, gathered);
  return gathered;
}

void add_source_options(CLI::App& command, SubmitOptions& options) {
  add_node_options(command, options.node, true);
  command
      .add_option("--log", options.log,
                  "A verifier's URL, or a folder with epoch-N.artifact and "
                  "epoch-N.seal")
      ->type_name("URL|DIR")
      ->required();
}

}  // namespace earshot::cli
