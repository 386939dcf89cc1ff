#include "verifier/rocks_store.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <tuple>

#include "core/merkle.h"
#include "verifier/rocks_impl.h"
#include "verifier/store_codec.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kFrontierKey = "frontier";
// Chosen: bounds what is read for one entry, and is more than most groups of requests write.
constexpr std::size_t kMaxChunkEntries = 1024;

Bytes chunk_key(const Hash256& report, std::uint32_t index) {
  Writer out;
  out.put(report);
  out.put(index);
  return std::move(out).take();
}
Hash256 hash_of(ByteView bytes) { return Reader(bytes).get_array<32>(); }
Error damaged_store() { return {Errc::bad_data, "message store: a record is damaged"}; }

}  // namespace

void RocksStore::Impl::put_all(rocksdb::WriteBatch& batch, const WriteSet& writes) const {
  Bytes value;
  for (const StoredHeader& header : writes.headers) {
    const BatchHeader& fields = header.header.header;
    value.clear();
    append_stored(value, header);
    database->put(batch, Family::headers, header.id, value);
    database->put(batch, Family::sequences, sequence_key(fields.signer, fields.sequence).bytes(),
                  header.id);
  }
  // The messages that are first of their statements come in the same order as these.
  auto first = writes.statements.begin();
  for (const StoredMessage& message : writes.messages) {
    const bool onboards = std::holds_alternative<Onboarding>(message.message);
    StatementPlace place = statement_place(message.message);
    if (first != writes.statements.end() && first->second == message.id) {
      ++first;
    } else {  // It contradicts another.
      place.put(message.id);
    }
    value.assign(message.id.begin(), message.id.end());
    append_stored(value, message);
    database->put(batch, onboards ? Family::onboardings : Family::messages, place.bytes(), value);
    if (onboards) database->put(batch, Family::places, message.id, place.bytes());
  }
  for (const Equivocation& equivocation : writes.equivocations) {
    database->put(batch, Family::equivocations, equivocation.second, encode_stored(equivocation));
  }
  for (const StoredChunk& stored : writes.chunks) {
    database->put(batch, Family::evidence, chunk_key(stored.report, stored.chunk.index),
                  encode(std::span(&stored.chunk, 1)));
  }
  for (const Hash256& report : writes.mismatched_reports)
    database->put(batch, Family::mismatches, report, {});
}

// Under its statement is the message itself, or one that it contradicts: then it is behind that.
Result<void> RocksStore::Impl::put_index(rocksdb::WriteBatch& batch,
                                         const IndexedMessage& indexed) const {
  StatementPlace place = statement_place(indexed.message);
  const Result<std::optional<Hash256>> first = get_hash(Family::messages, place.bytes());
  if (!first) return fail(first.error());
  if (!*first) return {};
  if (**first != indexed.id) {
    place.put(indexed.id);
    const Result<bool> is_held = has(Family::messages, place.bytes());
    if (!is_held) return fail(is_held.error());
    if (!*is_held) return {};
  }
  database->put(batch, Family::places, indexed.id, place.bytes());
  return {};
}

Result<void> RocksStore::Impl::load_edge() {
  const Result<std::optional<std::string>> stored =
      database->get(Family::meta, as_bytes(kFrontierKey));
  if (!stored) return fail(stored.error());
  if (!*stored) return {};
  Result<LogFrontier> read = LogFrontier::decode(as_bytes(**stored));
  if (!read) return fail(read.error());
  const auto stored_hash = [this](int level, std::uint64_t index) -> Result<Hash256> {
    const Result<std::vector<Hash256>> found = hashes(level, index, index + 1);
    if (!found) return fail(found.error());
    if (found->empty()) return fail(Errc::bad_data, "message store: a hash of the log is missing");
    return found->front();
  };
  Result<TileWriter> tiles = TileWriter::resume(read->size(), stored_hash);
  if (!tiles) return fail(tiles.error());
  const std::lock_guard lock(mutex);
  edge = {std::move(*read), std::move(*tiles)};
  return {};
}

// After a failed write the database is opened anew. What was being written then may be there whole
// although nobody was told so: the log goes on after it.
Result<void> RocksStore::Impl::make_ready() {
  if (!database->has_failed()) return {};
  if (Result<void> reopened = database->reopen(); !reopened) return reopened;
  if (Result<void> loaded = load_first_kept(); !loaded) return loaded;
  return load_edge();
}

void RocksStore::Impl::tell(const Result<LogEdge>& written) {
  const bool was_down = is_down.exchange(!written);
  if (log == nullptr || was_down == is_down) return;
  if (is_down) {
    log->error("{}; nothing is taken until it can be written", written.error().detail);
  } else {
    log->info("message store: works again");
  }
}

