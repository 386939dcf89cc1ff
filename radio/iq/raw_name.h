// What a raw file's name says of its samples, as rtl_433 writes it: parts between underscores, a
// frequency in megahertz ending in M, a rate in kilohertz ending in k, the format as the suffix:
// `g001_868.3M_1000k.cs8`.
#pragma once
#include <string_view>

#include "radio/iq/recording.h"

namespace earshot::radio {

// `path` may have folders. Parts that say nothing are left out; never fails.
RawHints hints_of_name(std::string_view path);

}  // namespace earshot::radio
