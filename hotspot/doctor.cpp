#include "hotspot/doctor.h"

#include <sys/timex.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "hotspot/duty_ledger.h"
#include "hotspot/hotspot_name.h"
#include "hotspot/http_transport.h"
#include "hotspot/state_directory.h"
#include "hotspot/witness.h"

namespace earshot::hotspot {
namespace {

// Chosen: below it 8 bits round beacons away, above it they clip (docs/HOTSPOT.md).
constexpr double kQuietestDbfs = -55;
constexpr double kLoudestDbfs = -15;
constexpr double kMostClipped = 1e-4;
constexpr double kHearingSeconds = 1.5;
constexpr std::uintmax_t kLeastFree = 1U << 30;

std::string number(double value, const char* format) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

Finding examine_key(const Config& config) {
  const Result<SigningKey> key = read_key_file(config.key_file);
  if (!key) return {"key", Health::bad, key.error().detail};
  return {"key", Health::good, to_hex(key->public_key) + " (" + name_of(key->public_key) + ")"};
}

Finding examine_disk(const Config& config) {
  std::error_code error;
  std::filesystem::path path = config.state_directory;
  while (!path.empty() && !std::filesystem::exists(path, error)) path = path.parent_path();
  const std::filesystem::space_info space = std::filesystem::space(path, error);
  if (error) return {"disk", Health::bad, path.string() + ": " + error.message()};
  const std::string free = number(static_cast<double>(space.available) / 1e9, "%.1f GB free");
  if (space.available < config.settings.evidence.max_bytes + kLeastFree) {
    return {"disk", Health::warning,
            free + ", evidence may take " +
                number(static_cast<double>(config.settings.evidence.max_bytes) / 1e9, "%.1f GB")};
  }
  return {"disk", Health::good, free};
}

Finding examine_region(const Config& config) {
  const radio::Tuning& tuning = config.radio.receive;
  const Result<radio::ReceiverConfig> heard =
      listening_config(config.settings, {{}, tuning.rate_hz, tuning.centre_hz, {}});
  if (!heard) return {"region", Health::bad, heard.error().detail};
  const Region& region = *find_region(*config.settings.region);
  const std::string channels = std::to_string(heard->channels.size()) + " of " +
                               std::to_string(region.channels_hz.size()) + " channels in the band";
  const bool all = heard->channels.size() == region.channels_hz.size();
  return {"region", all ? Health::good : Health::warning,
          std::string(region.name) + ", " + channels};
}

// The ledger is read only while no daemon writes it.
Finding examine_air_time(const Config& config) {
  const Region* region = config.settings.region ? find_region(*config.settings.region) : nullptr;
  if (!config.settings.transmits || region == nullptr) {
    return {"air time", Health::good, "sends no beacons"};
  }
  const Result<StateDirectory> state = StateDirectory::lock(config.state_directory);
  if (!state) return {"air time", Health::warning, state.error().detail + "; see status"};
  const Result<DutyLedger> ledger = DutyLedger::open(state->file("duty.journal"));
  if (!ledger) return {"air time", Health::bad, ledger.error().detail};
  const double used = static_cast<double>(ledger->used_nanos(SystemClock().now())) / 1e9;
  const double allowed = 3600.0 * region->duty_cycle_ppm / 1e6;
  return {"air time", used < allowed ? Health::good : Health::warning,
          number(used, "%.1f s used in the last hour, ") + number(allowed, "%.0f s allowed")};
}

Finding examine_verifier(const Config& config, const std::string& url) {
  const Result<Url> parsed = parse_url(url);
  if (!parsed) return {"verifier", Health::bad, parsed.error().detail};
  const Result<HttpResponse> answer =
      HttpTransport(*parsed, config.timeout_seconds).exchange({"GET", "/healthz", "", {}});
  if (!answer) return {"verifier", Health::bad, answer.error().detail};
  return {"verifier", answer->status == 200 ? Health::good : Health::bad,
          url + " answers " + std::to_string(answer->status)};
}

Finding examine_clock(const Config& config) {
  timex state{};
  const int code = ::adjtimex(&state);
  const bool synchronised = code >= 0 && code != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  return judge_clock(config.settings.clock, synchronised, std::int64_t{state.maxerror} * 1000,
                     config.settings.clock_error_ps);
}

struct Heard {
  radio::Samples samples;
  std::uint64_t clipped = 0;
  radio::ClockFit::Estimate last;
  double drift_ppm = 0;
};

Result<Heard> hear(radio::Radio& radio, double rate_hz) {
  Heard heard;
  int silent = 0;
  while (static_cast<double>(heard.samples.size()) < kHearingSeconds * rate_hz) {
    const Result<radio::AirPiece> piece = radio.read();
    if (!piece) return fail(piece.error());
    silent = piece->samples.empty() ? silent + 1 : 0;
    if (silent > 20) return fail(Errc::unavailable, "no samples come");
    for (const radio::Sample& sample : piece->samples) {
      const float most = std::max(std::abs(sample.real()), std::abs(sample.imag()));
      heard.clipped += most >= 0.999F ? 1 : 0;
    }
    heard.samples.insert(heard.samples.end(), piece->samples.begin(), piece->samples.end());
    heard.last = piece->first;
    heard.drift_ppm = piece->drift_ppm;
  }
  return heard;
}

void examine_device(const Config& config, std::vector<Finding>& findings) {
  if (config.radio.device.empty()) {
    findings.push_back({"device", Health::warning, "none: plays " + config.recording});
    return;
  }
  const SystemClock clock;
  Result<std::unique_ptr<radio::Radio>> radio = radio::Radio::open(config.radio, clock);
  if (!radio) {
    findings.push_back({"device", Health::bad, radio.error().detail});
    return;
  }
  const radio::DeviceFacts& facts = (*radio)->facts();
  std::string gains = facts.driver + " " + facts.hardware + ";";
  for (const radio::GainElement& one : facts.receive_gains) {
    gains.append(" ").append(one.name).append(number(one.set_db, " %.1f dB"));
    gains.append(number(one.least_db, " (%.0f")).append(number(one.most_db, "..%.0f)"));
  }
  findings.push_back({"device", Health::good, gains});
  const double rate = config.radio.receive.rate_hz;
  const Result<Heard> heard = hear(**radio, rate);
  if (!heard) {
    findings.push_back({"samples", Health::bad, heard.error().detail});
    return;
  }
  const std::uint64_t lost = (*radio)->counters().overflows;
  findings.push_back({"samples", lost == 0 ? Health::good : Health::warning,
                      std::to_string(heard->samples.size()) + " read, lost some " +
                          std::to_string(lost) + " times"});
  double power = 0;
  for (const radio::Sample& sample : heard->samples)
    power += static_cast<double>(std::norm(sample));
  const auto count = static_cast<double>(heard->samples.size());
  findings.push_back(judge_level(10 * std::log10(power / count + 1e-20),
                                 static_cast<double>(heard->clipped) / count));
  findings.push_back({"device time", Health::good,
                      config.radio.device_time_is_utc
                          ? "taken for UTC"
                          : number(static_cast<double>(heard->last.error_ps) / 1e9,
                                   "known to %.3f ms after two seconds")});
}

}  // namespace

Finding judge_level(double noise_dbfs, double clipped_share) {
  const std::string level = number(noise_dbfs, "%.1f dBFS");
  if (clipped_share > kMostClipped) {
    return {"gain", Health::bad,
            level + number(clipped_share * 100, ", %.3f %% of the samples clip: less gain")};
  }
  if (noise_dbfs < kQuietestDbfs) return {"gain", Health::warning, level + ": more gain"};
  if (noise_dbfs > kLoudestDbfs) {
    return {"gain", Health::warning, level + ": less gain, or a strong signal is near"};
  }
  return {"gain", Health::good, level};
}

Finding judge_clock(ClockClass claimed, bool is_synchronised, std::int64_t host_error_ns,
                    std::uint64_t claimed_error_ps) {
  const std::string host = is_synchronised
                               ? "host's clock is synchronised, within " +
                                     number(static_cast<double>(host_error_ns) / 1e6, "%.3f ms")
                               : "host's clock is not synchronised";
  if (claimed == ClockClass::none) return {"clock", Health::good, host + "; nothing is claimed"};
  if (!is_synchronised && claimed == ClockClass::network) {
    return {"clock", Health::bad, host + ", but hotspot.clock is \"network\": start NTP"};
  }
  const bool too_bold =
      claimed == ClockClass::network &&
      static_cast<double>(host_error_ns) * 1000 > static_cast<double>(claimed_error_ps);
  if (too_bold) {
    return {"clock", Health::warning,
            host + ", clock_error_ns claims " +
                number(static_cast<double>(claimed_error_ps) / 1e9, "%.3f ms")};
  }
  return {"clock", Health::good, host};
}

std::vector<Finding> examine(const Config& config) {
  std::vector<Finding> findings = {examine_key(config), examine_disk(config),
                                   examine_region(config), examine_air_time(config),
                                   examine_clock(config)};
  findings.push_back(examine_verifier(config, config.verifier_url));
  for (const std::string& url : config.other_verifiers) {
    findings.push_back(examine_verifier(config, url));
  }
  examine_device(config, findings);
  return findings;
}

std::string to_text(const std::vector<Finding>& findings) {
  std::ostringstream out;
  for (const Finding& one : findings) {
    const char* mark = one.health == Health::good  ? "ok  "
                       : one.health == Health::bad ? "BAD "
                                                   : "look";
    out << mark << " " << one.what
        << std::string(one.what.size() < 12 ? 12 - one.what.size() : 1, ' ') << one.detail << "\n";
  }
  return out.str();
}

std::string to_json(const std::vector<Finding>& findings) {
  static const char* const names[] = {"good", "warning", "bad"};
  nlohmann::json all = nlohmann::json::array();
  for (const Finding& one : findings) {
    all.push_back({{"what", one.what},
                   {"health", names[static_cast<int>(one.health)]},
                   {"detail", one.detail}});
  }
  return all.dump() + "\n";
}

bool is_healthy(const std::vector<Finding>& findings) {
  return std::ranges::none_of(findings,
                              [](const Finding& one) { return one.health == Health::bad; });
}

}  // namespace earshot::hotspot
