#include "radio/iq/sdriq.h"

#include <zlib.h>

#include <cassert>
#include <cmath>

#include "radio/iq/little_endian.h"

namespace earshot::radio {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

constexpr std::size_t kCrcAt = 28;  // Over all before it.
// Chosen: in milliseconds this is March 1973, in seconds the year 5138; nobody recorded in either.
constexpr u64 kSecondsBelow = 100'000'000'000;
constexpr u64 kMaxMilliseconds = 7'258'118'400'000;  // Chosen: the year 2200.

u32 crc_of(ByteView bytes) {
  return static_cast<u32>(crc32(0, bytes.data(), static_cast<uInt>(kCrcAt)));
}

}  // namespace

Result<SdriqHeader> parse_sdriq_header(ByteView bytes, const std::string& where) {
  assert(bytes.size() == kSdriqHeaderBytes);
  const u32 found = crc_of(bytes);
  const u32 claimed = get_little<u32>(bytes, kCrcAt);
  if (found != claimed) {
    return fail(Errc::bad_data, where + ": its header's CRC32 is " + std::to_string(found) +
                                    ", byte 28 says " + std::to_string(claimed) +
                                    ": damaged, or no .sdriq file");
  }
  const u32 rate = get_little<u32>(bytes, 0);
  const u64 milliseconds = get_little<u64>(bytes, 12);
  const u32 bits = get_little<u32>(bytes, 20);
  if (rate == 0) return fail(Errc::bad_data, where + ": its header says a sample rate of 0");
  if (bits != 16 && bits != 24) {
    return fail(Errc::bad_data, where + ": its header says samples of " + std::to_string(bits) +
                                    " bits; 16 and 24 are read");
  }
  if (milliseconds > kMaxMilliseconds) {
    return fail(Errc::bad_data, where + ": its header says a time after the year 2200");
  }
  SdriqHeader header;
  header.storage = bits == 16 ? Storage::ci16 : Storage::ci24_in_ci32;
  header.rate_hz = rate;
  header.centre_hz = static_cast<double>(get_little<u64>(bytes, 4));
  header.seconds = milliseconds < kSecondsBelow && milliseconds > 0;
  const auto time = static_cast<std::int64_t>(milliseconds);
  header.time =
      header.seconds ? Instant{time, 0} : Instant{time / 1000, time % 1000 * 1'000'000'000};
  return header;
}

Bytes sdriq_header(double rate_hz, double centre_hz, Instant time) {
  Bytes out;
  put_little(out, static_cast<u32>(std::llround(rate_hz)));
  put_little(out, static_cast<u64>(std::llround(std::max(0.0, centre_hz))));
  put_little(out, static_cast<u64>(time.seconds * 1000 + time.picos / 1'000'000'000));
  put_little(out, u32{16});
  put_little(out, u32{0});
  put_little(out, crc_of(out));
  return out;
}

}  // namespace earshot::radio
