#include "core/message_json.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "core/message_fields.h"

namespace earshot {
namespace {

using nlohmann::json;

template <class T>
constexpr bool kIsEthereum = std::is_same_v<T, EvmAddress> || std::is_same_v<T, EvmSignature>;

template <class T>
json render(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value;
  } else if constexpr (std::is_enum_v<T>) {
    const auto* named = fields::find_named(value);
    return named == nullptr ? json(nullptr) : json(named->name);
  } else if constexpr (std::is_same_v<T, Ecef>) {
    return {
        {"x_mm", render(value.x_mm)}, {"y_mm", render(value.y_mm)}, {"z_mm", render(value.z_mm)}};
  } else if constexpr (std::is_integral_v<T>) {
    if constexpr (sizeof(T) == 8) return std::to_string(value);
    return value;
  } else {
    return (kIsEthereum<T> ? "0x" : "") + to_hex(value);
  }
}

struct Render {
  json& object;
  template <class T>
  void operator()(std::string_view name, const T& member, const fields::Limits&) {
    object[std::string(name)] = render(member);
  }
};

template <class T>
json render_fields(const T& value) {
  json object = json::object();
  fields::for_each(value, Render{object});
  return object;
}

// Reads the members of an object, keeps the first problem and remembers which keys it has asked
// for.
class Parse {
 public:
  Parse(std::string what, const json& object) : what_(std::move(what)), object_(object) {
    if (!object.is_object()) problem_ = what_ + ": expected a JSON object";
  }

  template <class T>
  void operator()(std::string_view name, T& member, const fields::Limits& limits) {
    if (const json* value = take(name)) parse(std::string(name), *value, member, limits);
  }
  // Nothing when the key is missing, which is then the problem.
  const json* take(std::string_view name) {
    if (!problem_.empty()) return nullptr;
    taken_.emplace(name);
    const auto found = object_.find(std::string(name));
    if (found != object_.end()) return &*found;
    problem_ = what_ + ": key '" + std::string(name) + "' is missing";
    return nullptr;
  }
  void refuse(const std::string& name, const std::string& expected) {
    if (problem_.empty()) problem_ = what_ + ": " + name + ": expected " + expected;
  }
  template <class T>
  Result<T> finish(T value) {
    for (auto entry = object_.begin(); problem_.empty() && entry != object_.end(); ++entry) {
      if (!taken_.contains(entry.key()))
        problem_ = what_ + ": key '" + entry.key() + "' is unknown";
    }
    if (problem_.empty()) {
      if (const std::string wrong = fields::contradiction(value); !wrong.empty()) {
        problem_ = what_ + ": " + wrong;
      }
    }
    if (!problem_.empty()) return fail(Errc::bad_data, problem_);
    return value;
  }

 private:
  void parse(const std::string& name, const json& value, bool& member, const fields::Limits&) {
    if (!value.is_boolean()) return refuse(name, "true or false");
    member = value.get<bool>();
  }
  template <std::integral T>
  void parse(const std::string& name, const json& value, T& member, const fields::Limits& limits) {
    const bool ok = sizeof(T) == 8 && value.is_string()
                        ? parse_decimal(value.get_ref<const std::string&>(), member)
                        : parse_number(value, member);
    if (ok && fields::allows(limits, member)) return;
    const fields::Limits all{.low = std::max<Int128>(limits.low, std::numeric_limits<T>::min()),
                             .high = std::min<Int128>(limits.high, std::numeric_limits<T>::max()),
                             .choices = limits.choices};
    refuse(name, "an integer, " + fields::describe(all));
  }
  template <class T>
    requires std::is_enum_v<T>
  void parse(const std::string& name, const json& value, T& member, const fields::Limits&) {
    std::string expected;
    for (const auto& named : fields::names(T{})) {
      if (value == named.name) {
        member = named.value;
        return;
      }
      expected += (expected.empty() ? "'" : ", '") + std::string(named.name) + "'";
    }
    refuse(name, "one of " + expected);
  }
  void parse(const std::string& name, const json& value, Ecef& member,
             const fields::Limits& limits) {
    Parse axes(what_ + ": " + name, value);
    axes("x_mm", member.x_mm, limits);
    axes("y_mm", member.y_mm, limits);
    axes("z_mm", member.z_mm, limits);
    if (const auto whole = axes.finish(0); !whole && problem_.empty())
      problem_ = whole.error().detail;
  }
  template <std::size_t N>
  void parse(const std::string& name, const json& value, ByteArray<N>& member,
             const fields::Limits&) {
    if (!value.is_string()) return refuse(name, std::to_string(N) + " bytes as hex");
    const auto bytes = array_from_hex<N>(value.get_ref<const std::string&>());
    if (!bytes) return refuse(name, std::to_string(N) + " bytes as hex; " + bytes.error().detail);
    member = *bytes;
    if constexpr (std::is_same_v<ByteArray<N>, EvmSignature>) {
      if (!fields::has_valid_v(member)) refuse(name, "a last byte v of 27 or 28");
    }
  }

