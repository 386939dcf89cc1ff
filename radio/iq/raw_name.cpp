#include "radio/iq/raw_name.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace earshot::radio {
namespace {

struct Unit {
  std::string_view name;
  double size;
  bool rate;
};
constexpr std::array<Unit, 14> kUnits = {{{"M", 1e6, false},
                                          {"k", 1e3, true},
                                          {"Hz", 1, false},
                                          {"kHz", 1e3, false},
                                          {"MHz", 1e6, false},
                                          {"GHz", 1e9, false},
                                          {"hz", 1, false},
                                          {"khz", 1e3, false},
                                          {"sps", 1, true},
                                          {"ksps", 1e3, true},
                                          {"Msps", 1e6, true},
                                          {"kSps", 1e3, true},
                                          {"MSps", 1e6, true},
                                          {"Sps", 1, true}}};
constexpr std::array<std::string_view, 3> kSuffixes = {"wav", "sdriq", "raw"};  // No formats.

bool is_digits(std::string_view text, std::size_t count) {
  return text.size() == count && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "868.3M": 868.3e6 and its unit; nothing for anything else.
std::optional<std::pair<double, const Unit*>> quantity(std::string_view part) {
  double value = 0;
  const char* const last = part.data() + part.size();
  const auto [end, error] = std::from_chars(part.data(), last, value, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(value) || value <= 0) return std::nullopt;
  const std::string_view rest(end, static_cast<std::size_t>(last - end));
  for (const Unit& unit : kUnits) {
    if (rest == unit.name && std::isfinite(value * unit.size)) {
      return std::pair(value * unit.size, &unit);
    }
  }
  return std::nullopt;
}

// "20150804", "204908": that second of UTC.
std::optional<Instant> utc(std::string_view date, std::string_view time) {
  if (!is_digits(date, 8) || !is_digits(time, 6)) return std::nullopt;
  const auto part = [](std::string_view text, std::size_t at, std::size_t count) {
    return std::string(text.substr(at, count));
  };
  const Result<Instant> instant =
      from_iso8601(part(date, 0, 4) + "-" + part(date, 4, 2) + "-" + part(date, 6, 2) + "T" +
                   part(time, 0, 2) + ":" + part(time, 2, 2) + ":" + part(time, 4, 2) + "Z");
  return instant ? std::optional(*instant) : std::nullopt;
}

std::vector<std::string_view> parts_of(std::string_view name) {
  std::vector<std::string_view> parts;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of("_ "), name.size());
    parts.push_back(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return parts;
}

// gqrx_<date>_<time>_<Hz>_<rate>_fc: nothing of it stands with a unit.
std::optional<RawHints> gqrx_hints(const std::vector<std::string_view>& parts) {
  if (parts.size() != 6 || parts[0] != "gqrx" || parts[5] != "fc") return std::nullopt;
  const auto frequency = quantity(std::string(parts[3]) + "Hz");
  const auto rate = quantity(std::string(parts[4]) + "sps");
  const auto time = utc(parts[1], parts[2]);
  if (!frequency || !rate || !time) return std::nullopt;
  return RawHints{SampleFormat::cf32, rate->first, frequency->first, time, {}};
}

class Collected {
 public:
  void add(std::optional<double>& target, double value, const char* what) {
    bool& contradicted = &target == &hints_.said.rate_hz ? two_rates_ : two_frequencies_;
    if (contradicted) return;
    if (target && *target != value) {
      contradicted = true;
      target.reset();
      hints_.contradictions.push_back(std::string("the name says two ") + what);
      return;
    }
    target = value;
  }
  NameHints& hints() { return hints_; }

 private:
  NameHints hints_;
  bool two_rates_ = false, two_frequencies_ = false;
};

}  // namespace

NameHints hints_of_name(std::string_view path) {
  Collected collected;
  RawHints& said = collected.hints().said;
  const std::size_t slash = path.rfind('/');
  std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) {
    const std::string_view suffix = name.substr(dot + 1);
    const Result<SampleFormat> format = parse_format(suffix);
    if (format) said.format = *format;
    const bool other = std::find(kSuffixes.begin(), kSuffixes.end(), suffix) != kSuffixes.end();
    if (format || other) name = name.substr(0, dot);
  }
  const std::vector<std::string_view> parts = parts_of(name);
  if (const auto gqrx = gqrx_hints(parts)) return {*gqrx, {}};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto found = quantity(parts[i]);
    if (found && found->second->rate) collected.add(said.rate_hz, found->first, "rates");
    if (found && !found->second->rate) collected.add(said.centre_hz, found->first, "frequencies");
    // Without the Z it is local time of somewhere.
    if (i > 0 && parts[i].ends_with('Z')) {
      const auto time = utc(parts[i - 1], parts[i].substr(0, parts[i].size() - 1));
      if (time) said.time = time;
    }
  }
  return collected.hints();
}

}  // namespace earshot::radio
