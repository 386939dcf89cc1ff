#include "cli/css_options.h"

#include <CLI/CLI.hpp>

#include "cli/quantity.h"
#include "core/bytes.h"

namespace earshot::cli {

using radio::CssParams;
using radio::LowDataRate;

Result<int> parse_coding_rate(const std::string& text) {
  const bool digit_alone = text.size() == 1;
  const bool fraction = text.size() == 3 && text.starts_with("4/");
  const char last = text.empty() ? '0' : text.back();
  if ((digit_alone || fraction) && last >= '5' && last <= '8') return last - '4';
  return fail(Errc::usage, "coding rate \"" + text + "\" is not one of 4/5, 4/6, 4/7, 4/8");
}

Result<std::uint8_t> parse_sync_word(const std::string& text) {
  const Result<ByteArray<1>> word = array_from_hex<1>(text);
  if (word) return (*word)[0];
  return fail(Errc::usage, "sync word \"" + text + "\" is not one byte of hex, 00 to ff");
}

Result<LowDataRate> parse_low_data_rate(const std::string& text) {
  if (text == "auto") return LowDataRate::automatic;
  if (text == "on") return LowDataRate::on;
  if (text == "off") return LowDataRate::off;
  return fail(Errc::usage, "low data rate optimisation \"" + text + "\" is not auto, on or off");
}

void add_css_options(CLI::App& command, CssOptions& options) {
  command.add_option("--sf", options.spreading_factor, "Spreading factor, 7 to 12")
      ->type_name("N")
      ->required();
  add_hertz_option(command, "--bw", options.bandwidth_hz, "Bandwidth: 125k, 250k, 500k [125k]", 1);
  command.add_option("--cr", options.coding_rate, "Coding rate, 4/5 to 4/8 [4/5]")
      ->type_name("4/N");
  command.add_flag("--implicit", options.implicit_header, "No header: the receiver has to know");
  command.add_flag("--no-crc", options.no_crc, "No CRC over the payload");
  command.add_option("--sync", options.sync_word, "Sync word: 12 private, 34 LoRaWAN [12]")
      ->type_name("HEX");
  command.add_option("--preamble", options.preamble, "Up-chirps before the sync word [8]")
      ->type_name("N");
  command
      .add_option("--ldro", options.ldro,
                  "Low data rate optimisation; auto: above 16 ms per symbol [auto]")
      ->type_name("auto|on|off");
}

Result<CssParams> params_of(const CssOptions& options) {
  const Result<int> coding_rate = parse_coding_rate(options.coding_rate);
  if (!coding_rate) return fail(Errc::usage, "--cr: " + coding_rate.error().detail);
  const Result<std::uint8_t> sync_word = parse_sync_word(options.sync_word);
  if (!sync_word) return fail(Errc::usage, "--sync: " + sync_word.error().detail);
  const Result<LowDataRate> ldro = parse_low_data_rate(options.ldro);
  if (!ldro) return fail(Errc::usage, "--ldro: " + ldro.error().detail);
  CssParams params;
  params.spreading_factor = options.spreading_factor;
  params.bandwidth_hz = options.bandwidth_hz.value_or(125e3);
  params.coding_rate = *coding_rate;
  params.implicit_header = options.implicit_header;
  params.crc = !options.no_crc;
  params.ldro = *ldro;
  params.sync_word = *sync_word;
  params.preamble_symbols = options.preamble;
  if (Result<void> valid = radio::validate(params); !valid) return fail(valid.error());
  return params;
}

}  // namespace earshot::cli
