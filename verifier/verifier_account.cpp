#include "verifier/verifier_account.h"

namespace earshot::verifier {

using rewards::chain::AccountSigner;

Result<std::shared_ptr<AccountSigner>> open_account(const AccountConfig& account,
                                                    const std::string& section,
                                                    std::chrono::seconds timeout) {
  if (account.signer_url.empty()) {
    const auto key = rewards::chain::read_account_key(account.key_file);
    if (!key) return fail(key.error().code, section + ".key_file: " + key.error().detail);
    return std::make_shared<AccountSigner>(*key);
  }
  const auto endpoint = rewards::chain::parse_endpoint(account.signer_url);
  if (!endpoint) {
    return fail(Errc::configuration, section + ".signer_url: " + endpoint.error().detail);
  }
  const auto address = rewards::chain::parse_address(account.signer_account);
  if (!address) {
    return fail(Errc::configuration, section + ".signer_account: " + address.error().detail);
  }
  return std::make_shared<AccountSigner>(
      rewards::chain::RemoteSigner(rewards::chain::JsonRpc(*endpoint, timeout), *address));
}

}  // namespace earshot::verifier
