// tests/vectors/evm.json: what an independent Ethereum client makes of inputs that a test builds
// too.
#pragma once
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/bytes.h"

namespace earshot::rewards::chain {

inline const nlohmann::json& evm_vectors() {
  static const nlohmann::json kVectors = nlohmann::json::parse(
      std::ifstream(std::string(EARSHOT_SOURCE_DIR) + "/tests/vectors/evm.json"));
  return kVectors;
}

// The client's output for the case `name`.
inline std::string evm_vector(const std::string& name) {
  return evm_vectors().at("cases").at(name).at("output").get<std::string>();
}

template <class Range>
std::string prefixed_hex(const Range& bytes) {
  return "0x" + to_hex(ByteView(bytes));
}

template <std::size_t N>
ByteArray<N> filled(std::uint8_t byte) {
  ByteArray<N> out{};
  out.fill(byte);
  return out;
}

// The private key that the vectors' signatures are made with: the first development account of
// every Ethereum toolchain, public and worthless.
inline ByteArray<32> evm_vector_secret() {
  return *array_from_hex<32>("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
}
inline constexpr const char* kEvmVectorAccount = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
inline constexpr const char* kEvmVectorOther = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

}  // namespace earshot::rewards::chain
