#include "rewards/chain/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace earshot::rewards::chain {
namespace {

Result<void> write_durably(int file, const std::string& path, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(file_error(path, "cannot write", errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file) != 0) return fail(file_error(path, "cannot sync", errno));
  return {};
}

Result<void> sync_folder_of(const std::string& path) {
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return fail(file_error(folder.string(), "cannot open", errno));
  const int synced = ::fsync(handle);
  const int error_number = errno;
  ::close(handle);
  if (synced != 0) return fail(file_error(folder.string(), "cannot sync", error_number));
  return {};
}

}  // namespace

Error file_error(const std::string& path, const std::string& what, int error_number) {
  const bool refused = error_number == EACCES || error_number == EPERM;
  return {refused ? Errc::permission : Errc::unavailable,
          path + ": " + what + ": " + std::generic_category().message(error_number)};
}

Result<void> write_durable_file(const std::string& path, std::string_view text) {
  const std::string draft = path + ".new";
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return fail(file_error(draft, "cannot create", errno));
  const Result<void> written = write_durably(file, draft, text);
  ::close(file);
  if (!written) {
    ::unlink(draft.c_str());
    return written;
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) {
    return fail(file_error(path, "cannot rename into place", errno));
  }
  return sync_folder_of(path);
}

}  // namespace earshot::rewards::chain
