// Files that a verifier publishes, from its HTTP API or from a directory of copies. Blocking.
#pragma once
#include <optional>
#include <string>

#include "core/bytes.h"

namespace earshot::verifier {

// `where` begins with http:// or is a directory: there is WHERE + path (which begins with /) or
// WHERE/file. Errc::unavailable when it is missing or nobody answers, Errc::usage for a URL that is
// none.
Result<Bytes> fetch(const std::string& where, const std::string& path, const std::string& file);
// Nothing when the source is there and says that it has no such file.
Result<std::optional<Bytes>> fetch_if_there(const std::string& where, const std::string& path,
                                            const std::string& file);

}  // namespace earshot::verifier
