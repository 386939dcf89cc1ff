#include "simulator/render.h"

#include <cmath>

#include "radio/css/waveform.h"
#include "radio/evidence/beacon.h"
#include "radio/iq/recording.h"
#include "simulator/process.h"
#include "simulator/recordings.h"

namespace earshot::simulator {
namespace {

constexpr double kLightMetersPerSecond = 299'792'458;

struct Wave {
  const Transmission* transmission = nullptr;
  radio::CssWaveform waveform;
};

Result<std::vector<Wave>> modulate_all(const std::vector<Transmission>& transmissions,
                                       std::size_t receiver) {
  std::vector<Wave> waves;
  for (const Transmission& transmission : transmissions) {
    if (transmission.hotspot == receiver) continue;
    const hotspot::BeaconPlan& plan = transmission.plan;
    Result<radio::CssWaveform> waveform = radio::CssWaveform::create(
        radio::beacon_params(plan.slot.spreading_factor, plan.bandwidth_hz), transmission.payload);
    if (!waveform) return fail(waveform.error());
    waves.push_back({&transmission, std::move(*waveform)});
  }
  return waves;
}

radio::Arrival arrival_of(const World& world, std::size_t receiver, const Wave& wave,
                          std::size_t number) {
  const Transmission& sent = *wave.transmission;
  const WorldHotspot& from = world.hotspots()[sent.hotspot];
  const WorldHotspot& to = world.hotspots()[receiver];
  radio::Arrival arrival;
  arrival.emission.waveform = &wave.waveform;
  arrival.emission.start = sent.start;
  arrival.emission.carrier_hz = static_cast<double>(sent.plan.slot.frequency_hz);
  arrival.emission.clock_ppm = from.oscillator_ppm;
  arrival.delay_s =
      static_cast<double>(distance_mm(from.truth, to.truth)) / 1000 / kLightMetersPerSecond;
  arrival.power_dbm =
      sent.eirp_dbm - world.link_loss(sent.hotspot, receiver).value() + to.plan.gain_dbi;
  arrival.phase_turns =
      radio::uniform(world.random_key("phase", from.plan.name + ">" + to.plan.name), number);
  return arrival;
}

// The receiver's clock labels the window; the air knows true time.
Bytes render(const World& world, std::size_t receiver, const ListeningWindow& window,
             std::uint64_t noise_counter, const std::vector<radio::Arrival>& arrivals) {
  const Instant truth = window.open + -world.hotspots()[receiver].clock_error;
  const Picoseconds length(
      static_cast<std::int64_t>(static_cast<double>(window.samples) / world.scenario().air.rate_hz *
                                static_cast<double>(kPicosPerSecond)));
  std::vector<radio::Arrival> near;
  for (const radio::Arrival& arrival : arrivals) {
    constexpr Picoseconds slack(kPicosPerSecond);  // A frame and its flight last less.
    if (arrival.emission.start < truth + length + slack &&
        truth < arrival.emission.start + slack + slack) {
      near.push_back(arrival);
    }
  }
  return radio::render_window(world.front_end(receiver), truth, window.samples, noise_counter,
                              near);
}

}  // namespace

Result<void> render_recording(const World& world, std::size_t receiver,
                              const std::vector<Transmission>& transmissions,
                              const std::string& directory,
                              const std::function<void()>& on_window) {
  const Result<std::vector<Wave>> waves = modulate_all(transmissions, receiver);
  if (!waves) return fail(waves.error());
  std::vector<radio::Arrival> arrivals;
  for (const Wave& wave : *waves) {
    arrivals.push_back(arrival_of(world, receiver, wave, arrivals.size()));
  }
  Result<radio::SigmfWriter> writer =
      radio::SigmfWriter::create(recording_stem(world, receiver, directory), SampleFormat::ci8,
                                 world.scenario().air.rate_hz, recording_global(world, receiver));
  if (!writer) return fail(writer.error());
  std::uint64_t noise_counter = 0;
  for (const ListeningWindow& window : windows_of(world, receiver, transmissions)) {
    if (was_interrupted()) return fail(Errc::unavailable, "interrupted");
    radio::Capture capture;
    capture.centre_hz = static_cast<double>(world.scenario().air.centre_hz);
    capture.time = window.open;
    capture.place = world.hotspots()[receiver].plan.place;
    const Result<void> added =
        writer->add_capture(capture, render(world, receiver, window, noise_counter, arrivals));
    if (!added) return fail(added.error());
    noise_counter += window.samples;
    on_window();
  }
  return writer->finish();
}

}  // namespace earshot::simulator
