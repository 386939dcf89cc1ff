#include "tests/simulation/journal_store.h"

namespace earshot::simulation {
namespace {

using namespace earshot::verifier;  // NOLINT: the store's own words

constexpr std::size_t kPrefixBytes = 4 + 32;

void put_blob(Writer& out, const Bytes& bytes) {
  out.put(static_cast<std::uint32_t>(bytes.size()));
  out.put(bytes);
}
ByteView get_blob(Reader& in) { return in.get_bytes(in.get<std::uint32_t>()); }

template <class List, class Put>
void put_list(Writer& out, const List& list, Put&& put) {
  out.put(static_cast<std::uint32_t>(list.size()));
  for (const auto& item : list) put(item);
}

Bytes encode_writes(const WriteSet& writes) {
  Writer out;
  const auto put_stored = [&out](const auto& stored) {
    out.put(stored.id);
    put_blob(out, encode_stored(stored));
  };
  put_list(out, writes.headers, put_stored);
  put_list(out, writes.messages, put_stored);
  put_list(out, writes.statements, [&](const auto& statement) {
    put_blob(out, statement.first);
    out.put(statement.second);
  });
  put_list(out, writes.equivocations,
           [&](const Equivocation& both) { put_blob(out, encode_stored(both)); });
  put_list(out, writes.chunks, [&](const StoredChunk& stored) {
    out.put(stored.report);
    put_blob(out, encode(std::span(&stored.chunk, 1)));
  });
  put_list(out, writes.mismatched_reports, [&](const Hash256& report) { out.put(report); });
  put_list(out, writes.indexed, [&](const IndexedMessage& indexed) {
    out.put(indexed.id);
    out.put(static_cast<std::uint8_t>(type_of(indexed.message)));
    put_blob(out, encode(indexed.message));
  });
  put_list(out, writes.forgotten_reports, [&](const Hash256& report) { out.put(report); });
  put_list(out, writes.forgotten_headers, [&](const HeaderPlace& header) {
    out.put(header.id);
    out.put(header.signer);
    out.put(header.sequence);
  });
  put_list(out, writes.unindexed, [&](const Hash256& id) { out.put(id); });
  out.put(writes.first_kept.value_or(0));
  put_list(out, writes.log, [&](const LogEntry& entry) { out.put(encode(entry)); });
  return std::move(out).take();
}

// Nothing when the bytes are no write set.
std::optional<WriteSet> decode_writes(ByteView bytes) {
  Reader in(bytes);
  WriteSet writes;
  bool is_good = true;
  const auto each = [&](auto&& read) {
    for (auto count = in.get<std::uint32_t>(); count > 0 && is_good && !in.failed(); --count) {
      read();
    }
  };
  const auto keep = [&](auto& list, auto decoded) {
    is_good = is_good && decoded;
    if (is_good) list.push_back(std::move(*decoded));
  };
  each([&] {
    const auto id = in.get_array<32>();
    keep(writes.headers, decode_stored_header(id, get_blob(in)));
  });
  each([&] {
    const auto id = in.get_array<32>();
    keep(writes.messages, decode_stored_message(id, get_blob(in)));
  });
  each([&] {
    const ByteView key = get_blob(in);
    writes.statements.emplace_back(Bytes(key.begin(), key.end()), in.get_array<32>());
  });
  each([&] { keep(writes.equivocations, decode_equivocation(get_blob(in))); });
  each([&] {
    const auto report = in.get_array<32>();
    const Result<std::vector<EvidenceChunk>> chunks = decode_evidence(get_blob(in));
    is_good = is_good && chunks && chunks->size() == 1;
    if (is_good) writes.chunks.push_back({report, chunks->front()});
  });
  each([&] { writes.mismatched_reports.push_back(in.get_array<32>()); });
  each([&] {
    const auto id = in.get_array<32>();
    const auto type = static_cast<MessageType>(in.get<std::uint8_t>());
    Result<Message> message = decode(type, get_blob(in));
    is_good = is_good && message;
    if (is_good) writes.indexed.push_back({id, *std::move(message)});
  });
  each([&] { writes.forgotten_reports.push_back(in.get_array<32>()); });
  each([&] {
    const auto id = in.get_array<32>();
    const auto signer = in.get_array<32>();
    writes.forgotten_headers.push_back({id, signer, in.get<std::uint64_t>()});
  });
  each([&] { writes.unindexed.push_back(in.get_array<32>()); });
  if (const auto first_kept = in.get<Round>(); first_kept > 0) writes.first_kept = first_kept;
  each([&] { keep(writes.log, decode_log_entry(in.get_bytes(kLogEntryBytes))); });
  if (!is_good || in.failed() || in.left() > 0) return std::nullopt;
  return writes;
}

}  // namespace

std::unique_ptr<JournalStore> JournalStore::open(Disk& disk, Flaw flaw) {
  std::unique_ptr<JournalStore> store(new JournalStore(disk, flaw));
  const ByteView all = disk.contents(kJournalFile);
  while (all.size() - store->end_ > kPrefixBytes) {
    Reader in(all.subspan(store->end_));
    const auto size = in.get<std::uint32_t>();
    const auto hash = in.get_array<32>();
    const ByteView body = in.get_bytes(size);
    if (in.failed()) break;
    if (sha256(body) != hash) break;
    const std::optional<WriteSet> writes = decode_writes(body);
    if (!writes || !store->memory_.commit(*writes)) break;
    store->end_ += kPrefixBytes + size;
  }
  // What a killed process wrote last may be seen and not yet be on disk: it must not be lost after
  // somebody was told that it is held.
  disk.sync(kJournalFile);
  return store;
}

bool JournalStore::append(const WriteSet& writes) {
  const Bytes body = encode_writes(writes);
  Writer record;
  record.put(static_cast<std::uint32_t>(body.size()));
  record.put(sha256(body));
  record.put(body);
  if (!disk_.write(kJournalFile, end_, record.bytes()) || !disk_.sync(kJournalFile)) return false;
  end_ += record.bytes().size();
  return true;
}

Result<void> JournalStore::commit(const WriteSet& writes) {
  bool is_written = true;
  if (flaw_ == Flaw::answers_before_writing) {
    is_written = !unwritten_ || append(*unwritten_);
    unwritten_ = writes;
  } else if (flaw_ == Flaw::writes_in_two_steps) {
    WriteSet first = writes;
    WriteSet second;
    std::swap(first.log, second.log);
    is_written = append(first) && append(second);
  } else {
    is_written = append(writes);
  }
  if (!is_written) return fail(Errc::unavailable, "simulated disk: not written");
  return memory_.commit(writes);
}

Result<std::vector<StoredMessage>> JournalStore::messages_of_rounds(Round first, Round end) const {
  Result<std::vector<StoredMessage>> found = memory_.messages_of_rounds(first, end);
  if (flaw_ == Flaw::loses_a_message && found && found->size() > 3) found->pop_back();
  after_reading_rounds(first);
  return found;
}

}  // namespace earshot::simulation
