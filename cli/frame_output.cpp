#include "cli/frame_output.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "cli/table.h"
#include "core/bytes.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;

std::int64_t to_nanoseconds(double seconds) { return std::llround(seconds * 1e9); }

std::string coding_rate(const radio::CssParams& params) {
  return "4/" + std::to_string(params.coding_rate + 4);
}

std::string sync_hex(const radio::CssParams& params) {
  return to_hex(ByteArray<1>{params.sync_word});
}

// Decimals that mean something: 0.01 dB, 0.1 Hz.
ordered_json decimal(double value, double per_unit) {
  return std::round(value * per_unit) / per_unit + 0.0;  // Never -0.
}

}  // namespace

HeardFrame place_frame(const radio::RecordingInfo& recording, const radio::Capture& capture,
                       const radio::Frame& frame, std::optional<int> preamble) {
  HeardFrame heard;
  heard.frame = frame;
  if (preamble) {
    const double symbol = radio::symbol_seconds(frame.params) * *recording.rate_hz;
    const double more = (*preamble - frame.params.preamble_symbols) * symbol;
    heard.frame.start_sample -= more;
    heard.frame.sample_count += more;
    heard.frame.params.preamble_symbols = *preamble;
  }
  heard.start_sample = static_cast<double>(capture.first_sample) + heard.frame.start_sample;
  const double since_capture = heard.frame.anchor_sample / *recording.rate_hz;
  const std::optional<Instant> first_time = recording.captures.front().time;
  if (capture.time) {
    heard.time = *capture.time + Picoseconds(std::llround(since_capture * 1e12));
  }
  heard.time_ns =
      heard.time && first_time
          ? std::chrono::round<std::chrono::nanoseconds>(*heard.time - *first_time).count()
          : to_nanoseconds(static_cast<double>(capture.first_sample) / *recording.rate_hz +
                           since_capture);
  const auto full_scale = recording.global.find(kFullScaleKey);
  if (full_scale != recording.global.end() && full_scale->is_number()) {
    heard.full_scale_dbm = full_scale->get<double>();
  }
  return heard;
}

bool comes_before(const HeardFrame& a, const HeardFrame& b) {
  const auto key = [](const HeardFrame& heard) {
    return std::tuple(std::llround(heard.start_sample), heard.frame.frequency_hz,
                      heard.frame.params.spreading_factor);
  };
  return key(a) < key(b);
}

std::string json_line(const HeardFrame& heard) {
  const radio::Frame& frame = heard.frame;
  const radio::CssParams& params = frame.params;
  ordered_json line;
  line["time_ns"] = heard.time_ns;
  line["time_utc"] = heard.time ? ordered_json(to_iso8601(*heard.time)) : ordered_json(nullptr);
  line["freq_hz"] = frame.frequency_hz;
  line["sf"] = params.spreading_factor;
  line["bw_hz"] = params.bandwidth_hz;
  line["cr"] = coding_rate(params);
  line["implicit"] = params.implicit_header;
  line["ldro"] = params.ldro == radio::LowDataRate::on;
  line["sync"] = sync_hex(params);
  line["preamble"] = params.preamble_symbols;
  line["crc_ok"] = frame.crc_ok ? ordered_json(*frame.crc_ok) : ordered_json(nullptr);
  line["payload"] = to_hex(frame.payload);
  line["snr_db"] = decimal(frame.snr_db, 100);
  line["rssi_dbfs"] = decimal(frame.rssi_dbfs, 100);
  line["rssi_dbm"] = heard.full_scale_dbm ? decimal(frame.rssi_dbfs + *heard.full_scale_dbm, 100)
                                          : ordered_json(nullptr);
  line["cfo_hz"] = decimal(frame.carrier_offset_hz, 10);
  line["sample_start"] = std::llround(heard.start_sample);
  line["sample_count"] = std::llround(frame.sample_count);
  return line.dump();
}

std::string frame_label(const HeardFrame& heard) {
  const radio::Frame& frame = heard.frame;
  const char* const crc = frame.crc_ok ? (*frame.crc_ok ? " ok " : " BAD ") : " ";
  return "SF" + std::to_string(frame.params.spreading_factor) + " " + coding_rate(frame.params) +
         crc + std::to_string(frame.payload.size()) + " B";
}

std::string frame_table(const std::vector<HeardFrame>& heard) {
  if (heard.empty()) return "";
  Table table({">time", ">channel", "SF", "BW", "CR", "CRC", ">SNR dB", ">dBFS", ">CFO Hz",
               ">bytes", "payload"});
  for (const HeardFrame& each : heard) {
    const radio::Frame& frame = each.frame;
    constexpr std::size_t most_digits = 48;  // Chosen: fits 120 columns; --json has it all.
    std::string payload = to_hex(frame.payload);
    if (payload.size() > most_digits) payload = payload.substr(0, most_digits) + "...";
    table.add({each.time ? to_iso8601(*each.time, 6)
                         : show_fixed(static_cast<double>(each.time_ns) / 1e9, 6) + " s",
               show_hertz(frame.frequency_hz), std::to_string(frame.params.spreading_factor),
               show_hertz(frame.params.bandwidth_hz), coding_rate(frame.params),
               frame.crc_ok ? (*frame.crc_ok ? "ok" : "BAD") : "none", show_fixed(frame.snr_db, 1),
               show_fixed(frame.rssi_dbfs, 1), show_fixed(frame.carrier_offset_hz, 0),
               std::to_string(frame.payload.size()), payload});
  }
  return table.text();
}

}  // namespace earshot::cli
