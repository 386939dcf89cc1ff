#include "radio/iq/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "radio/iq/file.h"

namespace earshot::radio {

Result<MappedFile> MappedFile::open(const std::string& path) {
  const Result<File> file = File::open(path, O_RDONLY);
  if (!file) return fail(file.error());
  const Result<std::uint64_t> size = file->size();
  if (!size) return fail(size.error());
  if (*size == 0) return MappedFile(ByteView());
  void* const memory = ::mmap(nullptr, *size, PROT_READ, MAP_PRIVATE, file->descriptor(), 0);
  if (memory == MAP_FAILED) return fail(system_error(path, "map", errno));
  return MappedFile({static_cast<const std::uint8_t*>(memory), static_cast<std::size_t>(*size)});
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : bytes_(std::exchange(other.bytes_, ByteView())) {}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

}  // namespace earshot::radio
