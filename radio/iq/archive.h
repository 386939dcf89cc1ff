// SigMF archives: an uncompressed tar of recordings. Members are found, not unpacked: their bytes
// are read where they lie in the archive. Reading of tar itself is libarchive's (ustar, pax, GNU).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace earshot::radio {

struct ArchiveMember {
  std::string name;  // With its folders, as stored.
  std::uint64_t offset = 0, size = 0;
};

// Regular files in the archive's order. Errc::bad_data when it is no tar, truncated, compressed, or
// a name leaves the archive's folder ("..", "/...").
Result<std::vector<ArchiveMember>> list_archive(ByteView archive, const std::string& where);
// As above, of a file; nothing of it is kept in memory.
Result<std::vector<ArchiveMember>> list_archive_file(const std::string& path);

// Writes such an archive; whole or not at all, like NewFile.
class ArchiveWriter {
 public:
  // `time` becomes every member's, so that the same recording gives the same bytes.
  static Result<ArchiveWriter> create(const std::string& path, std::int64_t unix_seconds);
  ArchiveWriter(ArchiveWriter&&) noexcept;
  ~ArchiveWriter();

  Result<void> add_folder(const std::string& name);
  // Then exactly `size` bytes by write().
  Result<void> begin(const std::string& name, std::uint64_t size);
  Result<void> write(ByteView bytes);
  Result<void> finish();

 private:
  struct State;
  explicit ArchiveWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace earshot::radio
