#include "core/files.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace earshot {

Result<std::string> read_file(const std::string& path) {
  std::error_code ignored;  // What cannot be looked at cannot be opened either.
  if (std::filesystem::is_directory(path, ignored)) {
    return fail(Errc::unavailable, path + ": cannot read: it is a directory");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.is_open() && !file.bad()) return text;
  const Errc code = errno == EACCES ? Errc::permission : Errc::unavailable;
  return fail(code, path + ": cannot read: " + std::strerror(errno));
}

}  // namespace earshot
