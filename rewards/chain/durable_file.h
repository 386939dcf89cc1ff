// Files that must survive the loss of power. For the chain folder's and the tool's own use.
#pragma once
#include <string>
#include <string_view>

#include "core/result.h"

namespace earshot::rewards::chain {

// Whole or not at all, mode 0600, and durable (fsync of file and folder) on return.
// Errc::permission or Errc::unavailable name the file.
Result<void> write_durable_file(const std::string& path, std::string_view text);
// What a system call on `path` failed with.
Error file_error(const std::string& path, const std::string& what, int error_number);

}  // namespace earshot::rewards::chain
