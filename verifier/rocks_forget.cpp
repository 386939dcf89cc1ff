// What the store forgets when it is told to, and the room that comes back.
#include "verifier/rocks_impl.h"
#include "verifier/store_codec.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kFirstKeptKey = "first kept";

}  // namespace

Result<void> RocksStore::Impl::forget(rocksdb::WriteBatch& batch, const WriteSet& writes) const {
  for (const Hash256& report : writes.forgotten_reports) {
    database->erase_all(batch, Family::evidence, report);
    database->erase_all(batch, Family::mismatches, report);
  }
  for (const HeaderPlace& header : writes.forgotten_headers) {
    database->erase(batch, Family::headers, header.id);
    database->erase(batch, Family::sequences, sequence_key(header.signer, header.sequence).bytes());
  }
  for (const Hash256& id : writes.unindexed) {
    const Result<bool> is_there = has(Family::places, id);  // Few are, and a filter says so.
    if (!is_there) return fail(is_there.error());
    if (*is_there) database->erase(batch, Family::places, id);
  }
  if (!writes.first_kept) return {};
  const Bytes first = round_key(*writes.first_kept);
  database->erase_before(batch, Family::messages, first);
  database->put(batch, Family::meta, as_bytes(kFirstKeptKey), first);
  return {};
}

Result<void> RocksStore::Impl::load_first_kept() {
  const Result<std::optional<std::string>> stored =
      database->get(Family::meta, as_bytes(kFirstKeptKey));
  if (!stored) return fail(stored.error());
  if (!*stored) return {};
  if ((*stored)->size() != sizeof(Round)) {
    return fail(Errc::bad_data, "message store: a record is damaged");
  }
  first_kept = Reader(as_bytes(**stored)).get<Round>();
  return {};
}

std::uint64_t RocksStore::evidence_bytes() const {
  return impl_->database->size_of(Family::evidence);
}

Result<void> RocksStore::give_back_evidence() { return impl_->database->compact(Family::evidence); }

Round RocksStore::first_kept() const { return impl_->first_kept; }

Result<std::vector<StoredHeader>> RocksStore::headers_after(const std::optional<Hash256>& after,
                                                            std::size_t most) const {
  std::vector<StoredHeader> found;
  const auto visit = [&](ByteView key, ByteView value) -> Result<bool> {
    const Hash256 id = Reader(key).get_array<32>();
    if (after && id == *after) return true;
    Result<StoredHeader> header = decode_stored_header(id, value);
    if (!header) return fail(header.error());
    found.push_back(*header);
    return found.size() < most;
  };
  const ByteView first = after ? ByteView(*after) : ByteView{};
  if (Result<void> scanned = impl_->database->scan(Family::headers, first, {}, visit); !scanned) {
    return fail(scanned.error());
  }
  return found;
}

std::uint64_t RocksStore::message_bytes() const {
  std::uint64_t sum = 0;
  for (const Family family :
       {Family::headers, Family::sequences, Family::messages, Family::places}) {
    sum += impl_->database->size_of(family);
  }
  return sum;
}

std::uint64_t RocksStore::log_bytes() const {
  return impl_->database->size_of(Family::log) + impl_->database->size_of(Family::tiles);
}

Result<void> RocksStore::give_back_messages(std::atomic<bool>& stopping) {
  Result<void> done =
      impl_->database->compact_before(Family::messages, round_key(impl_->first_kept), stopping);
  for (const Family family : {Family::headers, Family::sequences, Family::places}) {
    if (!done || stopping) return done;
    done = impl_->database->compact(family, &stopping);
  }
  return done;
}

}  // namespace earshot::verifier
