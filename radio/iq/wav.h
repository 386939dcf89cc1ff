// WAV files as receivers write them: RIFF, or RF64 above 4 GB, two channels that are I and Q, and
// the auxi chunk of SpectraVue, Perseus, HDSDR, SDR# and SDRuno with start time and frequency.
// Pure but for the source. Sources: RIFF 1991, EBU Tech 3306 (RF64), SpectraVue's guide (auxi).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "radio/iq/byte_source.h"
#include "radio/iq/storage.h"

namespace earshot::radio {

struct WavHeader {
  Storage storage = Storage::ci16;
  double rate_hz = 0;
  std::uint64_t data_offset = 0, data_bytes = 0;
  std::optional<double> centre_hz;  // The auxi chunk's.
  std::optional<Instant> time;      // The auxi chunk's, which its writers give in UTC.
  std::vector<std::string> notes;   // What is there and was not used, and why.
};

// Errc::bad_data when it is no WAV file, is truncated, has not two channels or numbers of a size
// that is not read (8, 16, 24 and 32 bits; 32 and 64 bits of float).
Result<WavHeader> read_wav_header(const ByteSource& source, const std::string& where);

// Everything before the samples, with an auxi chunk where time or frequency are known and fit it
// (below 4.29 GHz). RF64 where RIFF's 32 bits end. Precondition: storage is offset8, ci16 or cf32.
Bytes wav_header(Storage storage, double rate_hz, std::uint64_t data_bytes,
                 std::optional<double> centre_hz, std::optional<Instant> start,
                 std::optional<Instant> stop);
// What the rate, frequency or time would lose in such a header; empty for nothing.
std::vector<std::string> lost_in_wav(double rate_hz, std::optional<double> centre_hz,
                                     std::optional<Instant> time);

}  // namespace earshot::radio
