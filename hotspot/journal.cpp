#include "hotspot/journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "core/hash.h"

namespace earshot::hotspot {
namespace {

constexpr ByteArray<4> kMagic = {'E', 'J', '0', '1'};
constexpr std::size_t kHeadBytes = kMagic.size() + 4;
constexpr std::size_t kChecksumBytes = 8;

Error system_error(const std::string& what, const std::string& path) {
  const Errc code = errno == EACCES || errno == EPERM ? Errc::permission : Errc::unavailable;
  return {code, path + ": cannot " + what + ": " + std::strerror(errno)};
}

// The payload of the record that begins at `offset`; nothing when none does.
std::optional<ByteView> record_at(ByteView file, std::size_t offset) {
  Reader reader(file.subspan(offset));
  const auto magic = reader.get_array<kMagic.size()>();
  const auto length = reader.get<std::uint32_t>();
  if (reader.failed() || magic != kMagic || length > kMaxRecordBytes) return std::nullopt;
  const ByteView payload = reader.get_bytes(length);
  const auto checksum = reader.get_array<kChecksumBytes>();
  if (reader.failed()) return std::nullopt;
  const Hash256 digest = sha256(file.subspan(offset + kMagic.size(), 4 + length));
  if (!std::equal(checksum.begin(), checksum.end(), digest.begin())) return std::nullopt;
  return payload;
}

bool any_record_after(ByteView file, std::size_t offset) {
  while (offset < file.size()) {
    const auto found = std::search(file.begin() + static_cast<std::ptrdiff_t>(offset), file.end(),
                                   kMagic.begin(), kMagic.end());
    if (found == file.end()) return false;
    offset = static_cast<std::size_t>(found - file.begin());
    if (record_at(file, offset)) return true;
    ++offset;
  }
  return false;
}

Result<void> write_all(int fd, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(system_error("write", path));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<Bytes> read_all(int fd, const std::string& path) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return fail(system_error("read", path));
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t count =
        ::pread(fd, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(system_error("read", path));
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  bytes.resize(have);
  return bytes;
}

// Makes a created or renamed name durable.
Result<void> sync_directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail(system_error("open", directory));
  const int status = ::fsync(fd);
  ::close(fd);
  if (status != 0) return fail(system_error("sync", directory));
  return {};
}

}  // namespace

Bytes encode_record(ByteView payload) {
  Writer writer;
  writer.put(ByteView(kMagic));
  writer.put(static_cast<std::uint32_t>(payload.size()));
  writer.put(payload);
  const Hash256 digest = sha256(ByteView(writer.bytes()).subspan(kMagic.size()));
  writer.put(ByteView(digest).first(kChecksumBytes));
  return std::move(writer).take();
}

Result<JournalContents> read_journal(ByteView file) {
  JournalContents contents;
  while (const std::optional<ByteView> payload = record_at(file, contents.whole_bytes)) {
    contents.payloads.emplace_back(payload->begin(), payload->end());
    contents.whole_bytes += kHeadBytes + payload->size() + kChecksumBytes;
  }
  if (any_record_after(file, contents.whole_bytes)) {
    return fail(Errc::bad_data, "offset " + std::to_string(contents.whole_bytes) +
                                    ": damaged record with whole ones after it; restore the file "
                                    "from a copy");
  }
  return contents;
}

Journal::Journal(std::string path, int fd, std::size_t size)
    : path_(std::move(path)), fd_(fd), size_(size) {}

Journal::Journal(Journal&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}

Journal& Journal::operator=(Journal&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  return *this;
}

Journal::~Journal() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Journal::Opened> Journal::open(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  const bool create = fd < 0 && errno == ENOENT;
  if (create) fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(system_error("open", path));
  Journal journal(path, fd, 0);
  const Result<Bytes> file = read_all(fd, path);
  if (!file) return fail(file.error());
  Result<JournalContents> contents = read_journal(*file);
  if (!contents) return fail(contents.error().code, path + ": " + contents.error().detail);
  if (create) {
    if (Result<void> synced = sync_directory_of(path); !synced) return fail(synced.error());
  }
  if (contents->whole_bytes < file->size() &&
      ::ftruncate(fd, static_cast<off_t>(contents->whole_bytes)) != 0) {
    return fail(system_error("cut the torn tail of", path));
  }
  if (::lseek(fd, 0, SEEK_END) < 0) return fail(system_error("seek in", path));
  journal.size_ = contents->whole_bytes;
  return Opened{std::move(journal), std::move(contents->payloads)};
}

Result<void> Journal::append(ByteView payload) {
  if (fd_ < 0) return fail(Errc::unavailable, path_ + ": closed after a failed write");
  const Bytes record = encode_record(payload);
  Result<void> written = write_all(fd_, record, path_);
  if (written && ::fsync(fd_) != 0) written = fail(system_error("sync", path_));
  if (!written) {
    // What a failed write or sync left must not stand before later records. When even the cut
    // fails, nothing more is written: reading back then finds a torn tail, not damage.
    if (::ftruncate(fd_, static_cast<off_t>(size_)) != 0 || ::lseek(fd_, 0, SEEK_END) < 0) {
      ::close(std::exchange(fd_, -1));
    }
    return written;
  }
  size_ += record.size();
  return {};
}

Result<void> Journal::rewrite(const std::vector<Bytes>& payloads) {
  const std::string temporary = path_ + ".new";
  const int fd = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail(system_error("open", temporary));
  Journal fresh(path_, fd, 0);
  for (const Bytes& payload : payloads) {
    const Bytes record = encode_record(payload);
    if (Result<void> written = write_all(fd, record, temporary); !written) return written;
    fresh.size_ += record.size();
  }
  if (::fsync(fd) != 0) return fail(system_error("sync", temporary));
  if (::rename(temporary.c_str(), path_.c_str()) != 0) return fail(system_error("rename", path_));
  // The new file stands under the name from here on, even if its durability is uncertain.
  *this = std::move(fresh);
  return sync_directory_of(path_);
}

}  // namespace earshot::hotspot
