// Ed25519 identities of hotspots and verifiers (libsodium).
#pragma once
#include "core/bytes.h"

namespace earshot {

using PublicKey = ByteArray<32>;
using Signature = ByteArray<64>;

// Seed is the RFC 8032 private key (32 bytes); the same seed gives the same keys.
struct SigningKey {
  ByteArray<32> seed{};
  PublicKey public_key{};
  ByteArray<64> secret{};  // libsodium's form: seed || public key.
};

SigningKey signing_key_from_seed(const ByteArray<32>& seed);
Signature sign(const SigningKey& key, ByteView message);
bool verify_signature(const PublicKey& key, ByteView message, const Signature& signature);
// Canonical, on the curve, in the prime-order subgroup and not the identity: what onboarding asks
// of a key, because libsodium's versions disagree on signatures under other points (DESIGN section
// 4).
bool is_valid_public_key(const PublicKey& key);

// Fills from the operating system; for keys only. Nothing in the decision path may call it.
ByteArray<32> random_seed();

// A key file: 64 hex digits of seed and a newline, mode 0600. Reading refuses files that others can
// read (Errc::permission), a wrong form (Errc::bad_data), a missing one (Errc::unavailable).
Result<SigningKey> read_key_file(const std::string& path);
// Creates; never overwrites (Errc::usage when it exists). Durable (fsync) on return.
Result<void> write_key_file(const std::string& path, const ByteArray<32>& seed);

}  // namespace earshot
