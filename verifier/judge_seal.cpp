// Bytes of the seal: "ESEA" | u16 version | every member of Seal in its order, big-endian.
#include <algorithm>

#include "verifier/judge.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kMagic = "ESEA";
constexpr std::uint16_t kVersion = 2;

}  // namespace

Bytes encode(const Seal& seal) {
  Writer out;
  out.put(as_bytes(kMagic));
  out.put(kVersion);
  out.put(seal.network);
  out.put(seal.epoch);
  out.put(seal.previous_seal);
  out.put(seal.entropy_root);
  out.put(seal.registry_root);
  out.put(seal.message_root);
  out.put(seal.message_count);
  out.put(seal.audit_root);
  out.put(seal.trust_root);
  out.put(seal.channel_root);
  out.put(seal.deposit_block);
  out.put(seal.policy);
  out.put(seal.artifact);
  out.put(seal.rewards_root);
  out.put(seal.previous_artifact);
  out.put(seal.log_size);
  out.put(seal.log_root);
  out.put(seal.history);
  return std::move(out).take();
}

Result<Seal> decode_seal(ByteView bytes) {
  Reader in(bytes);
  const ByteView magic = in.get_bytes(kMagic.size());
  const auto version = in.get<std::uint16_t>();
  if (in.failed() || !std::ranges::equal(magic, as_bytes(kMagic)) || version != kVersion) {
    return fail(Errc::bad_data, "seal: does not begin with ESEA, version 2");
  }
  Seal seal;
  seal.network = in.get<NetworkId>();
  seal.epoch = in.get<std::uint64_t>();
  seal.previous_seal = in.get_array<32>();
  seal.entropy_root = in.get_array<32>();
  seal.registry_root = in.get_array<32>();
  seal.message_root = in.get_array<32>();
  seal.message_count = in.get<std::uint64_t>();
  seal.audit_root = in.get_array<32>();
  seal.trust_root = in.get_array<32>();
  seal.channel_root = in.get_array<32>();
  seal.deposit_block = in.get<std::uint64_t>();
  seal.policy = in.get_array<32>();
  seal.artifact = in.get_array<32>();
  seal.rewards_root = in.get_array<32>();
  seal.previous_artifact = in.get_array<32>();
  seal.log_size = in.get<std::uint64_t>();
  seal.log_root = in.get_array<32>();
  seal.history = in.get_array<32>();
  if (Result<void> end = in.finish("seal"); !end) return fail(end.error());
  return seal;
}

Hash256 seal_hash(const Seal& seal) { return message_id("seal", seal.network, encode(seal)); }

}  // namespace earshot::verifier
