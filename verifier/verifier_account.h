// The verifier's account on the chain, as the configuration names it. Pure but for reading the key
// file.
#pragma once
#include <memory>

#include "rewards/chain/account_signer.h"
#include "verifier/config.h"

namespace earshot::verifier {

// Signs with the key in the file, or asks the signer. `section`, for messages: "channels". A
// signer need not answer yet. Errc::configuration names the key that is wrong; a file's errors are
// those of read_account_key.
Result<std::shared_ptr<rewards::chain::AccountSigner>> open_account(const AccountConfig& account,
                                                                    const std::string& section,
                                                                    std::chrono::seconds timeout);

}  // namespace earshot::verifier
