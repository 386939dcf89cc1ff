// What `earshot channel` keeps on disk, and how it reaches a verifier.
#pragma once
#include <string>

#include "core/identity.h"
#include "rewards/channels/hash_chain.h"
#include "rewards/channels/ledger.h"

namespace earshot::cli {

// A payer's side of one channel: whoever reads it can spend what is left.
struct Purse {
  Hash256 channel{};  // The anchor's digest.
  Hash256 secret{};
  std::uint32_t units = 0;
  std::uint32_t paid = 0;
};
std::string purse_to_json(const Purse& purse);
// Errc::bad_data names the key and what is allowed.
Result<Purse> purse_from_json(const std::string& text);

// Errors name the file. A purse that others can read is Errc::permission; one that is there already
// is never overwritten (Errc::usage).
Result<Purse> read_purse(const std::string& path);
Result<void> create_purse(const std::string& path, const Purse& purse);
Result<void> write_purse(const std::string& path, const Purse& purse);
Result<rewards::channels::SignedAnchor> read_anchor(const std::string& path);
Result<rewards::channels::ChannelEnd> read_end(const std::string& path);
// Whole or not at all.
Result<void> write_bytes(const std::string& path, const Bytes& bytes);

// The verifier's answer. Errc::check_failed with its words when it refuses, Errc::unavailable when
// it does not answer.
Result<std::string> post_to_verifier(const std::string& url, const std::string& path,
                                     const Bytes& body);

}  // namespace earshot::cli
