// A table for people: columns as wide as what stands in them.
#pragma once
#include <string>
#include <vector>

namespace earshot::cli {

class Table {
 public:
  // A title that begins with '>' is of a column of numbers: flush right, the '>' not shown.
  explicit Table(std::vector<std::string> titles);
  void add(std::vector<std::string> cells);  // As many as there are titles.
  bool empty() const { return rows_.empty(); }
  std::string text() const;

 private:
  std::vector<bool> flush_right_;
  std::vector<std::string> titles_;
  std::vector<std::vector<std::string>> rows_;
};

// For people: "868.1 MHz", "125 kHz".
std::string show_hertz(double hertz);
// Samples a second: "2.4 MS/s".
std::string show_rate(double hertz);
std::string show_fixed(double value, int decimals);

}  // namespace earshot::cli
