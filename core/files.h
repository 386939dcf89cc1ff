// Files that a person or a configuration names.
#pragma once
#include <string>

#include "core/result.h"

namespace earshot {

// All of it; an empty file is an empty string. Errc::permission when the system refuses it,
// Errc::unavailable when it is not there, is no file or cannot be read: the detail names it.
Result<std::string> read_file(const std::string& path);

}  // namespace earshot
