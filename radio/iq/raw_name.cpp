#include "radio/iq/raw_name.h"

#include <charconv>
#include <cmath>

namespace earshot::radio {
namespace {

// "868.3M" with unit 'M': 868.3; nothing for anything else.
std::optional<double> number_with_unit(std::string_view part, char unit) {
  if (part.size() < 2 || part.back() != unit) return std::nullopt;
  part.remove_suffix(1);
  double value = 0;
  const auto [end, error] =
      std::from_chars(part.data(), part.data() + part.size(), value, std::chars_format::fixed);
  const bool whole = error == std::errc() && end == part.data() + part.size();
  if (!whole || !std::isfinite(value) || value <= 0) return std::nullopt;
  return value;
}

}  // namespace

RawHints hints_of_name(std::string_view path) {
  RawHints hints;
  const std::size_t slash = path.rfind('/');
  std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) {
    if (const Result<SampleFormat> format = parse_format(name.substr(dot + 1))) {
      hints.format = *format;
      name = name.substr(0, dot);
    }
  }
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('_'), name.size());
    const std::string_view part = name.substr(0, end);
    if (const auto megahertz = number_with_unit(part, 'M')) hints.centre_hz = *megahertz * 1e6;
    if (const auto kilohertz = number_with_unit(part, 'k')) hints.rate_hz = *kilohertz * 1e3;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return hints;
}

}  // namespace earshot::radio
