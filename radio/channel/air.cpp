#include "radio/channel/air.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "radio/iq/format.h"

namespace earshot::radio {
namespace {

// Everything is computed in blocks that begin at multiples of this, so that a part of a window goes
// through the same operations as the whole. Chosen: 32 kB of samples stay in the nearest cache.
constexpr std::uint64_t kBlock = 4096;
constexpr double kPpm = 1e-6;

double to_seconds(Picoseconds time) {
  return static_cast<double>(time.count()) / static_cast<double>(kPicosPerSecond);
}
double to_amplitude(Db level) { return std::pow(10.0, level.value() / 20.0); }
double to_power(Db level) { return std::pow(10.0, level.value() / 10.0); }

// One path of one arrival in the receiver's terms: sample n of the window is the waveform's second
// first_seconds + n * step_seconds, turned by phase_turns + n * turns_per_sample.
struct Path {
  const CssWaveform* waveform;
  double first_seconds, step_seconds;
  double amplitude;
  double turns_per_sample, phase_turns;
};

// A total order, so that a sum of floats does not depend on who came first.
bool operator<(const Path& a, const Path& b) {
  const auto key = [](const Path& path) {
    const CssParams& params = path.waveform->params();
    return std::tuple(path.first_seconds, path.step_seconds, path.amplitude, path.turns_per_sample,
                      path.phase_turns, params.spreading_factor, params.bandwidth_hz,
                      params.preamble_symbols, params.sync_word);
  };
  if (key(a) != key(b)) return key(a) < key(b);
  return a.waveform->symbols() < b.waveform->symbols();
}

// Clock offsets of both ends are tied: the transmitter's stretches its symbols and moves its
// carrier, the receiver's stretches its samples and moves its tuning.
void add_paths(const RadioFrontEnd& radio, Instant open, const Arrival& arrival,
               std::vector<Path>& paths) {
  const Emission& emission = arrival.emission;
  const double transmitter = emission.clock_ppm * kPpm;
  const double receiver = radio.clock_ppm * kPpm;
  const double sample_seconds = 1.0 / (radio.rate_hz * (1.0 + receiver));  // True.
  const double offset_hz = (emission.carrier_hz - radio.centre_hz) +
                           emission.carrier_hz * transmitter - radio.centre_hz * receiver;
  if (std::abs(offset_hz) > radio.rate_hz / 2) return;
  // True time from the direct path's arrival to the window's first sample.
  const double since_arrival = to_seconds(open - emission.start) - arrival.delay_s;
  const Dbm full_scale(radio.full_scale_dbm);
  const auto add = [&](double later_s, double gain_db, double turns) {
    const Dbm power(arrival.power_dbm + gain_db);
    paths.push_back({emission.waveform, (since_arrival - later_s) * (1.0 + transmitter),
                     sample_seconds * (1.0 + transmitter), to_amplitude(power - full_scale),
                     offset_hz * sample_seconds,
                     arrival.phase_turns + turns + offset_hz * since_arrival});
  };
  add(0, 0, 0);
  for (const Tap& tap : arrival.taps) add(tap.delay_s, tap.gain_db, tap.phase_turns);
}

void add_block(const Path& path, std::uint64_t first, std::span<Sample> out) {
  const auto n = static_cast<double>(first);
  const double begin = path.first_seconds + n * path.step_seconds;
  const double end = begin + static_cast<double>(out.size()) * path.step_seconds;
  if (end <= 0 || begin >= path.waveform->duration_seconds()) return;
  const double turns = path.phase_turns + n * path.turns_per_sample;
  path.waveform->add_to(out, begin, path.step_seconds, path.amplitude, path.turns_per_sample,
                        turns - std::floor(turns));
}

}  // namespace

Bytes render_part(const RadioFrontEnd& radio, Instant open, std::uint64_t first,
                  std::uint64_t count, std::uint64_t noise_counter,
                  std::span<const Arrival> arrivals) {
  std::vector<Path> paths;
  for (const Arrival& arrival : arrivals) add_paths(radio, open, arrival, paths);
  std::sort(paths.begin(), paths.end());
  const double noise_power = to_power(
      thermal_noise(Hertz(radio.rate_hz), Db(radio.noise_figure_db)) - Dbm(radio.full_scale_dbm));
  const std::size_t size = bytes_per_sample(radio.format);
  Bytes out;
  out.reserve(count * size);
  Samples block(kBlock);
  for (std::uint64_t at = first - first % kBlock; at < first + count; at += kBlock) {
    std::fill(block.begin(), block.end(), Sample());
    for (const Path& path : paths) add_block(path, at, block);
    add_noise(block, radio.noise, noise_counter + at, noise_power);
    const std::uint64_t from = std::max(first, at) - at;
    const std::uint64_t to = std::min(first + count - at, kBlock);
    const Bytes encoded = encode_samples(radio.format, SampleView(block).subspan(from, to - from));
    out.insert(out.end(), encoded.begin(), encoded.end());
  }
  return out;
}

Bytes render_window(const RadioFrontEnd& radio, Instant open, std::uint64_t count,
                    std::uint64_t noise_counter, std::span<const Arrival> arrivals) {
  return render_part(radio, open, 0, count, noise_counter, arrivals);
}

}  // namespace earshot::radio
