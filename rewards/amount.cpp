// uint256 amounts: decimal text and 128-bit integers to big-endian bytes and back.
#include "rewards/amount.h"

#include <algorithm>

#include "rewards/payout_tree.h"

namespace earshot::rewards {
namespace {

// amount * 10 + digit; false when it leaves 256 bits.
bool append_digit(Amount256& amount, unsigned digit) {
  unsigned carry = digit;
  for (std::size_t i = amount.size(); i-- > 0;) {
    carry += amount[i] * 10U;
    amount[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  return carry == 0;
}

// Divides by 10 and returns the rest.
unsigned remove_digit(Amount256& amount) {
  unsigned rest = 0;
  for (std::uint8_t& byte : amount) {
    rest = rest << 8 | byte;
    byte = static_cast<std::uint8_t>(rest / 10);
    rest %= 10;
  }
  return rest;
}

}  // namespace

Result<Amount256> amount_from_decimal(std::string_view text) {
  const auto refuse = [&](const char* expected) {
    // A hostile text may be long; the start is enough to find it.
    return fail(Errc::bad_data,
                "amount is '" + std::string(text.substr(0, 90)) + "', expected " + expected);
  };
  if (text.empty() || (text.size() > 1 && text[0] == '0')) {
    return refuse("decimal digits without leading zeros");
  }
  Amount256 amount{};
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return refuse("decimal digits only");
    if (!append_digit(amount, static_cast<unsigned>(digit - '0'))) return refuse("less than 2^256");
  }
  return amount;
}

std::string amount_to_decimal(const Amount256& amount) {
  Amount256 left = amount;
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + remove_digit(left)));
  } while (left != Amount256{});
  std::reverse(digits.begin(), digits.end());
  return digits;
}

Amount256 amount_from(Uint128 amount) {
  Amount256 bytes{};
  for (std::size_t i = bytes.size(); amount != 0; amount >>= 8) {
    bytes[--i] = static_cast<std::uint8_t>(amount);
  }
  return bytes;
}

Result<Uint128> amount128_from_decimal(std::string_view text) {
  const Result<Amount256> wide = amount_from_decimal(text);
  if (!wide) return fail(wide.error());
  Uint128 amount = 0;
  for (std::size_t i = 0; i < wide->size(); ++i) {
    if (i < 16 && (*wide)[i] != 0) {
      return fail(Errc::bad_data,
                  "amount is '" + std::string(text) + "', expected less than 2^128");
    }
    amount = amount << 8 | (*wide)[i];
  }
  return amount;
}

std::string amount128_to_decimal(Uint128 amount) { return amount_to_decimal(amount_from(amount)); }

void put128(Writer& writer, Uint128 value) {
  writer.put(static_cast<std::uint64_t>(value >> 64));
  writer.put(static_cast<std::uint64_t>(value));
}

Uint128 get128(Reader& reader) {
  const Uint128 high = reader.get<std::uint64_t>();
  return high << 64 | reader.get<std::uint64_t>();
}

std::optional<Uint128> checked_sum(Uint128 a, Uint128 b) {
  const Uint128 sum = a + b;
  if (sum < a) return std::nullopt;
  return sum;
}

}  // namespace earshot::rewards
