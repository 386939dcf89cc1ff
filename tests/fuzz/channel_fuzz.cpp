// links: core rewards
// Anchors, channel ends, vouchers and books from strangers: refused, or written back as they came;
// and a voucher of any content never pays what no preimage shows.
#include <cassert>

#include "rewards/channels/ledger.h"
#include "rewards/channels/settlement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  using namespace earshot::rewards;
  const ByteView bytes(data, size);
  const auto same = [&bytes](const Bytes& again) {
    assert(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  };
  if (const auto opening = channels::decode_anchor(bytes)) same(channels::encode(*opening));
  if (const auto end = channels::decode_channel_end(bytes)) {
    same(channels::encode(*end));
    channels::Book book{.contract = {}, .verifiers = {}, .deposits = {}, .ends = {*end}};
    const std::vector<Standing> standings = {{end->opening.anchor.hotspot, {}, Tier::located}};
    const auto settled =
        channels::settle_channels(book, 1, end->opening.anchor.epoch, standings, {});
    // Nobody deposited anything.
    if (settled) assert(settled->data.empty());
  }
  if (const auto book = channels::decode_book(bytes)) {
    same(channels::encode(*book));
    static_cast<void>(channels::settle_channels(*book, 1, 1, {}, {}));
  }
  if (const auto voucher = channels::decode_voucher(bytes)) {
    same(channels::encode(*voucher));
    channels::Ledger ledger(1, 7);
    const channels::Anchor anchor{.unit_price = 1, .max_units = 100, .tip = Hash256{1}};
    assert(ledger.open(voucher->channel, anchor));
    assert(ledger.take(*voucher) != channels::Receipt::accepted);
  }
  return 0;
}
