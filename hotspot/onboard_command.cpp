#include "hotspot/onboard_command.h"

#include <nlohmann/json.hpp>

#include "core/files.h"
#include "core/owner_signature.h"
#include "hotspot/hotspot.h"
#include "hotspot/http_transport.h"

namespace earshot::hotspot {
namespace {

const SystemClock& wall_clock() {
  static const SystemClock clock;
  return clock;
}

Result<Hotspot> open_state(const Config& config, const SigningKey& key, Transport& transport) {
  return Hotspot::open(identity_from_seed(key.seed), config.settings, config.state_directory,
                       transport, wall_clock());
}

Result<HttpTransport> way_to_verifier(const Config& config) {
  const Result<Url> url = parse_url(config.verifier_url);
  if (!url) return fail(url.error());
  return HttpTransport(*url, config.timeout_seconds);
}

Result<Onboarding> signed_onboarding(const Config& config, const SigningKey& key,
                                     const std::string& path, const std::string& signature) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  const nlohmann::json data = nlohmann::json::parse(*text, nullptr, false);
  Result<Onboarding> onboarding = onboarding_from_typed_data(data, config.settings.network);
  if (!onboarding) return fail(Errc::bad_data, path + ": " + onboarding.error().detail);
  if (onboarding->hotspot != key.public_key) {
    return fail(Errc::bad_data, path + ": is of hotspot " + to_hex(onboarding->hotspot) +
                                    ", this one is " + to_hex(key.public_key));
  }
  const Result<EvmSignature> bytes = array_from_hex<65>(signature);
  if (!bytes) return fail(Errc::usage, "signature: " + bytes.error().detail);
  onboarding->owner_signature = *bytes;
  // Some wallets count v from 0.
  if (onboarding->owner_signature.back() < 2) onboarding->owner_signature.back() += 27;
  if (is_signed_by_owner(config.settings.network, *onboarding)) return onboarding;
  const auto signer =
      recover_evm_signer(onboarding_digest(config.settings.network, *onboarding), *bytes);
  return fail(Errc::bad_signature, "signature: " + (signer ? "by 0x" + to_hex(*signer) : "void") +
                                       ", the owner is 0x" + to_hex(onboarding->owner));
}

}  // namespace

Result<std::string> onboarding_file(const Config& config, const SigningKey& key) {
  Result<HttpTransport> transport = way_to_verifier(config);
  if (!transport) return fail(transport.error());
  const Result<Hotspot> hotspot = open_state(config, key, *transport);
  if (!hotspot) return fail(hotspot.error());
  const Result<Onboarding> onboarding = hotspot->build_onboarding();
  if (!onboarding) return fail(onboarding.error());
  return onboarding_typed_data(config.settings.network, *onboarding).dump(2) + "\n";
}

Result<std::string> send_onboarding(const Config& config, const SigningKey& key,
                                    const std::string& path, const std::string& signature) {
  const Result<Onboarding> onboarding = signed_onboarding(config, key, path, signature);
  if (!onboarding) return fail(onboarding.error());
  Result<HttpTransport> transport = way_to_verifier(config);
  if (!transport) return fail(transport.error());
  Result<Hotspot> hotspot = open_state(config, key, *transport);
  if (!hotspot) return fail(hotspot.error());
  if (Result<void> queued = hotspot->onboard(*onboarding); !queued) return fail(queued.error());
  const Result<Delivery> delivery = hotspot->deliver();
  if (!delivery) return fail(delivery.error());
  if (!delivery->refused.empty()) {
    const Refusal& refusal = delivery->refused.front();
    return fail(Errc::check_failed, "refused: " + refusal.what + ": " +
                                        std::to_string(refusal.status) + " " + refusal.detail);
  }
  if (!delivery->failed.empty()) {
    return fail(Errc::unavailable,
                "queued, and sent when the daemon runs: " + delivery->failed.front());
  }
  return "onboarding " + std::to_string(onboarding->sequence) + " of hotspot " +
         to_hex(onboarding->hotspot) + " was taken";
}

}  // namespace earshot::hotspot
