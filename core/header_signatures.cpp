#include "core/header_signatures.h"

#include "core/ed25519_lanes.h"

namespace earshot {

std::vector<bool> are_signed_by_their_signers(NetworkId network,
                                              std::span<const SignedHeader> headers) {
  std::vector<Hash256> ids;
  ids.reserve(headers.size());
  for (const SignedHeader& header : headers) ids.push_back(header_id(network, header.header));
  std::vector<SignatureCheck> checks;
  checks.reserve(headers.size());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    checks.push_back({headers[i].header.signer, ids[i], headers[i].signature});
  }
  return verify_signatures(checks);
}

}  // namespace earshot
