#include "cli/quantity.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>

namespace earshot::cli {

Result<double> parse_hertz(const std::string& text) {
  double value = 0;
  const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(begin, last, value);
  std::string_view unit(end, static_cast<std::size_t>(last - end));
  double size = 1;
  if (!unit.empty()) {
    const std::string_view prefixes = "kMG";
    if (const std::size_t found = prefixes.find(unit.front()); found != std::string_view::npos) {
      size = std::pow(1e3, static_cast<double>(found) + 1);
      unit.remove_prefix(1);
    }
  }
  const bool known = unit.empty() || unit == "Hz" || unit == "hz";
  if (error != std::errc() || !known || !std::isfinite(value)) {
    return fail(Errc::usage, "\"" + text + "\" is not a frequency: write 868100000 or 868.1M");
  }
  return value * size;
}

void add_hertz_option(CLI::App& command, const std::string& names, std::optional<double>& target,
                      const std::string& description, double low) {
  CLI::Option* option = command.add_option_function<std::string>(
      names,
      [&target, names, low](const std::string& text) {
        const Result<double> value = parse_hertz(text);
        if (!value) throw CLI::ValidationError(names, value.error().detail);
        if (*value < low) {
          throw CLI::ValidationError(names, text + " is below " + std::to_string(low) + " Hz");
        }
        target = *value;
      },
      description);
  option->type_name("HZ");
}

}  // namespace earshot::cli
