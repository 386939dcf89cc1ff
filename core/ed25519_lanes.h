// Many Ed25519 signatures at once, each with its own verdict.
//
// Independent verifiers must agree on every signature, so the verdict is exactly that of libsodium
// 1.0.18's crypto_sign_verify_detached (core/identity.h, verify_signature): S below L; R and A none
// of the encodings of small-order points; A canonical and on the curve; [S]B - [h]A encodes to R's
// bytes. Eight signatures are checked side by side, one in each lane of an AVX-512 IFMA vector: the
// same equation as one at a time. No random linear combination of signatures is: those accept what
// a single check refuses. Where the CPU has no IFMA, and for a few left over, libsodium does it.
//
// Any thread.
#pragma once
#include <span>
#include <vector>

#include "core/identity.h"

namespace earshot {

struct SignatureCheck {
  PublicKey key{};
  ByteView message;  // Valid during the call.
  Signature signature{};
};

enum class SignatureEngine : std::uint8_t { libsodium, avx512_ifma };
// The fastest that this machine has.
SignatureEngine signature_engine();
std::string_view engine_name(SignatureEngine engine);

// One verdict for each check, in order. Precondition: the machine has the engine.
std::vector<bool> verify_signatures(std::span<const SignatureCheck> checks,
                                    SignatureEngine engine = signature_engine());

}  // namespace earshot
