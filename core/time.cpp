#include "core/time.h"

#include <array>
#include <cassert>
#include <cstdio>
#include <string_view>

namespace earshot {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::size_t kPicoDigits = 12;
constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";  // d stands for a digit.

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_shape(std::string_view text) {
  if (text.size() < kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == 'd' ? !is_digit(text[i]) : text[i] != kShape[i]) return false;
  }
  return true;
}

int number_at(std::string_view text, std::size_t offset, std::size_t digits) {
  int value = 0;
  for (const char c : text.substr(offset, digits)) value = value * 10 + (c - '0');
  return value;
}

// Of ".123" or nothing; -1 when malformed.
std::int64_t picos_of(std::string_view fraction) {
  if (fraction.empty()) return 0;
  if (fraction[0] != '.' || fraction.size() < 2 || fraction.size() > 1 + kPicoDigits) return -1;
  std::int64_t picos = 0;
  for (std::size_t i = 1; i <= kPicoDigits; ++i) {
    const char digit = i < fraction.size() ? fraction[i] : '0';
    if (!is_digit(digit)) return -1;
    picos = picos * 10 + (digit - '0');
  }
  return picos;
}

}  // namespace

std::string to_iso8601(Instant instant, int fraction_digits) {
  assert(fraction_digits >= 0 && fraction_digits <= static_cast<int>(kPicoDigits));
  using std::chrono::days;
  std::int64_t day = instant.seconds / kSecondsPerDay;
  std::int64_t second = instant.seconds % kSecondsPerDay;
  if (second < 0) second += kSecondsPerDay, day -= 1;
  const std::chrono::year_month_day date{std::chrono::sys_days(days(day))};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%012lld",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(second / 3600),
                static_cast<int>(second / 60 % 60), static_cast<int>(second % 60),
                static_cast<long long>(instant.picos));
  const std::size_t kept = fraction_digits == 0 ? 0 : static_cast<std::size_t>(fraction_digits) + 1;
  return std::string(text.data(), kShape.size() + kept) + "Z";
}

Result<Instant> from_iso8601(const std::string& text) {
  const std::string_view view = text;
  const auto refuse = [&] {
    return fail(Errc::bad_data,
                "found '" + text + "', expected a UTC time like 2026-11-22T08:00:00.123456789Z");
  };
  if (!has_shape(view) || view.back() != 'Z') return refuse();
  const std::string_view fraction = view.substr(kShape.size(), view.size() - 1 - kShape.size());
  const std::int64_t picos = picos_of(fraction);
  const std::chrono::year_month_day date{
      std::chrono::year(number_at(view, 0, 4)),
      std::chrono::month(static_cast<unsigned>(number_at(view, 5, 2))),
      std::chrono::day(static_cast<unsigned>(number_at(view, 8, 2)))};
  const int hour = number_at(view, 11, 2);
  const int minute = number_at(view, 14, 2);
  const int second = number_at(view, 17, 2);  // Unix time has no second 60.
  if (picos < 0 || !date.ok() || hour > 23 || minute > 59 || second > 59) return refuse();
  const std::int64_t day = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t second_of_day = (std::int64_t{hour} * 60 + minute) * 60 + second;
  return Instant{day * kSecondsPerDay + second_of_day, picos};
}

}  // namespace earshot
