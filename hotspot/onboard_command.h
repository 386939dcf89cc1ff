// Registration as its owner does it: a file for the wallet, then the wallet's signature, checked
// before anything is sent.
#pragma once
#include "hotspot/config.h"

namespace earshot::hotspot {

// What the owner's wallet signs (eth_signTypedData_v4), as JSON. Errc::configuration names what
// the configuration lacks; Errc::unavailable while a daemon uses the state directory.
Result<std::string> onboarding_file(const Config& config, const SigningKey& key);

// Queues the onboarding of `path` with the owner's signature (65 bytes of hex) and delivers it.
// Errc::bad_data when the file is not this hotspot's or was changed, Errc::bad_signature when
// somebody else signed; then nothing is queued. Errc::unavailable when it is queued and the
// verifier does not answer. A line for people.
Result<std::string> send_onboarding(const Config& config, const SigningKey& key,
                                    const std::string& path, const std::string& signature);

}  // namespace earshot::hotspot
