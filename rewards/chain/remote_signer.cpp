#include "rewards/chain/remote_signer.h"

#include <nlohmann/json.hpp>

#include "rewards/amount.h"

namespace earshot::rewards::chain {
namespace {

using nlohmann::ordered_json;

ordered_json members(std::initializer_list<std::pair<const char*, const char*>> list) {
  ordered_json out = ordered_json::array();
  for (const auto& [type, name] : list) out.push_back({{"name", name}, {"type", type}});
  return out;
}

std::string prefixed(ByteView bytes) { return "0x" + to_hex(bytes); }

// A document for this contract, of one type.
std::string document_of(const ContractDomain& domain, const char* type, const ordered_json& types,
                        const ordered_json& message) {
  const ordered_json document = {{"types",
                                  {{"EIP712Domain", members({{"string", "name"},
                                                             {"string", "version"},
                                                             {"uint256", "chainId"},
                                                             {"address", "verifyingContract"}})},
                                   {type, types}}},
                                 {"primaryType", type},
                                 {"domain",
                                  {{"name", "EarshotRewards"},
                                   {"version", "1"},
                                   {"chainId", domain.chain_id},
                                   {"verifyingContract", to_display(domain.contract)}}},
                                 {"message", message}};
  return document.dump();
}

}  // namespace

std::string typed_data_of(const ContractDomain& domain, const Epoch& epoch) {
  return document_of(domain, "Epoch",
                     members({{"uint64", "epoch"},
                              {"uint64", "signerSetVersion"},
                              {"bytes32", "prevRewardsRoot"},
                              {"bytes32", "rewardsRoot"},
                              {"uint128", "cumulativeTotal"},
                              {"bytes32", "debitsRoot"},
                              {"uint128", "cumulativeData"},
                              {"bytes32", "artifactHash"},
                              {"uint64", "logSize"},
                              {"bytes32", "logRoot"}}),
                     {{"epoch", std::to_string(epoch.epoch)},
                      {"signerSetVersion", std::to_string(epoch.signer_set_version)},
                      {"prevRewardsRoot", prefixed(epoch.previous_rewards_root)},
                      {"rewardsRoot", prefixed(epoch.rewards_root)},
                      {"cumulativeTotal", amount128_to_decimal(epoch.cumulative_total)},
                      {"debitsRoot", prefixed(epoch.debits_root)},
                      {"cumulativeData", amount128_to_decimal(epoch.cumulative_data)},
                      {"artifactHash", prefixed(epoch.artifact_hash)},
                      {"logSize", std::to_string(epoch.log_size)},
                      {"logRoot", prefixed(epoch.log_root)}});
}

std::string typed_data_of(const ContractDomain& domain, const channels::Anchor& anchor) {
  return document_of(domain, "Anchor",
                     members({{"address", "payer"},
                              {"bytes32", "hotspot"},
                              {"uint64", "epoch"},
                              {"uint64", "unitPrice"},
                              {"uint32", "maxUnits"},
                              {"bytes32", "tip"}}),
                     {{"payer", to_display(anchor.payer)},
                      {"hotspot", prefixed(anchor.hotspot)},
                      {"epoch", std::to_string(anchor.epoch)},
                      {"unitPrice", std::to_string(anchor.unit_price)},
                      {"maxUnits", std::to_string(anchor.max_units)},
                      {"tip", prefixed(anchor.tip)}});
}

std::string reservation_typed_data(const ContractDomain& domain, const Hash256& anchor) {
  return document_of(domain, "Reservation", members({{"bytes32", "anchor"}}),
                     {{"anchor", prefixed(anchor)}});
}

Result<EvmSignature> RemoteSigner::sign(const ContractDomain& domain, const Epoch& epoch) {
  return ask(typed_data_of(domain, epoch), epoch_digest(domain, epoch), "epoch");
}

Result<EvmSignature> RemoteSigner::sign(const ContractDomain& domain,
                                        const channels::Anchor& anchor) {
  return ask(typed_data_of(domain, anchor), anchor_digest(domain, anchor), "anchor");
}

Result<EvmSignature> RemoteSigner::sign_reservation(const ContractDomain& domain,
                                                    const Hash256& anchor) {
  return ask(reservation_typed_data(domain, anchor), reservation_digest(domain, anchor),
             "reservation");
}

Result<EvmSignature> RemoteSigner::ask(const std::string& document, const Hash256& digest,
                                       const std::string& what) {
  const Result<nlohmann::json> answer = rpc_.call_either(
      "eth_signTypedData_v4", "account_signTypedData",
      nlohmann::json::array({to_display(account_), nlohmann::json::parse(document)}));
  if (!answer) return fail(answer.error());
  Result<EvmSignature> signature = array_from_hex<65>(
      answer->is_string() ? answer->get_ref<const std::string&>() : std::string());
  if (!signature) {
    return fail(Errc::bad_data, "signer at " + rpc_.url() + " sent no signature of 65 bytes");
  }
  constexpr std::uint8_t kBase = 27;  // Given: some signers count v from 0.
  if (signature->back() < 2)
    signature->back() = static_cast<std::uint8_t>(signature->back() + kBase);
  if (recover_signer(digest, *signature) == account_) return signature;
  return fail(Errc::check_failed, "signer at " + rpc_.url() + " did not sign this " + what +
                                      " with " + to_display(account_));
}

}  // namespace earshot::rewards::chain