Result<RocksStore::Impl::LogEdge> RocksStore::Impl::write(const std::vector<Waiting*>& group) {
  if (Result<void> ready = make_ready(); !ready) return fail(ready.error());
  LogEdge grown = [this] {
    const std::lock_guard lock(mutex);
    return edge;
  }();
  rocksdb::WriteBatch batch;
  const auto keep_tile = [&](int level, std::uint64_t index, const Hash256& hash) {
    database->put(batch, Family::tiles, tile_key(level, index), hash);
  };
  Bytes chunk;
  std::uint64_t chunk_first = grown.frontier.size();
  const auto put_chunk = [&] {
    if (!chunk.empty()) database->put(batch, Family::log, round_key(chunk_first), chunk);
    chunk.clear();
    chunk_first = grown.frontier.size();
  };
  for (const Waiting* waiting : group) {
    // A header may take the place of one that is forgotten with it.
    if (Result<void> gone = forget(batch, *waiting->writes); !gone) return fail(gone.error());
    put_all(batch, *waiting->writes);
    for (const IndexedMessage& indexed : waiting->writes->indexed) {
      if (Result<void> put = put_index(batch, indexed); !put) return fail(put.error());
    }
    for (const LogEntry& entry : waiting->writes->log) {
      const Bytes bytes = encode(entry);
      chunk.insert(chunk.end(), bytes.begin(), bytes.end());
      const Hash256 leaf = merkle_leaf(bytes);
      grown.frontier.append_leaf(leaf);
      grown.tiles.append(leaf, keep_tile);
      if (chunk.size() == kMaxChunkEntries * kLogEntryBytes) put_chunk();
    }
  }
  put_chunk();
  database->put(batch, Family::meta, as_bytes(kFrontierKey), grown.frontier.encode());
  if (Result<void> written = database->write(batch); !written) return fail(written.error());
  for (const Waiting* waiting : group) {
    if (waiting->writes->first_kept) first_kept = *waiting->writes->first_kept;
  }
  return grown;
}

Result<std::vector<StoredMessage>> RocksStore::Impl::scan_messages(Family family, ByteView first,
                                                                   ByteView prefix,
                                                                   std::optional<Round> end) const {
  std::vector<StoredMessage> found;
  const auto visit = [&](ByteView key, ByteView value) -> Result<bool> {
    if (end && Reader(key).get<Round>() >= *end) return false;
    if (value.size() < sizeof(Hash256)) return fail(damaged_store());
    Result<StoredMessage> message =
        decode_stored_message(hash_of(value), value.subspan(sizeof(Hash256)));
    if (!message) return fail(message.error());
    found.push_back(std::move(*message));
    return true;
  };
  if (Result<void> scanned = database->scan(family, first, prefix, visit); !scanned) {
    return fail(scanned.error());
  }
  return found;
}

Result<std::optional<Hash256>> RocksStore::Impl::get_hash(Family family, ByteView key) const {
  const Result<std::optional<std::string>> raw = database->get(family, key);
  if (!raw) return fail(raw.error());
  if (!*raw) return std::optional<Hash256>{};
  return std::optional<Hash256>{hash_of(as_bytes(**raw))};
}

Result<bool> RocksStore::Impl::has(Family family, ByteView key) const {
  const Result<std::optional<std::string>> raw = database->get(family, key);
  if (!raw) return fail(raw.error());
  return raw->has_value();
}

RocksStore::RocksStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksStore::~RocksStore() = default;

Result<std::unique_ptr<RocksStore>> RocksStore::open(const std::string& directory,
                                                     const StoreRules& rules) {
  Result<std::unique_ptr<RocksDatabase>> database =
      RocksDatabase::open(directory, rules.network, rules.reserve_bytes);
  if (!database) return fail(database.error());
  auto impl = std::make_unique<Impl>();
  impl->database = std::move(*database);
  impl->log = rules.log;
  if (Result<void> loaded = impl->load_edge(); !loaded) return fail(loaded.error());
  if (Result<void> loaded = impl->load_first_kept(); !loaded) return fail(loaded.error());
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(impl)));
}

Result<void> RocksStore::commit(const WriteSet& writes) {
  Impl::Waiting self{.writes = &writes, .done = false, .result = {}};
  std::unique_lock lock(impl_->mutex);
  impl_->queue.push_back(&self);
  impl_->finished.wait(lock, [&] { return self.done || !impl_->is_writing; });
  if (self.done) return self.result;
  // Nobody writes: this thread does, for all that wait by now.
  impl_->is_writing = true;
  const std::vector<Impl::Waiting*> group = std::move(impl_->queue);
  impl_->queue.clear();
  lock.unlock();
  Result<Impl::LogEdge> grown = impl_->write(group);
  impl_->tell(grown);
  lock.lock();
  for (Impl::Waiting* waiting : group) {
    waiting->done = true;
    if (!grown) waiting->result = fail(grown.error());
  }
  if (grown) impl_->edge = std::move(*grown);
  impl_->is_writing = false;
  impl_->finished.notify_all();
  return self.result;
}

bool RocksStore::is_up() const { return !impl_->is_down; }

