#include "rewards/channels/anchor.h"

#include <algorithm>

#include "core/hash.h"

namespace earshot::rewards::channels {
namespace {

constexpr std::string_view kAnchorMagic = "ERAN";
constexpr std::string_view kEndMagic = "ERCE";
constexpr std::uint16_t kVersion = 1;

Result<void> check_head(Reader& in, std::string_view magic, const std::string& what) {
  const ByteView found = in.get_bytes(magic.size());
  const auto version = in.get<std::uint16_t>();
  if (!in.failed() && std::ranges::equal(found, as_bytes(magic)) && version == kVersion) return {};
  return fail(Errc::bad_data, what + ": does not begin with " + std::string(magic) + ", version 1");
}

void put_head(Writer& out, std::string_view magic) {
  out.put(as_bytes(magic));
  out.put(kVersion);
}

}  // namespace

Result<void> check_anchor(const Anchor& anchor) {
  if (anchor.unit_price == 0) {
    return fail(Errc::bad_data, "anchor: unit price is 0, allowed: 1 and more");
  }
  if (anchor.max_units >= 1 && anchor.max_units <= kMaxUnits) return {};
  return fail(Errc::bad_data, "anchor: most units are " + std::to_string(anchor.max_units) +
                                  ", allowed: 1 to " + std::to_string(kMaxUnits));
}

Bytes encode(const SignedAnchor& opening) {
  const Anchor& anchor = opening.anchor;
  Writer out;
  put_head(out, kAnchorMagic);
  out.put(anchor.payer);
  out.put(anchor.hotspot);
  out.put(anchor.epoch);
  out.put(anchor.unit_price);
  out.put(anchor.max_units);
  out.put(anchor.tip);
  out.put(opening.payer_signature);
  out.put(static_cast<std::uint8_t>(opening.reservations.size()));
  for (const EvmSignature& signature : opening.reservations) out.put(signature);
  return std::move(out).take();
}

Result<SignedAnchor> decode_anchor(ByteView bytes) {
  Reader in(bytes);
  if (Result<void> head = check_head(in, kAnchorMagic, "anchor"); !head) return fail(head.error());
  SignedAnchor opening;
  Anchor& anchor = opening.anchor;
  anchor.payer = in.get_array<20>();
  anchor.hotspot = in.get_array<32>();
  anchor.epoch = in.get<std::uint64_t>();
  anchor.unit_price = in.get<std::uint64_t>();
  anchor.max_units = in.get<std::uint32_t>();
  anchor.tip = in.get_array<32>();
  opening.payer_signature = in.get_array<65>();
  const std::size_t count = in.get<std::uint8_t>();
  if (count > kMaxReservations) {
    return fail(Errc::bad_data, "anchor: " + std::to_string(count) +
                                    " reservations, allowed: 0 to " +
                                    std::to_string(kMaxReservations));
  }
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    opening.reservations.push_back(in.get_array<65>());
  }
  if (Result<void> end = in.finish("anchor"); !end) return fail(end.error());
  if (Result<void> ok = check_anchor(anchor); !ok) return fail(ok.error());
  return opening;
}

Bytes encode(const ChannelEnd& end) {
  Writer out;
  put_head(out, kEndMagic);
  out.put(end.units);
  out.put(end.preimage);
  out.put(encode(end.opening));
  return std::move(out).take();
}

Result<ChannelEnd> decode_channel_end(ByteView bytes) {
  Reader in(bytes);
  if (Result<void> head = check_head(in, kEndMagic, "channel end"); !head) {
    return fail(head.error());
  }
  ChannelEnd end;
  end.units = in.get<std::uint32_t>();
  end.preimage = in.get_array<32>();
  if (in.failed()) return fail(Errc::bad_data, "channel end: is cut short");
  Result<SignedAnchor> opening = decode_anchor(in.get_bytes(in.left()));
  if (!opening) return fail(opening.error());
  if (end.units == 0 || end.units > opening->anchor.max_units) {
    return fail(Errc::bad_data, "channel end: units are " + std::to_string(end.units) +
                                    ", allowed: 1 to " + std::to_string(opening->anchor.max_units));
  }
  end.opening = std::move(*opening);
  return end;
}

Hash256 hash_steps(Hash256 word, std::uint32_t steps) {
  for (; steps > 0; --steps) word = sha256(word);
  return word;
}

}  // namespace earshot::rewards::channels
