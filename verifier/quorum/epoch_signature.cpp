#include "verifier/quorum/epoch_signature.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "rewards/amount.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;
using rewards::chain::Epoch;

std::string prefixed(ByteView bytes) { return "0x" + to_hex(bytes); }

// Takes members of one object and remembers the first that is missing or wrong.
class Members {
 public:
  Members(const Json& json, const std::string& name, std::size_t count) : json_(json) {
    if (!json.is_object() || json.size() != count) {
      problem_ = name + ": expected an object of " + std::to_string(count) + " members";
    }
  }

  void read(const char* key, std::uint64_t& value) {
    const std::string text = text_of(key);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
      complain(key, "a decimal string");
    }
  }
  void read(const char* key, Uint128& value) {
    const Result<Uint128> amount = rewards::amount128_from_decimal(text_of(key));
    amount ? void(value = *amount) : complain(key, "a decimal string");
  }
  template <std::size_t N>
  void read(const char* key, ByteArray<N>& value) {
    const Result<ByteArray<N>> bytes = array_from_hex<N>(text_of(key));
    bytes ? void(value = *bytes) : complain(key, "hex");
  }
  Result<void> finish() const {
    if (problem_.empty()) return {};
    return fail(Errc::bad_data, "epoch signature: " + problem_);
  }

 private:
  std::string text_of(const char* key) const {
    if (!json_.is_object() || !json_.contains(key) || !json_[key].is_string()) return "";
    return json_[key].get<std::string>();
  }
  void complain(const char* key, const char* expected) {
    if (problem_.empty()) problem_ = std::string(key) + ": expected " + expected;
  }

  const Json& json_;
  std::string problem_;
};

Json to_json(const Epoch& epoch) {
  return {{"epoch", std::to_string(epoch.epoch)},
          {"signer_set_version", std::to_string(epoch.signer_set_version)},
          {"previous_rewards_root", prefixed(epoch.previous_rewards_root)},
          {"rewards_root", prefixed(epoch.rewards_root)},
          {"cumulative_total", rewards::amount128_to_decimal(epoch.cumulative_total)},
          {"debits_root", prefixed(epoch.debits_root)},
          {"cumulative_data", rewards::amount128_to_decimal(epoch.cumulative_data)},
          {"artifact_hash", prefixed(epoch.artifact_hash)},
          {"log_size", std::to_string(epoch.log_size)},
          {"log_root", prefixed(epoch.log_root)}};
}

Result<Epoch> epoch_from_json(const Json& json) {
  Epoch epoch;
  Members members(json, "epoch", 10);
  members.read("epoch", epoch.epoch);
  members.read("signer_set_version", epoch.signer_set_version);
  members.read("previous_rewards_root", epoch.previous_rewards_root);
  members.read("rewards_root", epoch.rewards_root);
  members.read("cumulative_total", epoch.cumulative_total);
  members.read("debits_root", epoch.debits_root);
  members.read("cumulative_data", epoch.cumulative_data);
  members.read("artifact_hash", epoch.artifact_hash);
  members.read("log_size", epoch.log_size);
  members.read("log_root", epoch.log_root);
  if (Result<void> read = members.finish(); !read) return fail(read.error());
  return epoch;
}

}  // namespace

Result<EpochSignature> sign_epoch_for(const rewards::chain::ContractDomain& domain,
                                      const Epoch& epoch, rewards::chain::AccountSigner& signer) {
  const Result<EvmSignature> signature = signer.sign(domain, epoch);
  if (!signature) return fail(signature.error());
  return EpochSignature{domain, epoch, signer.address(), *signature};
}

bool is_genuine(const EpochSignature& signature) {
  const std::optional<EvmAddress> signer = rewards::chain::recover_signer(
      rewards::chain::epoch_digest(signature.domain, signature.epoch), signature.signature);
  return signer && *signer == signature.signer;
}

Json to_json(const EpochSignature& signature) {
  return {{"chain_id", std::to_string(signature.domain.chain_id)},
          {"contract", prefixed(signature.domain.contract)},
          {"epoch", to_json(signature.epoch)},
          {"signer", prefixed(signature.signer)},
          {"signature", prefixed(signature.signature)}};
}

Result<EpochSignature> epoch_signature_from_json(const Json& json) {
  EpochSignature signature;
  Members members(json, "signature", 5);
  members.read("chain_id", signature.domain.chain_id);
  members.read("contract", signature.domain.contract);
  members.read("signer", signature.signer);
  members.read("signature", signature.signature);
  if (Result<void> read = members.finish(); !read) return fail(read.error());
  Result<Epoch> epoch = epoch_from_json(json.contains("epoch") ? json["epoch"] : Json());
  if (!epoch) return fail(epoch.error());
  signature.epoch = *epoch;
  if (!is_genuine(signature)) {
    return fail(Errc::bad_signature, "epoch signature: not by " + prefixed(signature.signer));
  }
  return signature;
}

}  // namespace earshot::verifier
