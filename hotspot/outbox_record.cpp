#include "hotspot/outbox_record.h"

namespace earshot::hotspot {
namespace {

enum class Event : std::uint8_t { base = 1, added = 2, signed_ = 3, progress = 4 };

struct Encoder {
  Writer& writer;
  void begin(Event event) const { writer.put(static_cast<std::uint8_t>(event)); }

  void operator()(const OutboxBase& base) const {
    begin(Event::base);
    writer.put(base.next_sequence);
    writer.put(ByteView(base.previous));
    writer.put(base.last_onboarding);
  }
  void operator()(const OutboxAdded& added) const {
    begin(Event::added);
    writer.put(static_cast<std::uint8_t>(type_of(added.message)));
    writer.put(encode(added.message));
  }
  void operator()(const OutboxSigned& entry) const {
    begin(Event::signed_);
    writer.put(earshot::encode(entry.header));
    writer.put(earshot::encode(entry.batch));
  }
  void operator()(const OutboxProgress& progress) const {
    begin(Event::progress);
    writer.put(progress.sequence);
    writer.put(static_cast<std::uint8_t>(progress.state));
    writer.put(progress.status);
    writer.put(as_bytes(progress.detail).first(std::min(progress.detail.size(), kMaxDetailBytes)));
  }
};

Result<OutboxRecord> decode_base(Reader reader) {
  OutboxBase base;
  base.next_sequence = reader.get<std::uint64_t>();
  base.previous = reader.get_array<32>();
  base.last_onboarding = reader.get<std::uint64_t>();
  if (Result<void> whole = reader.finish("outbox base"); !whole) return fail(whole.error());
  return base;
}

Result<OutboxRecord> decode_added(Reader reader) {
  const auto type = static_cast<MessageType>(reader.get<std::uint8_t>());
  Result<Message> message = decode(type, reader.get_bytes(reader.left()));
  if (!message) return fail(message.error());
  return OutboxAdded{*std::move(message)};
}

Result<OutboxRecord> decode_signed(Reader reader) {
  Result<SignedHeader> header = decode_signed_header(reader.get_bytes(kSignedHeaderBytes));
  if (!header) return fail(header.error());
  Result<Batch> batch = decode_batch(reader.get_bytes(reader.left()));
  if (!batch) return fail(batch.error());
  return OutboxSigned{*header, *std::move(batch)};
}

Result<OutboxRecord> decode_progress(Reader reader) {
  OutboxProgress progress;
  progress.sequence = reader.get<std::uint64_t>();
  const auto state = reader.get<std::uint8_t>();
  progress.status = reader.get<std::uint16_t>();
  if (reader.failed() || state > static_cast<std::uint8_t>(BatchState::abandoned) ||
      reader.left() > kMaxDetailBytes) {
    return fail(Errc::bad_data, "outbox progress: state " + std::to_string(state) + " with " +
                                    std::to_string(reader.left()) + " bytes of detail");
  }
  progress.state = static_cast<BatchState>(state);
  const ByteView detail = reader.get_bytes(reader.left());
  progress.detail.assign(detail.begin(), detail.end());
  return progress;
}

}  // namespace

Bytes encode(const OutboxRecord& record) {
  Writer writer;
  std::visit(Encoder{writer}, record);
  return std::move(writer).take();
}

Result<OutboxRecord> decode_outbox_record(ByteView bytes) {
  Reader reader(bytes);
  const auto event = reader.get<std::uint8_t>();
  switch (static_cast<Event>(event)) {
    case Event::base:
      return decode_base(reader);
    case Event::added:
      return decode_added(reader);
    case Event::signed_:
      return decode_signed(reader);
    case Event::progress:
      return decode_progress(reader);
  }
  return fail(Errc::bad_data,
              "outbox record: event " + std::to_string(event) + " is none of 1 to 4");
}

}  // namespace earshot::hotspot
