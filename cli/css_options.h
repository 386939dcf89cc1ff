// The parameters of a LoRa frame as options.
#pragma once
#include <optional>
#include <string>

#include "cli/context.h"
#include "radio/css/params.h"

namespace earshot::cli {

// "4/5" .. "4/8", or 5 .. 8: 1 .. 4. Errc::usage otherwise.
Result<int> parse_coding_rate(const std::string& text);
// One byte of hex, with or without 0x. Errc::usage otherwise.
Result<std::uint8_t> parse_sync_word(const std::string& text);
// "auto", "on" or "off". Errc::usage otherwise.
Result<radio::LowDataRate> parse_low_data_rate(const std::string& text);

struct CssOptions {
  int spreading_factor = 0;
  std::optional<double> bandwidth_hz;
  std::string coding_rate = "4/5";
  bool implicit_header = false;
  bool no_crc = false;
  std::string sync_word = "12";
  int preamble = 8;
  std::string ldro = "auto";
};
void add_css_options(CLI::App& command, CssOptions& options);
// Errc::usage names the option.
Result<radio::CssParams> params_of(const CssOptions& options);

}  // namespace earshot::cli
