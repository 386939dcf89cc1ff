#include "hotspot/radio_commands.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "hotspot/http_transport.h"
#include "hotspot/status.h"
#include "hotspot/stream_receiver.h"
#include "radio/css/fft.h"

namespace earshot::hotspot {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kSpectrumColumns = 64;
constexpr std::size_t kSpectrumSlices = 256;
constexpr double kCalibrationSeconds = 2;

Json gains_json(const std::vector<radio::GainElement>& elements) {
  Json gains = Json::array();
  for (const radio::GainElement& one : elements) {
    gains.push_back({{"name", one.name}, {"least_db", one.least_db}, {"most_db", one.most_db}});
  }
  return gains;
}

std::string gains_text(const std::vector<radio::GainElement>& elements) {
  std::ostringstream out;
  for (const radio::GainElement& one : elements) {
    out << " " << one.name << " " << one.least_db << ".." << one.most_db;
  }
  return elements.empty() ? " none" : out.str();
}

std::string text_of(const std::string& arguments, const radio::DeviceFacts& facts) {
  std::ostringstream out;
  out << arguments << "\n  " << facts.driver << " " << facts.hardware << ": "
      << (facts.transmits ? "receives and transmits" : "receives") << ", "
      << (facts.full_duplex ? "full" : "half") << " duplex, "
      << (facts.has_time ? "hardware time" : "no hardware time")
      << "\n  gains, dB:" << gains_text(facts.receive_gains) << "\n";
  if (facts.transmits) {
    out << "  gains to transmit, dB:" << gains_text(facts.transmit_gains) << "\n";
  }
  out << "  rates, MS/s:";
  for (const auto& [low, high] : facts.rates_hz) {
    out << " " << low / 1e6;
    if (high != low) out << ".." << high / 1e6;
  }
  out << "\n";
  return out.str();
}

Json json_of(const std::string& arguments, const radio::DeviceFacts& facts) {
  return {{"arguments", arguments},
          {"driver", facts.driver},
          {"hardware", facts.hardware},
          {"transmits", facts.transmits},
          {"full_duplex", facts.full_duplex},
          {"has_time", facts.has_time},
          {"gains", gains_json(facts.receive_gains)},
          {"transmit_gains", gains_json(facts.transmit_gains)},
          {"antennas", facts.antennas},
          {"rates_hz", facts.rates_hz}};
}

Result<std::unique_ptr<radio::Radio>> open_receiver(const Config& config, const Clock& clock) {
  if (config.radio.device.empty()) {
    return fail(Errc::configuration, "source.device: missing; this command needs a device");
  }
  radio::RadioConfig receive_only = config.radio;
  receive_only.transmits = false;
  return radio::Radio::open(receive_only, clock);
}

// Power in equal parts of the band, dBFS, lowest frequency first.
std::vector<double> spectrum_of(const radio::Samples& samples) {
  radio::Fft fft(kSpectrumColumns);
  std::vector<double> power(kSpectrumColumns);
  const std::size_t slices = std::min(kSpectrumSlices, samples.size() / kSpectrumColumns);
  for (std::size_t slice = 0; slice < slices; ++slice) {
    const auto from = samples.begin() + static_cast<std::ptrdiff_t>(slice * kSpectrumColumns);
    std::copy_n(from, kSpectrumColumns, fft.in().begin());
    fft.execute();
    for (std::size_t k = 0; k < kSpectrumColumns; ++k) {
      power[(k + kSpectrumColumns / 2) % kSpectrumColumns] +=
          static_cast<double>(std::norm(fft.out()[k]));
    }
  }
  const double whole = static_cast<double>(slices) * kSpectrumColumns * kSpectrumColumns;
  for (double& one : power) one = 10 * std::log10(one / whole + 1e-20);
  return power;
}

// Eighths of a character's height over 24 dB from the quietest part.
std::string drawn(const std::vector<double>& power) {
  static const char* const bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const double floor = *std::ranges::min_element(power);
  std::string line;
  for (const double one : power) {
    line += bars[std::clamp(static_cast<int>((one - floor) / 3), 0, 8)];
  }
  char level[40];
  std::snprintf(level, sizeof level, "  floor %.1f dBFS", floor);
  return line + level;
}

Json frame_json(const StreamReceiver& stream, const radio::Frame& frame, double full_scale_dbm) {
  const radio::ClockFit::Estimate time = stream.time_of(frame.anchor_sample);
  return {{"time_utc", to_iso8601(time.utc)},
          {"freq_hz", frame.frequency_hz},
          {"sf", frame.params.spreading_factor},
          {"bw_hz", frame.params.bandwidth_hz},
          {"crc_ok", frame.crc_ok ? Json(*frame.crc_ok) : Json(nullptr)},
          {"sync", to_hex(ByteArray<1>{frame.params.sync_word})},
          {"payload", to_hex(frame.payload)},
          {"rssi_dbfs", frame.rssi_dbfs},
          {"rssi_dbm", frame.rssi_dbfs + full_scale_dbm},
          {"snr_db", frame.snr_db},
          {"cfo_hz", frame.carrier_offset_hz}};
}

std::string frame_text(const Json& frame) {
  char line[160];
  std::snprintf(line, sizeof line, "%s  %8.4f  SF%-2d %7.1f %6.1f %9.0f  %s  %-4s %zu",
                frame["time_utc"].get<std::string>().substr(11, 12).c_str(),
                frame["freq_hz"].get<double>() / 1e6, frame["sf"].get<int>(),
                frame["rssi_dbm"].get<double>(), frame["snr_db"].get<double>(),
                frame["cfo_hz"].get<double>(), frame["sync"].get<std::string>().c_str(),
                frame["crc_ok"].is_null()     ? "-"
                : frame["crc_ok"].get<bool>() ? "ok"
                                              : "bad",
                frame["payload"].get<std::string>().size() / 2);
  return line;
}

// Everybody's frames in the region's channels.
Result<StreamReceiver> open_ears(const Config& config) {
  const radio::Tuning& tuning = config.radio.receive;
  Settings all = config.settings;
  all.sortition.min_spreading_factor = 7;
  all.sortition.max_spreading_factor = 12;
  Result<radio::ReceiverConfig> receiver =
      listening_config(all, {{}, tuning.rate_hz, tuning.centre_hz, {}});
  if (!receiver) return fail(receiver.error());
  receiver->sync_word.reset();
  return StreamReceiver::create(*receiver, 3.0);
}

}  // namespace

