#include "core/owner_signature.h"

#include <cryptopp/keccak.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

namespace earshot {
namespace {

using Json = nlohmann::json;
using Word = ByteArray<32>;  // Of the EVM: big-endian.

constexpr std::string_view kDomainType = "EIP712Domain(string name,string version,uint256 chainId)";
constexpr std::string_view kName = "Earshot";
constexpr std::string_view kVersion = "1";

// Fields of the struct in their order: name and Solidity type.
constexpr std::pair<const char*, const char*> kFields[] = {
    {"hotspot", "bytes32"}, {"round", "uint64"},
    {"sequence", "uint64"}, {"vrfKey", "bytes32"},
    {"owner", "address"},   {"xMm", "int64"},
    {"yMm", "int64"},       {"zMm", "int64"},
    {"s2Cell", "uint64"},   {"antennaGainDdbi", "int16"},
    {"region", "uint16"},   {"transmits", "bool"},
    {"clock", "uint8"}};

std::string onboarding_type() {
  std::string text = "Onboarding(";
  for (const auto& [name, type] : kFields) {
    if (text.back() != '(') text += ',';
    text.append(type).append(" ").append(name);
  }
  return text + ")";
}

// Two's complement over the whole word.
template <std::integral T>
Word word_of(T value) {
  Word word{};
  const bool negative = std::is_signed_v<T> && value < T{};
  word.fill(negative ? 0xFF : 0);
  auto bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  if constexpr (std::is_unsigned_v<T>) bits = value;
  for (std::size_t i = 0; i < 8; ++i) word[31 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
  return word;
}

Word word_of(const EvmAddress& address) {
  Word word{};
  std::copy(address.begin(), address.end(), word.begin() + 12);
  return word;
}

Hash256 hash_words(std::initializer_list<Word> words) {
  Bytes bytes;
  for (const Word& word : words) bytes.insert(bytes.end(), word.begin(), word.end());
  return keccak256(bytes);
}

Hash256 hash_text(std::string_view text) { return keccak256(as_bytes(text)); }

const secp256k1_context* context() {
  struct Destroy {
    void operator()(secp256k1_context* made) const { secp256k1_context_destroy(made); }
  };
  static const std::unique_ptr<secp256k1_context, Destroy> made(
      secp256k1_context_create(SECP256K1_CONTEXT_VERIFY));
  return made.get();
}

bool has_low_s(const secp256k1_ecdsa_recoverable_signature& signature) {
  secp256k1_ecdsa_signature plain;
  secp256k1_ecdsa_recoverable_signature_convert(context(), &plain, &signature);
  return secp256k1_ecdsa_signature_normalize(context(), nullptr, &plain) == 0;
}

EvmAddress address_of(const secp256k1_pubkey& key) {
  ByteArray<65> bytes{};  // 0x04 || x || y
  std::size_t size = bytes.size();
  secp256k1_ec_pubkey_serialize(context(), bytes.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
  const Hash256 hash = keccak256(ByteView(bytes).subspan(1));
  EvmAddress address{};
  std::copy(hash.begin() + 12, hash.end(), address.begin());
  return address;
}

// Takes members of the message and remembers the first that is wrong.
class Members {
 public:
  explicit Members(const Json& message) : message_(message) {}

  // Numbers come as numbers or as decimal strings; wallets pass both.
  template <class T>
  T number(const char* name) {
    const Json& member = get(name);
    std::string text = member.is_string() ? member.get<std::string>() : member.dump();
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) note(name, "no such number");
    return value;
  }
  template <std::size_t N>
  ByteArray<N> bytes(const char* name) {
    const Json& member = get(name);
    const Result<ByteArray<N>> value =
        array_from_hex<N>(member.is_string() ? member.get<std::string>() : "");
    if (!value) note(name, value.error().detail);
    return value.value_or(ByteArray<N>{});
  }
  bool flag(const char* name) {
    const Json& member = get(name);
    if (!member.is_boolean()) note(name, "neither true nor false");
    return member.is_boolean() && member.get<bool>();
  }
  const Result<void>& outcome() const { return outcome_; }

 private:
  const Json& get(const char* name) {
    static const Json nothing;
    const auto found = message_.find(name);
    if (found != message_.end()) return *found;
    note(name, "missing");
    return nothing;
  }
  void note(const char* name, const std::string& what) {
    if (outcome_) outcome_ = fail(Errc::bad_data, "message." + std::string(name) + ": " + what);
  }

  const Json& message_;
  Result<void> outcome_;
};

}  // namespace

Hash256 keccak256(ByteView bytes) {
  Hash256 hash{};
  CryptoPP::Keccak_256 keccak;
  keccak.CalculateDigest(hash.data(), bytes.data(), bytes.size());
  return hash;
}

std::optional<EvmAddress> recover_evm_signer(const Hash256& digest, const EvmSignature& signature) {
  const int recovery = signature.back() - 27;  // Given: v of Ethereum's signatures.
  if (recovery != 0 && recovery != 1) return std::nullopt;
  secp256k1_ecdsa_recoverable_signature parsed;
  secp256k1_pubkey key;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(context(), &parsed, signature.data(),
                                                          recovery) == 0) {
    return std::nullopt;
  }
  if (!has_low_s(parsed)) return std::nullopt;
  if (secp256k1_ecdsa_recover(context(), &key, &parsed, digest.data()) == 0) return std::nullopt;
  return address_of(key);
}

Hash256 onboarding_digest(NetworkId network, const Onboarding& onboarding) {
  const Hash256 domain =
      hash_words({hash_text(kDomainType), hash_text(kName), hash_text(kVersion), word_of(network)});
  const Hash256 content =
      hash_words({hash_text(onboarding_type()), onboarding.hotspot, word_of(onboarding.round),
                  word_of(onboarding.sequence), onboarding.vrf_key, word_of(onboarding.owner),
                  word_of(onboarding.position.x_mm), word_of(onboarding.position.y_mm),
                  word_of(onboarding.position.z_mm), word_of(onboarding.s2_cell),
                  word_of(onboarding.antenna_gain_ddbi),
                  word_of(static_cast<std::uint16_t>(onboarding.region)),
                  word_of(std::uint8_t{onboarding.transmits}),
                  word_of(static_cast<std::uint8_t>(onboarding.clock))});
  Bytes bytes = {0x19, 0x01};
  bytes.insert(bytes.end(), domain.begin(), domain.end());
  bytes.insert(bytes.end(), content.begin(), content.end());
  return keccak256(bytes);
}

bool is_signed_by_owner(NetworkId network, const Onboarding& onboarding) {
  return recover_evm_signer(onboarding_digest(network, onboarding), onboarding.owner_signature) ==
         onboarding.owner;
}

Json onboarding_typed_data(NetworkId network, const Onboarding& onboarding) {
  Json fields = Json::array();
  for (const auto& [name, type] : kFields) fields.push_back({{"name", name}, {"type", type}});
  const Json domain_fields = {{{"name", "name"}, {"type", "string"}},
                              {{"name", "version"}, {"type", "string"}},
                              {{"name", "chainId"}, {"type", "uint256"}}};
  const auto hex = [](ByteView bytes) { return "0x" + to_hex(bytes); };
  const Json message = {{"hotspot", hex(onboarding.hotspot)},
                        {"round", std::to_string(onboarding.round)},
                        {"sequence", std::to_string(onboarding.sequence)},
                        {"vrfKey", hex(onboarding.vrf_key)},
                        {"owner", hex(onboarding.owner)},
                        {"xMm", std::to_string(onboarding.position.x_mm)},
                        {"yMm", std::to_string(onboarding.position.y_mm)},
                        {"zMm", std::to_string(onboarding.position.z_mm)},
                        {"s2Cell", std::to_string(onboarding.s2_cell)},
                        {"antennaGainDdbi", onboarding.antenna_gain_ddbi},
                        {"region", static_cast<std::uint16_t>(onboarding.region)},
                        {"transmits", onboarding.transmits},
                        {"clock", static_cast<std::uint8_t>(onboarding.clock)}};
  return {{"types", {{"EIP712Domain", domain_fields}, {"Onboarding", fields}}},
          {"primaryType", "Onboarding"},
          {"domain", {{"name", kName}, {"version", kVersion}, {"chainId", network}}},
          {"message", message}};
}

Result<Onboarding> onboarding_from_typed_data(const Json& data, NetworkId network) {
  if (!data.is_object() || !data.contains("message") || !data["message"].is_object()) {
    return fail(Errc::bad_data, "no typed data of an onboarding: \"message\" is missing");
  }
  Members members(data["message"]);
  Onboarding onboarding;
  onboarding.hotspot = members.bytes<32>("hotspot");
  onboarding.round = members.number<Round>("round");
  onboarding.sequence = members.number<std::uint64_t>("sequence");
  onboarding.vrf_key = members.bytes<32>("vrfKey");
  onboarding.owner = members.bytes<20>("owner");
  onboarding.position.x_mm = members.number<std::int64_t>("xMm");
  onboarding.position.y_mm = members.number<std::int64_t>("yMm");
  onboarding.position.z_mm = members.number<std::int64_t>("zMm");
  onboarding.s2_cell = members.number<std::uint64_t>("s2Cell");
  onboarding.antenna_gain_ddbi = members.number<std::int16_t>("antennaGainDdbi");
  onboarding.region = static_cast<RegionId>(members.number<std::uint16_t>("region"));
  onboarding.transmits = members.flag("transmits");
  onboarding.clock = static_cast<ClockClass>(members.number<std::uint8_t>("clock"));
  if (!members.outcome()) return fail(members.outcome().error());
  // What was signed is this, or it is something else in the same clothes.
  if (onboarding_typed_data(network, onboarding) != data) {
    return fail(Errc::bad_data, "the typed data is not that of an onboarding for network " +
                                    std::to_string(network));
  }
  return onboarding;
}

}  // namespace earshot
