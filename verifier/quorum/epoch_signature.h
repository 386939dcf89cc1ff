// What a verifier signed for the chain, as JSON: the contract, the epoch's struct, the signature.
// Pure functions, any thread.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "rewards/chain/account_signer.h"

namespace earshot::verifier {

struct EpochSignature {
  rewards::chain::ContractDomain domain;
  rewards::chain::Epoch epoch;
  EvmAddress signer{};
  EvmSignature signature{};
  bool operator==(const EpochSignature&) const = default;
};

// Errors are the signer's.
Result<EpochSignature> sign_epoch_for(const rewards::chain::ContractDomain& domain,
                                      const rewards::chain::Epoch& epoch,
                                      rewards::chain::AccountSigner& signer);
// By its signer over this very struct.
bool is_genuine(const EpochSignature& signature);

nlohmann::json to_json(const EpochSignature& signature);
// Errc::bad_data names the key; Errc::bad_signature when it is not genuine.
Result<EpochSignature> epoch_signature_from_json(const nlohmann::json& json);

}  // namespace earshot::verifier
