// SDRangel's .sdriq: a header of 32 bytes with a CRC32, then samples of 16 or 24 bits (24 in four
// bytes). Source: SDRangel's manual, "File input plugin". Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/time.h"
#include "radio/iq/storage.h"

namespace earshot::radio {

inline constexpr std::size_t kSdriqHeaderBytes = 32;

struct SdriqHeader {
  Storage storage = Storage::ci16;
  double rate_hz = 0;
  double centre_hz = 0;
  Instant time;
  bool seconds = false;  // The time counts seconds: written before SDRangel 6.16.2.
};

// Precondition: kSdriqHeaderBytes bytes. Errc::bad_data for a wrong CRC32, a rate of 0 or another
// size of sample.
Result<SdriqHeader> parse_sdriq_header(ByteView bytes, const std::string& where);

// 16 bits; rate and frequency in whole Hz, time in milliseconds (1970 when nothing is known).
Bytes sdriq_header(double rate_hz, double centre_hz, Instant time);

}  // namespace earshot::radio
