#include "radio/iq/wav.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "radio/iq/little_endian.h"

namespace earshot::radio {
namespace {

using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

constexpr u16 kPcm = 1, kFloat = 3, kExtensible = 0xFFFE;  // Given: the WAVE format tags.
constexpr u32 kIn64 = 0xFFFFFFFF;                          // Given: EBU 3306, "see ds64".
constexpr std::size_t kAuxiBytes = 164;                    // Given: SpectraVue's structure.
constexpr std::size_t kAuxiRead = 36;                      // Two times and the frequency.
constexpr std::size_t kMaxSmallChunk = 1 << 16;            // Chosen: what is read of a chunk.
constexpr int kMaxChunks = 1000;                           // Chosen: bounds the walk.

struct Chunk {
  std::string id;
  u64 offset = 0, size = 0;  // Of its content.
};

std::string text_at(ByteView bytes, std::size_t at) {
  return {reinterpret_cast<const char*>(bytes.data()) + at, 4};
}

// Windows' SYSTEMTIME, eight numbers of 16 bits.
std::optional<Instant> system_time(ByteView bytes) {
  std::array<u16, 8> part{};  // Year, month, day of the week, day, hour, minute, second, ms.
  for (std::size_t i = 0; i < part.size(); ++i) part[i] = get_little<u16>(bytes, 2 * i);
  if (part[0] < 1970 || part[0] > 9999 || part[1] > 12 || part[3] > 31 || part[4] > 23 ||
      part[5] > 59 || part[6] > 59 || part[7] > 999) {
    return std::nullopt;
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", part[0], part[1],
                part[3], part[4], part[5], part[6], part[7]);
  const Result<Instant> time = from_iso8601(text.data());
  return time ? std::optional(*time) : std::nullopt;
}

void put_system_time(Bytes& out, Instant time) {
  using std::chrono::days;
  const std::int64_t day =
      static_cast<std::int64_t>(std::floor(static_cast<double>(time.seconds) / 86400.0));
  const std::chrono::sys_days date{days(day)};
  const std::chrono::year_month_day ymd{date};
  const std::int64_t second = time.seconds - day * 86400;
  const auto put = [&out](auto value) { put_little(out, static_cast<u16>(value)); };
  put(static_cast<int>(ymd.year()));
  put(static_cast<unsigned>(ymd.month()));
  put(std::chrono::weekday(date).c_encoding());
  put(static_cast<unsigned>(ymd.day()));
  put(second / 3600);
  put(second / 60 % 60);
  put(second % 60);
  put(time.picos / 1'000'000'000);
}

class WavReader {
 public:
  WavReader(const ByteSource& source, const std::string& where) : source_(source), where_(where) {}

  Result<WavHeader> read() {
    const Result<Bytes> head = bytes(0, 12);
    if (!head) return fail(head.error());
    const std::string form = text_at(*head, 0);
    if ((form != "RIFF" && form != "RF64" && form != "BW64") || text_at(*head, 8) != "WAVE") {
      return refuse("is no WAV file: it does not begin with RIFF or RF64 and WAVE");
    }
    if (Result<void> walked = walk_chunks(); !walked) return fail(walked.error());
    if (!has_format_) return refuse("has no fmt chunk before its end: truncated");
    if (header_.data_offset == 0) return refuse("has no data chunk: truncated");
    return std::move(header_);
  }

 private:
  tl::unexpected<Error> refuse(const std::string& why) const {
    return fail(Errc::bad_data, where_ + ": " + why);
  }

  Result<Bytes> bytes(u64 offset, std::size_t count) const {
    if (offset > source_.size || count > source_.size - offset) {
      return refuse("ends at byte " + std::to_string(source_.size) +
                    " within its header: truncated");
    }
    Bytes out(count);
    if (Result<void> read = source_.read_at(offset, out); !read) return fail(read.error());
    return out;
  }

  Result<void> walk_chunks() {
    u64 at = 12;
    for (int i = 0; i < kMaxChunks && at + 8 <= source_.size; ++i) {
      const Result<Bytes> head = bytes(at, 8);
      if (!head) return fail(head.error());
      Chunk chunk{text_at(*head, 0), at + 8, get_little<u32>(*head, 4)};
      if (chunk.id == "data" && chunk.size == kIn64 && data_bytes_64_) {
        chunk.size = *data_bytes_64_;
      }
      const u64 left = source_.size - chunk.offset;
      if (chunk.size > left) {
        return refuse("its " + chunk.id + " chunk at byte " + std::to_string(at) + " says " +
                      std::to_string(chunk.size) + " bytes, the file has " + std::to_string(left) +
                      " more: truncated");
      }
      if (Result<void> taken = take(chunk); !taken) return taken;
      at = chunk.offset + chunk.size + chunk.size % 2;
    }
    return {};
  }

  Result<void> take(const Chunk& chunk) {
    if (chunk.id == "data") {
      if (!has_format_) return refuse("has its data chunk before its fmt chunk");
      header_.data_offset = chunk.offset;
      header_.data_bytes = chunk.size;
      return {};
    }
    if (chunk.id != "fmt " && chunk.id != "ds64" && chunk.id != "auxi") return {};
    const Result<Bytes> content =
        bytes(chunk.offset, static_cast<std::size_t>(std::min<u64>(chunk.size, kMaxSmallChunk)));
    if (!content) return fail(content.error());
    if (chunk.id == "fmt ") return take_format(*content);
    if (chunk.id == "auxi") take_auxi(*content);
    if (chunk.id == "ds64" && content->size() >= 16) data_bytes_64_ = get_little<u64>(*content, 8);
    return {};
  }

  Result<void> take_format(ByteView content) {
    if (content.size() < 16) return refuse("its fmt chunk has less than 16 bytes");
    u16 tag = get_little<u16>(content, 0);
    if (tag == kExtensible && content.size() >= 26) tag = get_little<u16>(content, 24);
    const u16 channels = get_little<u16>(content, 2);
    const u16 bits = get_little<u16>(content, 14);
    if (channels != 2) {
      return refuse("has " + std::to_string(channels) +
                    " channel(s): " + (channels == 1 ? "real-valued samples; " : "") +
                    "I/Q recordings have 2, left I and right Q");
    }
    const std::optional<Storage> storage = storage_for(tag, bits);
    if (!storage) {
      return refuse("has numbers of format " + std::to_string(tag) + " with " +
                    std::to_string(bits) +
                    " bits; PCM (1) of 8, 16, 24 or 32 and float (3) of 32 or 64 bits are read");
    }
    if (get_little<u16>(content, 12) != bytes_per_sample(*storage)) {
      return refuse("its fmt chunk says " + std::to_string(get_little<u16>(content, 12)) +
                    " bytes per sample, 2 channels of " + std::to_string(bits) + " bits take " +
                    std::to_string(bytes_per_sample(*storage)));
    }
    header_.storage = *storage;
    header_.rate_hz = get_little<u32>(content, 4);
    if (header_.rate_hz == 0) return refuse("its fmt chunk says a sample rate of 0");
    has_format_ = true;
    return {};
  }

  static std::optional<Storage> storage_for(u16 tag, u16 bits) {
    if (tag == kPcm && bits == 8) return Storage::offset8;
    if (tag == kPcm && bits == 16) return Storage::ci16;
    if (tag == kPcm && bits == 24) return Storage::ci24;
    if (tag == kPcm && bits == 32) return Storage::ci32;
    if (tag == kFloat && bits == 32) return Storage::cf32;
    if (tag == kFloat && bits == 64) return Storage::cf64;
    return std::nullopt;
  }

  void take_auxi(ByteView content) {
    // SDR Console writes XML under the same name.
    const bool text = content.size() >= 2 && (content[0] == '<' || content[0] == 0xFF);
    if (content.size() < kAuxiRead || text) {
      header_.notes.emplace_back("an auxi chunk of another form is not read");
      return;
    }
    header_.time = system_time(content.first(16));
    if (!header_.time) header_.notes.emplace_back("the auxi chunk's start time is no time");
    const u32 centre = get_little<u32>(content, 32);
    if (centre != 0) header_.centre_hz = centre;
  }

  const ByteSource& source_;
  std::string where_;
  WavHeader header_;
  bool has_format_ = false;
  std::optional<u64> data_bytes_64_;
};

void put_text(Bytes& out, std::string_view text) {
  const ByteView bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

bool fits_auxi(double centre_hz) {
  return centre_hz >= 1 && centre_hz <= std::numeric_limits<u32>::max();
}

Bytes auxi_chunk(std::optional<double> centre_hz, std::optional<Instant> start,
                 std::optional<Instant> stop) {
  Bytes out;
  put_text(out, "auxi");
  put_little(out, static_cast<u32>(kAuxiBytes));
  for (const std::optional<Instant>& time : {start, stop}) {
    if (time) {
      put_system_time(out, *time);
    } else {
      out.resize(out.size() + 16);
    }
  }
  const double centre = centre_hz && fits_auxi(*centre_hz) ? *centre_hz : 0;
  put_little(out, static_cast<u32>(std::llround(centre)));
  out.resize(8 + kAuxiBytes);
  return out;
}

}  // namespace

Result<WavHeader> read_wav_header(const ByteSource& source, const std::string& where) {
  return WavReader(source, where).read();
}

Bytes wav_header(Storage storage, double rate_hz, u64 data_bytes, std::optional<double> centre_hz,
                 std::optional<Instant> start, std::optional<Instant> stop) {
  const auto frame_bytes = static_cast<u16>(bytes_per_sample(storage));
  const auto rate = static_cast<u32>(std::llround(rate_hz));
  const bool knows = start || (centre_hz && fits_auxi(*centre_hz));
  const Bytes auxi = knows ? auxi_chunk(centre_hz, start, stop) : Bytes();
  // WAVE, fmt, auxi, data; with RF64 a ds64 chunk of 28 bytes before them.
  const u64 riff_bytes = 4 + 24 + auxi.size() + 8 + data_bytes + data_bytes % 2;
  const bool wide = riff_bytes + 36 > kIn64 - 1;
  Bytes out;
  put_text(out, wide ? "RF64" : "RIFF");
  put_little(out, wide ? kIn64 : static_cast<u32>(riff_bytes));
  put_text(out, "WAVE");
  if (wide) {
    put_text(out, "ds64");
    put_little(out, u32{28});
    put_little(out, riff_bytes + 36);
    put_little(out, data_bytes);
    put_little(out, data_bytes / frame_bytes);
    put_little(out, u32{0});
  }
  put_text(out, "fmt ");
  put_little(out, u32{16});
  put_little(out, storage == Storage::cf32 ? kFloat : kPcm);
  put_little(out, u16{2});
  put_little(out, rate);
  put_little(out, static_cast<u32>(rate * frame_bytes));
  put_little(out, frame_bytes);
  put_little(out, static_cast<u16>(frame_bytes * 4));  // Bits of one of the two numbers.
  out.insert(out.end(), auxi.begin(), auxi.end());
  put_text(out, "data");
  put_little(out, wide ? kIn64 : static_cast<u32>(data_bytes));
  return out;
}

std::vector<std::string> lost_in_wav(double rate_hz, std::optional<double> centre_hz,
                                     std::optional<Instant> time) {
  std::vector<std::string> lost;
  if (rate_hz != std::round(rate_hz)) lost.emplace_back("the rate is rounded to whole Hz");
  if (centre_hz && !fits_auxi(*centre_hz)) {
    lost.emplace_back("the centre frequency does not fit the auxi chunk and is left out");
  } else if (centre_hz && *centre_hz != std::round(*centre_hz)) {
    lost.emplace_back("the centre frequency is rounded to whole Hz");
  }
  if (time && time->picos % 1'000'000'000 != 0) {
    lost.emplace_back("the start time is cut to milliseconds");
  }
  return lost;
}

}  // namespace earshot::radio
