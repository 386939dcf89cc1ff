// Which of many headers are signed by their signers (core/messages.h, is_signed_by_its_signer), all
// at once: several times faster than one after the other, with the same verdicts. Any thread.
#pragma once
#include <span>
#include <vector>

#include "core/messages.h"

namespace earshot {

// One verdict for each header, in order.
std::vector<bool> are_signed_by_their_signers(NetworkId network,
                                              std::span<const SignedHeader> headers);

}  // namespace earshot
