// What a file's name says of its samples. Parts stand between underscores or blanks:
//
//   rtl_433   g001_868.3M_1000k.cs8                        frequency in MHz, rate in kHz
//   gqrx      gqrx_20261122_080000_868100000_1800000_fc.raw  UTC, frequency, rate in Hz; cf32
//   SDR#      SDRSharp_20150804_204908Z_433920000Hz_IQ.wav  UTC, frequency; HDSDR and SDRuno too
//
// and any part with a unit: Hz, kHz, MHz, GHz are a frequency; sps, ksps, Msps a rate. A suffix
// that is a format's name is the format.
#pragma once
#include <string_view>

#include "radio/iq/recording.h"

namespace earshot::radio {

struct NameHints {
  RawHints said;
  // A thing said twice in two ways is not said: one line for each.
  std::vector<std::string> contradictions;
};

// `path` may have folders. Parts that say nothing are left out; never fails.
NameHints hints_of_name(std::string_view path);

}  // namespace earshot::radio