Result<std::optional<StoredHeader>> RocksStore::find_header(const Hash256& id) const {
  const Result<std::optional<std::string>> raw = impl_->database->get(Family::headers, id);
  if (!raw) return fail(raw.error());
  if (!*raw) return std::optional<StoredHeader>{};
  const Result<StoredHeader> header = decode_stored_header(id, as_bytes(**raw));
  if (!header) return fail(header.error());
  return std::optional<StoredHeader>{*header};
}

Result<std::optional<Hash256>> RocksStore::find_header_at(const PublicKey& signer,
                                                          std::uint64_t sequence) const {
  return impl_->get_hash(Family::sequences, sequence_key(signer, sequence).bytes());
}

Result<std::optional<StoredMessage>> RocksStore::find_message(const Hash256& id) const {
  const Result<std::optional<std::string>> place = impl_->database->get(Family::places, id);
  if (!place) return fail(place.error());
  if (!*place) return std::optional<StoredMessage>{};
  const std::size_t size = (*place)->size();
  const bool onboards =
      size == kOnboardingPlaceBytes || size == kOnboardingPlaceBytes + sizeof(Hash256);
  const Result<std::optional<std::string>> raw =
      impl_->database->get(onboards ? Family::onboardings : Family::messages, as_bytes(**place));
  if (!raw) return fail(raw.error());
  if (!*raw) {
    // It may have been forgotten since we looked where it is.
    const bool is_old =
        !onboards && Reader(as_bytes(**place)).get<Round>() < impl_->first_kept.load();
    if (is_old) return std::optional<StoredMessage>{};
    return fail(Errc::bad_data, "message store: place without message " + to_hex(id));
  }
  if ((*raw)->size() < sizeof(Hash256)) return fail(damaged_store());
  Result<StoredMessage> message =
      decode_stored_message(id, as_bytes(**raw).subspan(sizeof(Hash256)));
  if (!message) return fail(message.error());
  return std::optional<StoredMessage>{std::move(*message)};
}

Result<std::optional<Hash256>> RocksStore::find_statement(const Bytes& statement) const {
  const bool onboards =
      statement[sizeof(PublicKey)] == static_cast<std::uint8_t>(MessageType::onboarding);
  return impl_->get_hash(onboards ? Family::onboardings : Family::messages,
                         statement_place(statement).bytes());
}

Result<std::vector<StoredMessage>> RocksStore::messages_of_rounds(Round first, Round end) const {
  Result<std::vector<StoredMessage>> found =
      impl_->scan_messages(Family::messages, round_key(first), {}, end);
  if (!found) return found;
  // Keys begin with the round, too, and go on in another way.
  std::ranges::sort(*found, {}, [](const StoredMessage& message) {
    return std::tuple(round_of(message.message), type_of(message.message), message.id);
  });
  return found;
}

Result<std::vector<StoredMessage>> RocksStore::onboardings(
    const std::optional<PublicKey>& hotspot) const {
  const ByteView prefix = hotspot ? ByteView(*hotspot) : ByteView{};
  Result<std::vector<StoredMessage>> found =
      impl_->scan_messages(Family::onboardings, prefix, prefix, std::nullopt);
  if (!found) return found;
  std::ranges::sort(*found, {}, [](const StoredMessage& message) {
    const auto& onboarding = std::get<Onboarding>(message.message);
    return std::tuple(onboarding.hotspot, onboarding.sequence, message.id);
  });
  return found;
}

Result<bool> RocksStore::is_registered(const PublicKey& hotspot) const {
  bool found = false;
  const Result<void> scanned = impl_->database->scan(Family::onboardings, hotspot, hotspot,
                                                     [&](ByteView, ByteView) -> Result<bool> {
                                                       found = true;
                                                       return false;
                                                     });
  if (!scanned) return fail(scanned.error());
  return found;
}

Result<std::vector<Equivocation>> RocksStore::equivocations() const {
  std::vector<Equivocation> found;
  const Result<void> scanned = impl_->database->scan(
      Family::equivocations, {}, {}, [&](ByteView, ByteView value) -> Result<bool> {
        Result<Equivocation> equivocation = decode_equivocation(value);
        if (!equivocation) return fail(equivocation.error());
        found.push_back(std::move(*equivocation));
        return true;
      });
  if (!scanned) return fail(scanned.error());
  return found;
}

Result<std::vector<EvidenceChunk>> RocksStore::chunks(const Hash256& report) const {
  std::vector<EvidenceChunk> found;
  const Result<void> scanned = impl_->database->scan(
      Family::evidence, report, report, [&](ByteView, ByteView value) -> Result<bool> {
        Result<std::vector<EvidenceChunk>> one = decode_evidence(value);
        if (!one) return fail(one.error());
        found.insert(found.end(), one->begin(), one->end());
        return true;
      });
  if (!scanned) return fail(scanned.error());
  return found;
}

Result<bool> RocksStore::has_equivocation(const Hash256& second) const {
  return impl_->has(Family::equivocations, second);
}

Result<bool> RocksStore::has_mismatch(const Hash256& report) const {
  return impl_->has(Family::mismatches, report);
}

}  // namespace earshot::verifier
