// Numbers as people type them.
#pragma once
#include <optional>
#include <string>

#include "core/result.h"

namespace CLI {
class App;
}

namespace earshot::cli {

// "868100000", "868.1M", "125k", "8.681e8", with or without "Hz". Errc::usage otherwise.
Result<double> parse_hertz(const std::string& text);

// An option that takes such a number into `target`; not below `low`.
void add_hertz_option(CLI::App& command, const std::string& names, std::optional<double>& target,
                      const std::string& description, double low);

}  // namespace earshot::cli
