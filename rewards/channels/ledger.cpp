#include "rewards/channels/ledger.h"

#include <bit>

#include "core/hash.h"

namespace earshot::rewards::channels {

Bytes encode(const Voucher& voucher) {
  Writer out;
  out.put(voucher.channel);
  out.put(voucher.units);
  out.put(voucher.preimage);
  return std::move(out).take();
}

Result<Voucher> decode_voucher(ByteView bytes) {
  Reader in(bytes);
  Voucher voucher;
  voucher.channel = in.get<std::uint64_t>();
  voucher.units = in.get<std::uint32_t>();
  voucher.preimage = in.get_array<32>();
  if (Result<void> end = in.finish("voucher"); !end) return fail(end.error());
  return voucher;
}

std::uint64_t channel_number(const Hash256& anchor_digest) {
  Reader in(anchor_digest);
  return in.get<std::uint64_t>();
}

std::string_view receipt_name(Receipt receipt) {
  switch (receipt) {
    case Receipt::accepted:
      return "accepted";
    case Receipt::unknown_channel:
      return "unknown_channel";
    case Receipt::stale:
      return "stale";
    case Receipt::too_many:
      return "too_many";
    case Receipt::too_far:
      return "too_far";
    case Receipt::wrong_preimage:
      return "wrong_preimage";
  }
  return "";
}

Ledger::Ledger(std::size_t channels, std::uint64_t salt)
    : slots_(std::bit_ceil(channels + 1) * 2), salt_(salt | 1), room_(channels) {}

// Where the channel is, or the free slot where it would be: at most half of them are taken.
std::size_t Ledger::slot_of(std::uint64_t channel) const {
  const std::size_t mask = slots_.size() - 1;
  // The upper bits of the product depend on every bit of the id.
  std::size_t at = static_cast<std::size_t>((channel * salt_) >> 32) & mask;
  while (slots_[at].max_units != 0 && slots_[at].channel != channel) at = (at + 1) & mask;
  return at;
}

bool Ledger::open(std::uint64_t channel, const Anchor& anchor) {
  Slot& slot = slots_[slot_of(channel)];
  if (room_ == 0 || slot.max_units != 0) return false;
  --room_;
  slot = {channel, {0, anchor.tip}, anchor.max_units};
  return true;
}

Receipt Ledger::judge(const Voucher& voucher, std::uint64_t channel, const State& state,
                      std::uint32_t max_units) {
  if (voucher.channel != channel || max_units == 0) return Receipt::unknown_channel;
  if (voucher.units <= state.units) return Receipt::stale;
  if (voucher.units > max_units) return Receipt::too_many;
  const std::uint32_t steps = voucher.units - state.units;
  if (steps > kMaxSkip) return Receipt::too_far;
  const bool pays = hash_steps(voucher.preimage, steps) == state.preimage;
  return pays ? Receipt::accepted : Receipt::wrong_preimage;
}

Receipt Ledger::take(const Voucher& voucher) {
  Slot& slot = slots_[slot_of(voucher.channel)];
  const Receipt receipt = judge(voucher, slot.channel, slot.state, slot.max_units);
  if (receipt == Receipt::accepted) slot.state = {voucher.units, voucher.preimage};
  return receipt;
}

std::optional<Ledger::State> Ledger::state(std::uint64_t channel) const {
  const Slot& slot = slots_[slot_of(channel)];
  if (slot.max_units == 0) return std::nullopt;
  return slot.state;
}

}  // namespace earshot::rewards::channels
