// Random valid messages for property tests: every member takes any value that its form allows.
#pragma once
#include <random>

#include "core/message_fields.h"

namespace earshot {

class RandomMessages {
 public:
  explicit RandomMessages(std::uint64_t seed) : bits_(seed) {}

  Message next() {
    Message all[] = {Onboarding{}, BeaconReport{}, SilenceNotice{}, WitnessReport{}};
    Message message = all[bits_() % 4];
    std::visit([this](auto& m) { fields::for_each(m, *this); }, message);
    return message;
  }
  // Of one signer, so that they make a batch.
  std::vector<Message> next_of(const PublicKey& signer, std::size_t count) {
    std::vector<Message> messages;
    while (messages.size() < count) {
      messages.push_back(next());
      std::visit([&](auto& m) { m.hotspot = signer; }, messages.back());
    }
    return messages;
  }
  Bytes bytes(std::size_t count) {
    Bytes out(count);
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(bits_());
    return out;
  }
  template <std::size_t N>
  ByteArray<N> array() {
    ByteArray<N> out{};
    (*this)("", out, fields::Limits{});
    return out;
  }
  std::uint64_t below(std::uint64_t count) { return bits_() % count; }
  std::uint64_t word() { return bits_(); }

  // The visitor of fields::for_each.
  template <class T>
  void operator()(std::string_view, T& member, const fields::Limits& limits) {
    if constexpr (std::is_same_v<T, bool>) {
      member = bits_() % 2 == 1;
    } else if constexpr (std::is_enum_v<T>) {
      const auto all = fields::names(T{});
      member = all[bits_() % all.size()].value;
    } else if constexpr (std::is_integral_v<T>) {
      member = integer<T>(limits);
    } else if constexpr (std::is_same_v<T, Ecef>) {
      for (std::int64_t* axis : {&member.x_mm, &member.y_mm, &member.z_mm}) {
        *axis = integer<std::int64_t>(limits);
      }
    } else {
      for (std::uint8_t& byte : member) byte = static_cast<std::uint8_t>(bits_());
      if constexpr (std::is_same_v<T, EvmSignature>) member.back() = bits_() % 2 == 1 ? 27 : 28;
    }
  }

 private:
  template <class T>
  T integer(const fields::Limits& limits) {
    if (!limits.choices.empty()) {
      return static_cast<T>(limits.choices[bits_() % limits.choices.size()]);
    }
    const Int128 low = std::max<Int128>(limits.low, std::numeric_limits<T>::min());
    const Int128 high = std::min<Int128>(limits.high, std::numeric_limits<T>::max());
    const std::uint64_t pick = bits_() % 4;  // The edges matter most.
    if (pick == 0) return static_cast<T>(low);
    if (pick == 1) return static_cast<T>(high);
    return static_cast<T>(low +
                          static_cast<Int128>(bits_() % static_cast<Uint128>(high - low + 1)));
  }

  std::mt19937_64 bits_;
};

}  // namespace earshot
