// Files that are whole or not there, and survive the loss of power. Blocking.
#pragma once
#include <string>

#include "core/bytes.h"

namespace earshot::verifier {

// Puts `bytes` in the place of what the file held, in one step: on disk when it returns.
// Errc::unavailable names the file.
Result<void> replace_file(const std::string& path, ByteView bytes);
// Writes without waiting for the disk; folders are made. Errc::unavailable names the file.
Result<void> write_lazily(const std::string& path, ByteView bytes);
// Waits until everything written to the file system of `directory` is on disk.
Result<void> sync_file_system(const std::string& directory);

}  // namespace earshot::verifier
