#include "core/bytes.h"

namespace earshot {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

// 0..15, or -1 for anything that is no hexadecimal digit.
int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  if (text.size() % 2 != 0) {
    return fail(Errc::bad_data, "found " + std::to_string(text.size()) +
                                    " hexadecimal digits, expected an even number");
  }
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int value = digit_value(text[i]);
    if (value < 0) {
      return fail(Errc::bad_data,
                  "no hexadecimal digit at character " + std::to_string(i) + " of the digits");
    }
    bytes[i / 2] = static_cast<std::uint8_t>(bytes[i / 2] << 4 | value);
  }
  return bytes;
}

// Not in the header: inlined at -O3, gcc 12 takes the insertion for an overflow and warns.
void Writer::put(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

Result<void> Reader::finish(std::string_view what) const {
  if (failed_) {
    return fail(Errc::bad_data, std::string(what) + ": ends early, at offset " +
                                    std::to_string(offset_) + " of " +
                                    std::to_string(bytes_.size()) + " bytes");
  }
  if (left() != 0) {
    return fail(Errc::bad_data, std::string(what) + ": " + std::to_string(left()) +
                                    " bytes too many after offset " + std::to_string(offset_));
  }
  return {};
}

}  // namespace earshot
