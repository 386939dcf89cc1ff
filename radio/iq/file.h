// Files, with the system's answers turned into errors that name the path.
#pragma once
#include <sys/types.h>

#include <string>

#include "core/bytes.h"

namespace earshot::radio {

// "<path>: cannot <action>: <the system's words>"; Errc::permission where the system refuses,
// Errc::unavailable otherwise.
Error system_error(const std::string& path, const std::string& action, int code);

// A descriptor that closes itself. Move-only.
class File {
 public:
  // Errors name `shown`, or the path itself when that is empty.
  static Result<File> open(const std::string& path, int flags, mode_t mode = 0,
                           const std::string& shown = {});
  File() = default;
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  int descriptor() const { return descriptor_; }
  Result<std::uint64_t> size() const;
  Result<void> read_at(std::uint64_t offset, std::span<std::uint8_t> out) const;  // All of it.
  Result<void> write(ByteView bytes);                                             // All of it.
  Result<void> sync();
  Result<void> close();

 private:
  std::string path_;  // As errors name it.
  int descriptor_ = -1;
};

Result<std::string> read_text_file(const std::string& path, std::uint64_t max_bytes);

// A file that becomes visible under its final name all at once: written beside it under a name of
// its own, synced, then renamed. Destroyed before commit(), it leaves nothing. A path that names
// something else than a regular file (a pipe, a device) is written straight.
class NewFile {
 public:
  static Result<NewFile> create(const std::string& path);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  Result<void> write(ByteView bytes) { return file_.write(bytes); }
  Result<void> sync();    // What was written is on disk.
  Result<void> rename();  // Call sync before.
  Result<void> commit();  // Both, and the folder's entry synced.
  void withdraw();        // Removes what rename() made visible.

 private:
  explicit NewFile(File file, std::string path, std::string temporary)
      : file_(std::move(file)), path_(std::move(path)), temporary_(std::move(temporary)) {}

  File file_;
  std::string path_;
  std::string temporary_;  // Empty: nothing to rename or to remove.
};

}  // namespace earshot::radio
