// A simulated epoch as a person reads it.
#pragma once
#include <string>

#include "simulator/report.h"

namespace earshot::cli {

// `styled`: colours and box drawing, for a terminal; plain text otherwise. UTF-8 either way only in
// what is styled.
std::string show_epoch(const simulator::EpochReport& report, bool styled);

}  // namespace earshot::cli
