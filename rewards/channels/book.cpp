// Bytes of a book: "ERBK" | u16 version | contract 20 | u64 block | u32 reservations needed |
// verifiers | deposits | ends, with a u32 count before each list and a u32 size before each end.
#include <algorithm>
#include <map>

#include "rewards/amount.h"
#include "rewards/chain/eip712.h"
#include "rewards/channels/settlement.h"

namespace earshot::rewards::channels {
namespace {

constexpr std::string_view kMagic = "ERBK";
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kAddressBytes = 20;
constexpr std::size_t kDepositBytes = 20 + 16;

Error bad(const std::string& what) { return {Errc::bad_data, "channels: " + what}; }

// A count whose items, of `bytes` each at least, the input can hold.
Result<std::uint32_t> get_count(Reader& in, std::size_t bytes, const std::string& what) {
  const auto count = in.get<std::uint32_t>();
  if (in.failed() || in.left() / bytes < count) return fail(bad("too few bytes of " + what));
  return count;
}

Result<void> get_accounts(Reader& in, Book& book) {
  const Result<std::uint32_t> verifiers = get_count(in, kAddressBytes, "verifiers");
  if (!verifiers) return fail(verifiers.error());
  for (std::uint32_t i = 0; i < *verifiers; ++i) book.verifiers.push_back(in.get_array<20>());
  const Result<std::uint32_t> deposits = get_count(in, kDepositBytes, "deposits");
  if (!deposits) return fail(deposits.error());
  for (std::uint32_t i = 0; i < *deposits; ++i) {
    const EvmAddress payer = in.get_array<20>();
    book.deposits.push_back({payer, get128(in)});
  }
  return {};
}

bool is_right(const ChannelEnd& end) {
  return hash_steps(end.preimage, end.units) == end.opening.anchor.tip;
}

}  // namespace

void canonicalize(Book& book, NetworkId network) {
  std::ranges::sort(book.verifiers);
  std::ranges::sort(book.deposits, std::less{}, &AccountTotal::account);
  const chain::ContractDomain domain{network, book.contract};
  std::map<Hash256, ChannelEnd> ends;
  for (ChannelEnd& end : book.ends) {
    ChannelEnd& kept = ends[chain::anchor_digest(domain, end.opening.anchor)];
    // Whoever sends more units with a wrong preimage must not push out what is right: of ends that
    // are right, the one that pays more.
    const bool is_more = end.units > kept.units;
    if (kept.units == 0 || (is_right(end) && (is_more || !is_right(kept)))) kept = std::move(end);
  }
  book.ends.clear();
  for (auto& [digest, end] : ends) book.ends.push_back(std::move(end));
}

Bytes encode(const Book& book) {
  Writer out;
  out.put(as_bytes(kMagic));
  out.put(kVersion);
  out.put(book.contract);
  out.put(book.deposit_block);
  out.put(book.reservations_needed);
  out.put(static_cast<std::uint32_t>(book.verifiers.size()));
  for (const EvmAddress& verifier : book.verifiers) out.put(verifier);
  out.put(static_cast<std::uint32_t>(book.deposits.size()));
  for (const AccountTotal& deposit : book.deposits) {
    out.put(deposit.account);
    put128(out, deposit.cumulative);
  }
  out.put(static_cast<std::uint32_t>(book.ends.size()));
  for (const ChannelEnd& end : book.ends) {
    const Bytes bytes = encode(end);
    out.put(static_cast<std::uint32_t>(bytes.size()));
    out.put(bytes);
  }
  return std::move(out).take();
}

Result<Book> decode_book(ByteView bytes) {
  Reader in(bytes);
  const ByteView magic = in.get_bytes(kMagic.size());
  const auto version = in.get<std::uint16_t>();
  if (in.failed() || !std::ranges::equal(magic, as_bytes(kMagic)) || version != kVersion) {
    return fail(bad("do not begin with ERBK, version 1"));
  }
  Book book;
  book.contract = in.get_array<20>();
  book.deposit_block = in.get<std::uint64_t>();
  book.reservations_needed = in.get<std::uint32_t>();
  if (Result<void> accounts = get_accounts(in, book); !accounts) return fail(accounts.error());
  const Result<std::uint32_t> ends = get_count(in, sizeof(std::uint32_t), "ends");
  if (!ends) return fail(ends.error());
  for (std::uint32_t i = 0; i < *ends; ++i) {
    const auto size = in.get<std::uint32_t>();
    const ByteView one = in.get_bytes(size);
    if (in.failed()) return fail(bad("are cut short"));
    Result<ChannelEnd> end = decode_channel_end(one);
    if (!end) return fail(end.error());
    book.ends.push_back(std::move(*end));
  }
  if (Result<void> whole = in.finish("channels"); !whole) return fail(whole.error());
  return book;
}

}  // namespace earshot::rewards::channels
