#include "radio/virtual_air/arguments.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace earshot::radio {

Result<double> number_argument(const SoapySDR::Kwargs& arguments, const std::string& name,
                               double absent, double low, double high) {
  const auto found = arguments.find(name);
  if (found == arguments.end()) return absent;
  const std::string& text = found->second;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && value >= low && value <= high) return value;
  std::ostringstream line;
  line << name << ": found \"" << text << "\", allowed is a number from " << low << " to " << high;
  return fail(Errc::usage, line.str());
}

std::string text_argument(const SoapySDR::Kwargs& arguments, const std::string& name,
                          const std::string& absent) {
  const auto found = arguments.find(name);
  return found == arguments.end() ? absent : found->second;
}

Result<void> check_names(const SoapySDR::Kwargs& arguments,
                         const std::vector<std::string>& allowed) {
  static const std::vector<std::string> given_by_others = {"driver", "label",  "type",
                                                           "serial", "remote", "device_id"};
  for (const auto& [name, unused] : arguments) {
    if (std::ranges::count(allowed, name) + std::ranges::count(given_by_others, name) > 0) continue;
    std::string names;
    for (const std::string& one : allowed) names.append(names.empty() ? "" : ", ").append(one);
    return fail(Errc::usage, name + ": unknown argument; allowed: " + names);
  }
  return {};
}

}  // namespace earshot::radio
