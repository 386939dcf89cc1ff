// What to look for in a recording.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/iq_commands.h"
#include "radio/css/receiver.h"

namespace earshot::cli {

struct DecodeOptions {
  RecordingOptions recording;
  std::vector<std::string> channels;  // As typed; none: one at the centre.
  std::string spreading_factors = "all";
  std::optional<double> bandwidth_hz;
  std::string sync_word = "any";
  std::optional<int> preamble;  // Nothing: as found.
  bool implicit_header = false;
  int length = 0;
  std::string coding_rate = "4/5";
  std::string crc = "on";
  std::string ldro = "auto";
};
void add_decode_options(CLI::App& command, DecodeOptions& options);

// The receiver for one capture. A channel is absolute when --freq was given; else it is an offset
// from the centre, unless only its being absolute puts it into the band of a file that knows its
// frequency. Errc::usage names the option. Precondition: the recording's rate is known.
Result<radio::ReceiverConfig> receiver_config(const DecodeOptions& options,
                                              const radio::RecordingInfo& recording,
                                              const radio::Capture& capture);

}  // namespace earshot::cli
