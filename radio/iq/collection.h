// SigMF collections: a .sigmf-collection names recordings beside it that belong together, each with
// the SHA-512 of its metadata.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace earshot::radio {

struct CollectionStream {
  std::string name;  // The recording's stem, in the collection's folder.
  std::string hash;  // SHA-512 of <name>.sigmf-meta, in hex.
};

// Errc::bad_data when the text is no collection or a name has a folder. Pure.
Result<std::vector<CollectionStream>> parse_collection(std::string_view text,
                                                       const std::string& where);
Result<std::vector<CollectionStream>> read_collection(const std::string& path);

}  // namespace earshot::radio