  template <class T>
  static bool parse_decimal(const std::string& text, T& member) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, member);
    return error == std::errc() && stop == end && text == std::to_string(member);
  }
  template <class T>
  static bool parse_number(const json& value, T& member) {
    if (!value.is_number_integer()) return false;
    const Int128 wide = value.is_number_unsigned() ? Int128{value.get<std::uint64_t>()}
                                                   : Int128{value.get<std::int64_t>()};
    member = static_cast<T>(wide);
    return wide == member;
  }

  std::string what_;
  const json& object_;
  std::set<std::string> taken_;
  std::string problem_;
};

template <class T>
Result<T> parse_fields(std::string what, const json& object,
                       std::initializer_list<const char*> also) {
  T value;
  Parse parse(std::move(what), object);
  for (const char* key : also) parse.take(key);
  fields::for_each(value, parse);
  return parse.finish(std::move(value));
}

template <class T>
Result<Message> parse_message(MessageType type, const json& object) {
  Result<T> value = parse_fields<T>(std::string(type_name(type)), object, {"type"});
  if (!value) return fail(value.error());
  return Message(std::move(*value));
}

}  // namespace

nlohmann::json to_json(const Message& message) {
  json object = std::visit([](const auto& m) { return render_fields(m); }, message);
  object["type"] = type_name(type_of(message));
  return object;
}

Result<Message> message_from_json(const nlohmann::json& json) {
  if (!json.is_object()) return fail(Errc::bad_data, "message: expected a JSON object");
  const auto type = json.find("type");
  if (type == json.end()) return fail(Errc::bad_data, "message: key 'type' is missing");
  if (*type == type_name(MessageType::onboarding)) {
    return parse_message<Onboarding>(MessageType::onboarding, json);
  }
  if (*type == type_name(MessageType::beacon_report)) {
    return parse_message<BeaconReport>(MessageType::beacon_report, json);
  }
  if (*type == type_name(MessageType::silence_notice)) {
    return parse_message<SilenceNotice>(MessageType::silence_notice, json);
  }
  if (*type == type_name(MessageType::witness_report)) {
    return parse_message<WitnessReport>(MessageType::witness_report, json);
  }
  return fail(Errc::bad_data,
              "message: type: expected one of 'onboarding', 'beacon', 'silence', 'witness'");
}

nlohmann::json to_json(const SignedHeader& header) { return render_fields(header); }

Result<SignedHeader> signed_header_from_json(const nlohmann::json& json) {
  return parse_fields<SignedHeader>("signed header", json, {});
}

nlohmann::json to_json(const Batch& batch) {
  json messages = json::array();
  for (const Message& message : batch.messages) messages.push_back(to_json(message));
  return {{"header", to_hex(batch.header)}, {"messages", std::move(messages)}};
}

Result<Batch> batch_from_json(const nlohmann::json& json) {
  Batch batch;
  Parse parse("batch", json);
  parse("header", batch.header, fields::Limits{});
  const nlohmann::json* messages = parse.take("messages");
  if (messages != nullptr &&
      (!messages->is_array() || messages->empty() || messages->size() > 65'535)) {
    parse.refuse("messages", "an array of 1 to 65535 messages");
  }
  Result<Batch> whole = parse.finish(std::move(batch));
  if (!whole) return whole;
  for (std::size_t i = 0; i < messages->size(); ++i) {
    Result<Message> message = message_from_json((*messages)[i]);
    if (!message) {
      return fail(Errc::bad_data,
                  "batch, message " + std::to_string(i) + ": " + message.error().detail);
    }
    whole->messages.push_back(std::move(*message));
  }
  return whole;
}

}  // namespace earshot
