#include "verifier/log/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace earshot::verifier {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

tl::unexpected<Error> failed(const std::string& path) {
  return fail(Errc::unavailable, path + ": " + std::strerror(errno));
}

bool write_all(int descriptor, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

Descriptor create(const std::string& path) {
  return Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
}

}  // namespace

Result<void> replace_file(const std::string& path, ByteView bytes) {
  const std::string fresh = path + ".new";
  {
    const Descriptor file = create(fresh);
    if (file.get() < 0 || !write_all(file.get(), bytes) || ::fsync(file.get()) != 0) {
      return failed(fresh);
    }
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return failed(path);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor directory(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return failed(folder);
  return {};
}

Result<void> write_lazily(const std::string& path, ByteView bytes) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (error) return fail(Errc::unavailable, path + ": " + error.message());
  const Descriptor file = create(path);
  if (file.get() < 0 || !write_all(file.get(), bytes)) return failed(path);
  return {};
}

Result<void> sync_file_system(const std::string& directory) {
  const Descriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::syncfs(folder.get()) != 0) return failed(directory);
  return {};
}

}  // namespace earshot::verifier
