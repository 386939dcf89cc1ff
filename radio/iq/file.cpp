#include "radio/iq/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace earshot::radio {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> sync_folder(const std::string& path) {
  Result<File> folder = File::open(folder_of(path), O_RDONLY | O_DIRECTORY);
  if (!folder) return fail(folder.error());
  return folder->sync();
}

}  // namespace

Error system_error(const std::string& path, const std::string& action, int code) {
  const bool refused = code == EACCES || code == EPERM || code == EROFS;
  return {refused ? Errc::permission : Errc::unavailable,
          path + ": cannot " + action + ": " + std::generic_category().message(code)};
}

Result<File> File::open(const std::string& path, int flags, mode_t mode, const std::string& shown) {
  File file;
  file.path_ = shown.empty() ? path : shown;
  file.descriptor_ = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (file.descriptor_ < 0) {
    return fail(system_error(file.path_, (flags & O_CREAT) != 0 ? "create" : "open", errno));
  }
  return file;
}

File::File(File&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::uint64_t> File::size() const {
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) return fail(system_error(path_, "look at", errno));
  if (!S_ISREG(status.st_mode)) {
    return fail(Errc::unavailable, path_ + ": is not a regular file");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

Result<void> File::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  while (!out.empty()) {
    const ssize_t got = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(system_error(path_, "read", errno));
    if (got == 0) {
      return fail(Errc::bad_data, path_ + ": ends at byte " + std::to_string(offset) + ", " +
                                      std::to_string(out.size()) + " more are expected: truncated");
    }
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<void> File::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(system_error(path_, "write", errno));
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> File::sync() {
  if (descriptor_ < 0) return {};  // Synced before it was closed.
  // Pipes and some devices have nothing to sync and say so.
  if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) {
    return fail(system_error(path_, "write", errno));
  }
  return {};
}

Result<void> File::close() {
  const int descriptor = std::exchange(descriptor_, -1);
  if (descriptor >= 0 && ::close(descriptor) != 0) {
    return fail(system_error(path_, "write", errno));
  }
  return {};
}

Result<std::string> read_text_file(const std::string& path, std::uint64_t max_bytes) {
  const Result<File> file = File::open(path, O_RDONLY);
  if (!file) return fail(file.error());
  const Result<std::uint64_t> size = file->size();
  if (!size) return fail(size.error());
  if (*size > max_bytes) {
    return fail(Errc::bad_data, path + ": has " + std::to_string(*size) + " bytes, at most " +
                                    std::to_string(max_bytes) + " are read");
  }
  std::string text(*size, '\0');
  const Result<void> read =
      file->read_at(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!read) return fail(read.error());
  return text;
}

Result<NewFile> NewFile::create(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    Result<File> special = File::open(path, O_WRONLY);
    if (!special) return fail(special.error());
    return NewFile(std::move(*special), path, "");
  }
  const std::string temporary = path + ".partial-" + std::to_string(::getpid());
  Result<File> file = File::open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666, path);
  if (!file) return fail(file.error());
  return NewFile(std::move(*file), path, temporary);
}

NewFile::NewFile(NewFile&& other) noexcept
    : file_(std::move(other.file_)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})) {}

NewFile::~NewFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> NewFile::sync() {
  if (Result<void> synced = file_.sync(); !synced) return synced;
  return file_.close();
}

Result<void> NewFile::rename() {
  if (temporary_.empty()) return {};
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return fail(system_error(path_, "create", errno));
  }
  temporary_.clear();
  return {};
}

Result<void> NewFile::commit() {
  if (Result<void> synced = sync(); !synced) return synced;
  if (temporary_.empty()) return {};
  if (Result<void> renamed = rename(); !renamed) return renamed;
  return sync_folder(path_);
}

void NewFile::withdraw() { ::unlink(path_.c_str()); }

}  // namespace earshot::radio
