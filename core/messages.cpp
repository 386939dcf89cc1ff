// Messages to canonical bytes and back; their ids.
#include "core/messages.h"

#include "core/merkle.h"
#include "core/message_fields.h"
#include "core/short_writer.h"

namespace earshot {
namespace {

// The longest is the onboarding.
constexpr std::size_t kMaxEncodedBytes = 203;

class FieldWriter {
 public:
  template <class T>
  void operator()(std::string_view, const T& member, const fields::Limits&) {
    put(member);
  }
  ByteView bytes() const { return writer_.bytes(); }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      writer_.put(static_cast<std::uint8_t>(value));
    } else if constexpr (std::is_enum_v<T>) {
      writer_.put(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_integral_v<T>) {
      writer_.put(value);
    } else if constexpr (std::is_same_v<T, Ecef>) {
      writer_.put(value.x_mm);
      writer_.put(value.y_mm);
      writer_.put(value.z_mm);
    } else {
      writer_.put(ByteView(value));
    }
  }

  ShortWriter<kMaxEncodedBytes> writer_;
};

// Reads members and keeps the first that is not allowed.
class FieldReader {
 public:
  FieldReader(std::string_view what, ByteView bytes) : what_(what), reader_(bytes) {}

  template <class T>
  void operator()(std::string_view name, T& member, const fields::Limits& limits) {
    if (!problem_.empty() || reader_.failed()) return;
    name_ = name;
    offset_ = reader_.offset();
    get(member, limits);
  }
  template <class T>
  Result<T> finish(T value) const {
    if (!problem_.empty()) return fail(Errc::bad_data, problem_);
    if (Result<void> whole = reader_.finish(what_); !whole) return fail(whole.error());
    if (const std::string wrong = fields::contradiction(value); !wrong.empty()) {
      return fail(Errc::bad_data, std::string(what_) + ": " + wrong);
    }
    return value;
  }

 private:
  template <std::integral T>
  void get(T& value, const fields::Limits& limits) {
    if constexpr (std::is_same_v<T, bool>) {
      const std::uint8_t byte = reader_.get<std::uint8_t>();
      if (byte > 1) return refuse(std::to_string(byte), "0 or 1");
      value = byte == 1;
    } else {
      value = reader_.get<T>();
      if (!reader_.failed() && !fields::allows(limits, value)) {
        refuse(std::to_string(value), fields::describe(limits));
      }
    }
  }
  template <class T>
    requires std::is_enum_v<T>
  void get(T& value, const fields::Limits&) {
    value = static_cast<T>(reader_.get<std::underlying_type_t<T>>());
    if (!reader_.failed() && fields::find_named(value) == nullptr) {
      refuse(std::to_string(static_cast<unsigned>(value)), "a value that is listed");
    }
  }
  void get(Ecef& value, const fields::Limits& limits) {
    for (std::int64_t* axis : {&value.x_mm, &value.y_mm, &value.z_mm}) get(*axis, limits);
  }
  template <std::size_t N>
  void get(ByteArray<N>& value, const fields::Limits&) {
    value = reader_.get_array<N>();
    if constexpr (std::is_same_v<ByteArray<N>, EvmSignature>) {
      if (!reader_.failed() && !fields::has_valid_v(value)) {
        refuse("v " + std::to_string(value.back()), "27 or 28");
      }
    }
  }
  void refuse(const std::string& found, const std::string& expected) {
    if (!problem_.empty()) return;
    problem_ = std::string(what_) + ", offset " + std::to_string(offset_) + ": " +
               std::string(name_) + " is " + found + ", expected " + expected;
  }

  std::string_view what_;
  Reader reader_;
  std::string_view name_;
  std::size_t offset_ = 0;
  std::string problem_;
};

template <class T>
FieldWriter written(const T& value) {
  FieldWriter writer;
  fields::for_each(value, writer);
  return writer;
}

template <class T>
Bytes encode_fields(const T& value) {
  const FieldWriter writer = written(value);
  return {writer.bytes().begin(), writer.bytes().end()};
}

template <class T>
Result<T> decode_fields(std::string_view what, ByteView bytes) {
  T value;
  FieldReader reader(what, bytes);
  fields::for_each(value, reader);
  return reader.finish(std::move(value));
}

template <class T>
Result<Message> decode_body(MessageType type, ByteView body) {
  Result<T> value = decode_fields<T>(type_name(type), body);
  if (!value) return fail(value.error());
  return Message(std::move(*value));
}

}  // namespace

std::string_view type_name(MessageType type) {
  switch (type) {
    case MessageType::onboarding:
      return "onboarding";
    case MessageType::beacon_report:
      return "beacon";
    case MessageType::silence_notice:
      return "silence";
    case MessageType::witness_report:
      return "witness";
  }
  return "";
}

MessageType type_of(const Message& message) {
  static_assert(std::variant_size_v<Message> == 4, "the variant's order is the type byte");
  return static_cast<MessageType>(message.index() + 1);
}

const PublicKey& signer_of(const Message& message) {
  return std::visit([](const auto& m) -> const PublicKey& { return m.hotspot; }, message);
}

Round round_of(const Message& message) {
  return std::visit([](const auto& m) { return m.round; }, message);
}

Bytes encode(const Message& message) {
  return std::visit([](const auto& m) { return encode_fields(m); }, message);
}

Result<Message> decode(MessageType type, ByteView body) {
  switch (type) {
    case MessageType::onboarding:
      return decode_body<Onboarding>(type, body);
    case MessageType::beacon_report:
      return decode_body<BeaconReport>(type, body);
    case MessageType::silence_notice:
      return decode_body<SilenceNotice>(type, body);
    case MessageType::witness_report:
      return decode_body<WitnessReport>(type, body);
  }
  return fail(Errc::bad_data, "message type is " + std::to_string(static_cast<unsigned>(type)) +
                                  ", expected 1 to 4");
}

Hash256 message_id(NetworkId network, const Message& message) {
  return std::visit(
      [&](const auto& m) {
        return message_id(type_name(type_of(message)), network, written(m).bytes());
      },
      message);
}

std::size_t body_size(MessageType type) {
  static const std::array<std::size_t, 5> sizes = {
      0, encode_fields(Onboarding{}).size(), encode_fields(BeaconReport{}).size(),
      encode_fields(SilenceNotice{}).size(), encode_fields(WitnessReport{}).size()};
  const auto index = static_cast<std::size_t>(type);
  return index < sizes.size() ? sizes[index] : 0;
}

Bytes encode(const BatchHeader& header) { return encode_fields(header); }

Hash256 header_id(NetworkId network, const BatchHeader& header) {
  return message_id("header", network, written(header).bytes());
}

Bytes encode(const SignedHeader& header) { return encode_fields(header); }

Result<SignedHeader> decode_signed_header(ByteView bytes) {
  return decode_fields<SignedHeader>("signed header", bytes);
}

bool is_signed_by_its_signer(NetworkId network, const SignedHeader& header) {
  return verify_signature(header.header.signer, header_id(network, header.header),
                          header.signature);
}

}  // namespace earshot
