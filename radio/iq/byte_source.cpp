#include "radio/iq/byte_source.h"

#include <algorithm>

namespace earshot::radio {

Result<ByteSource> bytes_of(const File& file) {
  const Result<std::uint64_t> size = file.size();
  if (!size) return fail(size.error());
  return ByteSource{*size, [&file](std::uint64_t offset, std::span<std::uint8_t> out) {
                      return file.read_at(offset, out);
                    }};
}

ByteSource bytes_of(ByteView bytes, const std::string& where) {
  return {bytes.size(),
          [bytes, where](std::uint64_t offset, std::span<std::uint8_t> out) -> Result<void> {
            if (offset > bytes.size() || out.size() > bytes.size() - offset) {
              return fail(Errc::bad_data,
                          where + ": ends at byte " + std::to_string(bytes.size()) + ": truncated");
            }
            std::copy_n(bytes.data() + offset, out.size(), out.data());
            return {};
          }};
}

}  // namespace earshot::radio
