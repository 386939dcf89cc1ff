// Which epochs' roots have matured on chain: claims are made against them, and nothing can be
// proven against them any more.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/messages.h"

namespace earshot::verifier {

// Asks the node at every call; nothing before the first root matured. One thread at a time.
// Errc::unavailable when the node does not answer, Errc::configuration when URL or address is none.
std::function<Result<std::optional<std::uint64_t>>()> matured_epochs(const std::string& rpc_url,
                                                                     NetworkId network,
                                                                     const std::string& contract,
                                                                     std::chrono::seconds timeout);

}  // namespace earshot::verifier
