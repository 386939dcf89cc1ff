// Bytes by range, from a file or from memory: what readers of headers ask for.
#pragma once
#include <cstdint>
#include <functional>

#include "core/bytes.h"
#include "radio/iq/file.h"

namespace earshot::radio {

struct ByteSource {
  std::uint64_t size = 0;
  // All of `out`, from `offset`; errors name the source.
  std::function<Result<void>(std::uint64_t offset, std::span<std::uint8_t> out)> read_at;
};

// Borrows the file.
Result<ByteSource> bytes_of(const File& file);
// Borrows the bytes.
ByteSource bytes_of(ByteView bytes, const std::string& where);

}  // namespace earshot::radio
