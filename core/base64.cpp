#include "core/base64.h"

#include <sodium.h>

namespace earshot {

std::string to_base64(ByteView bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
  text.pop_back();  // The terminating zero.
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  const int status = sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(),
                                       nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL);
  bytes.resize(size);
  // Comparing catches what the decoder is lenient about.
  if (status != 0 || to_base64(bytes) != text) {
    return fail(Errc::bad_data, "not base64 (RFC 4648, with padding)");
  }
  return bytes;
}

Result<Hash256> hash_from_base64(std::string_view text) {
  const Result<Bytes> bytes = from_base64(text);
  if (!bytes) return fail(bytes.error());
  if (bytes->size() != std::tuple_size_v<Hash256>) {
    return fail(Errc::bad_data,
                "found " + std::to_string(bytes->size()) + " bytes of base64, expected 32");
  }
  return Reader(*bytes).get_array<32>();
}

}  // namespace earshot
