#include "cli/decode_options.h"

#include <CLI/CLI.hpp>
#include <cmath>

#include "cli/css_options.h"
#include "cli/quantity.h"

namespace earshot::cli {
namespace {

using radio::ReceiverConfig;

Result<std::vector<int>> parse_spreading_factors(const std::string& text) {
  if (text == "all") return std::vector<int>{7, 8, 9, 10, 11, 12};
  std::vector<int> factors;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const bool digits = !part.empty() && part.size() <= 2 &&
                        part.find_first_not_of("0123456789") == std::string::npos;
    const int factor = digits ? std::stoi(part) : 0;
    if (factor < 7 || factor > 12) {
      return fail(Errc::usage, "--sf: \"" + text + "\" is not all or numbers from 7 to 12");
    }
    factors.push_back(factor);
    begin = end + 1;
  }
  return factors;
}

Result<std::optional<radio::ImplicitFrame>> parse_implicit(const DecodeOptions& options) {
  if (!options.implicit_header) return std::optional<radio::ImplicitFrame>();
  if (options.length < 1 || options.length > 255) {
    return fail(Errc::usage, "--length: an implicit frame needs its length, 1 to 255 bytes");
  }
  const Result<int> coding_rate = parse_coding_rate(options.coding_rate);
  if (!coding_rate) return fail(Errc::usage, "--cr: " + coding_rate.error().detail);
  if (options.crc != "on" && options.crc != "off") {
    return fail(Errc::usage, "--crc: \"" + options.crc + "\" is not on or off");
  }
  return std::optional(radio::ImplicitFrame{options.length, *coding_rate, options.crc == "on"});
}

Result<std::vector<radio::Channel>> parse_channels(const DecodeOptions& options, double rate_hz,
                                                   double centre_hz) {
  const double bandwidth_hz = options.bandwidth_hz.value_or(125e3);
  if (options.channels.empty()) return std::vector<radio::Channel>{{centre_hz, bandwidth_hz}};
  std::vector<radio::Channel> channels;
  for (const std::string& text : options.channels) {
    const Result<double> hertz = parse_hertz(text);
    if (!hertz) return fail(Errc::usage, "--channel: " + hertz.error().detail);
    const bool given = options.recording.freq_hz.value_or(0) != 0;
    const bool only_absolute = centre_hz != 0 && std::abs(*hertz) > rate_hz / 2 &&
                               std::abs(*hertz - centre_hz) <= rate_hz / 2;
    const double channel_hz = given || only_absolute ? *hertz : centre_hz + *hertz;
    if (std::abs(channel_hz - centre_hz) + bandwidth_hz / 2 > rate_hz / 2) {
      return fail(Errc::usage, "--channel: " + text + " with a bandwidth of " +
                                   std::to_string(std::lround(bandwidth_hz)) +
                                   " Hz leaves the recording's band, its centre +- " +
                                   std::to_string(std::lround(rate_hz / 2)) + " Hz");
    }
    channels.push_back({channel_hz, bandwidth_hz});
  }
  return channels;
}

}  // namespace

void add_decode_options(CLI::App& command, DecodeOptions& options) {
  add_recording_options(command, options.recording);
  command
      .add_option("--channel", options.channels,
                  "Channel's centre, repeatable: absolute with --freq, else from the centre [0]")
      ->type_name("HZ")
      ->allow_extra_args(false);
  command.add_option("--sf", options.spreading_factors, "Spreading factors: all, 7 or 7,8,9 [all]")
      ->type_name("N|all");
  add_hertz_option(command, "--bw", options.bandwidth_hz, "Bandwidth of every channel [125k]", 1);
  command.add_option("--sync", options.sync_word, "Sync word: 12, 34, ... or any [any]")
      ->type_name("HEX|any");
  command
      .add_option("--preamble", options.preamble,
                  "Up-chirps, from which a frame's start is counted [as found]")
      ->type_name("N");
  command.add_option("--ldro", options.ldro, "Low data rate optimisation [auto: found out]")
      ->type_name("auto|on|off");
  CLI::Option* implicit =
      command.add_flag("--implicit", options.implicit_header, "Frames have no header; then:");
  command.add_option("--length", options.length, "  bytes of payload")
      ->type_name("N")
      ->needs(implicit);
  command.add_option("--cr", options.coding_rate, "  coding rate [4/5]")
      ->type_name("4/N")
      ->needs(implicit);
  command.add_option("--crc", options.crc, "  payload has a CRC [on]")
      ->type_name("on|off")
      ->needs(implicit);
}

Result<ReceiverConfig> receiver_config(const DecodeOptions& options,
                                       const radio::RecordingInfo& recording,
                                       const radio::Capture& capture) {
  ReceiverConfig config;
  config.rate_hz = *recording.rate_hz;
  config.centre_hz = capture.centre_hz.value_or(0);
  config.radio_frequency_known = config.centre_hz != 0;
  const auto channels = parse_channels(options, config.rate_hz, config.centre_hz);
  if (!channels) return fail(channels.error());
  config.channels = *channels;
  const auto factors = parse_spreading_factors(options.spreading_factors);
  if (!factors) return fail(factors.error());
  config.spreading_factors = *factors;
  if (options.sync_word != "any") {
    const Result<std::uint8_t> word = parse_sync_word(options.sync_word);
    if (!word) return fail(Errc::usage, "--sync: " + word.error().detail + ", nor any");
    config.sync_word = *word;
  }
  if (options.preamble && (*options.preamble < 6 || *options.preamble > 65535)) {
    return fail(Errc::usage,
                "--preamble: " + std::to_string(*options.preamble) + " is not from 6 to 65535");
  }
  const auto ldro = parse_low_data_rate(options.ldro);
  if (!ldro) return fail(Errc::usage, "--ldro: " + ldro.error().detail);
  config.ldro = *ldro;
  const auto implicit = parse_implicit(options);
  if (!implicit) return fail(implicit.error());
  config.implicit = *implicit;
  return config;
}

}  // namespace earshot::cli