Result<std::string> describe_devices(const std::string& arguments, bool json) {
  const Result<std::vector<std::string>> found = radio::SoapyDevice::find(arguments);
  if (!found) return fail(found.error());
  if (found->empty()) return fail(Errc::unavailable, arguments + ": no such device is there");
  Json all = Json::array();
  std::string text;
  for (const std::string& one : *found) {
    Result<std::unique_ptr<radio::SoapyDevice>> device = radio::SoapyDevice::open(one);
    if (!device) return fail(device.error());
    const Result<radio::DeviceFacts> facts = (*device)->facts();
    if (!facts) return fail(facts.error());
    all.push_back(json_of(one, *facts));
    text += text_of(one, *facts);
  }
  return json ? all.dump() + "\n" : text;
}

Result<void> listen(const Config& config, const Listening& how) {
  const SystemClock clock;
  Result<std::unique_ptr<radio::Radio>> radio = open_receiver(config, clock);
  if (!radio) return fail(radio.error());
  Result<StreamReceiver> ears = open_ears(config);
  if (!ears) return fail(ears.error());
  if (!how.json) {
    how.print("time (UTC)    MHz       SF     RSSI    SNR   offset Hz sync CRC  bytes");
  }
  const double full_scale = config.settings.calibration.full_scale_cdbm / 100.0;
  const auto rate = static_cast<std::uint64_t>(config.radio.receive.rate_hz);
  std::uint64_t samples = 0;
  std::uint64_t drawn_at = 0;
  while (how.wait(0)) {
    const Result<radio::AirPiece> piece = (*radio)->read();
    if (!piece) return fail(piece.error());
    ears->push(*piece, [&](const radio::Frame& frame) {
      const Json json = frame_json(*ears, frame, full_scale);
      how.print(how.json ? json.dump() : frame_text(json));
    });
    samples += piece->samples.size();
    if (samples >= drawn_at + rate) {
      drawn_at = samples;
      const std::vector<double> power =
          spectrum_of(ears->newest(kSpectrumColumns * kSpectrumSlices));
      how.print(how.json ? Json{{"spectrum_dbfs", power}}.dump() : drawn(power));
    }
    const double heard_s = static_cast<double>(samples) / static_cast<double>(rate);
    if (how.seconds > 0 && heard_s >= how.seconds) break;
  }
  return {};
}

Result<std::string> calibrate(const Config& config, double noise_figure_db, bool json) {
  const SystemClock clock;
  Result<std::unique_ptr<radio::Radio>> radio = open_receiver(config, clock);
  if (!radio) return fail(radio.error());
  const double rate = config.radio.receive.rate_hz;
  radio::Samples samples;
  while (static_cast<double>(samples.size()) < kCalibrationSeconds * rate) {
    const Result<radio::AirPiece> piece = (*radio)->read();
    if (!piece) return fail(piece.error());
    samples.insert(samples.end(), piece->samples.begin(), piece->samples.end());
  }
  const double sigma_db = config.settings.calibration.sigma_cdb / 100.0;
  const Result<radio::Calibration> found =
      radio::calibrate_by_thermal_noise(samples, rate, noise_figure_db, sigma_db);
  if (!found) return fail(found.error());
  const double full_scale = found->full_scale_cdbm / 100.0;
  if (json) {
    return Json{{"full_scale_dbm", full_scale},
                {"sigma_db", sigma_db},
                {"provenance", "thermal_noise"}}
               .dump() +
           "\n";
  }
  char text[160];
  std::snprintf(text, sizeof text,
                "[calibration]\nfull_scale_dbm = %.2f\nsigma_db = %.2f\n"
                "provenance = \"thermal_noise\"\n",
                full_scale, sigma_db);
  return std::string(text);
}

Result<std::string> fetch_status(const Config& config, bool json) {
  if (config.status_address.empty()) {
    return fail(Errc::configuration, "status.listen: empty, so the daemon does not say how it is");
  }
  const Result<Url> url = parse_url("http://" + config.status_address);
  if (!url) return fail(url.error());
  const Result<HttpResponse> response =
      HttpTransport(*url, config.timeout_seconds).exchange({"GET", "/status", "", {}});
  if (!response) return fail(response.error());
  const Json status = Json::parse(response->body, nullptr, false);
  if (response->status != 200 || !status.is_object()) {
    return fail(Errc::unavailable, config.status_address + ": is no hotspot daemon");
  }
  return json ? status.dump() + "\n" : text_of(status);
}

}  // namespace earshot::hotspot
