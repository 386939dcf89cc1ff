#include "cli/table.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdio>

namespace earshot::cli {
namespace {

// Letters as a person counts them: bytes that do not continue a UTF-8 sequence.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char letter) {
    return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

Table::Table(std::vector<std::string> titles) : titles_(std::move(titles)) {
  for (std::string& title : titles_) {
    flush_right_.push_back(title.starts_with('>'));
    if (title.starts_with('>')) title.erase(0, 1);
  }
}

void Table::add(std::vector<std::string> cells) {
  assert(cells.size() == titles_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < titles_.size(); ++column) {
    std::size_t width = width_of(titles_[column]);
    for (const auto& row : rows_) width = std::max(width, width_of(row[column]));
    widths.push_back(width);
  }
  std::string out;
  const auto add_line = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t column = 0; column < cells.size(); ++column) {
      const std::string fill(widths[column] - width_of(cells[column]), ' ');
      if (column > 0) line += "  ";
      line += flush_right_[column] ? fill + cells[column] : cells[column] + fill;
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  add_line(titles_);
  for (const auto& row : rows_) add_line(row);
  return out;
}

std::string show_fixed(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  const std::string_view shown = text.data();
  const bool is_minus_zero = shown.front() == '-' && shown.find_first_of("123456789") == shown.npos;
  return std::string(is_minus_zero ? shown.substr(1) : shown);
}

std::string show_hertz(double hertz) {
  struct Unit {
    double size;
    const char* name;
  };
  for (const Unit& unit : {Unit{1e9, " GHz"}, Unit{1e6, " MHz"}, Unit{1e3, " kHz"}}) {
    if (std::abs(hertz) < unit.size) continue;
    std::string text = show_fixed(hertz / unit.size, 6);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text + unit.name;
  }
  return show_fixed(hertz, 0) + " Hz";
}

std::string show_rate(double hertz) {
  const std::string text = show_hertz(hertz);
  return text.substr(0, text.size() - 2) + "S/s";
}

}  // namespace earshot::cli
