// What the files of a record share: the order of its messages, and reading one. Included by them
// only.
#pragma once
#include <tuple>

#include "verifier/record.h"

namespace earshot::verifier {

// What orders messages; onboardings use (hotspot, sequence, id), the others (round, type, id).
using MessageOrder = std::tuple<Round, MessageType, Hash256>;
using OnboardingOrder = std::tuple<PublicKey, std::uint64_t, Hash256>;

inline MessageOrder message_order(NetworkId network, const LoggedMessage& logged) {
  return {round_of(logged.message), type_of(logged.message), message_id(network, logged.message)};
}
inline OnboardingOrder onboarding_order(NetworkId network, const LoggedMessage& logged) {
  const auto* onboarding = std::get_if<Onboarding>(&logged.message);
  return {signer_of(logged.message), onboarding != nullptr ? onboarding->sequence : 0,
          message_id(network, logged.message)};
}

// From the middle of something.
Result<LoggedMessage> get_logged(Reader& in);

}  // namespace earshot::verifier
