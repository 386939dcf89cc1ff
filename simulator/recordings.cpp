#include "simulator/recordings.h"

#include <cmath>

namespace earshot::simulator {
namespace {

std::string meta_path(const std::string& stem) { return stem + ".sigmf-meta"; }

tl::unexpected<Error> conflict(const std::string& stem, const std::string& key,
                               const std::string& found, const std::string& expected) {
  return fail(Errc::bad_data, meta_path(stem) + ": " + key + ": found " + found +
                                  ", the scenario says " + expected);
}

Result<void> check_global(const World& world, std::size_t receiver, const std::string& stem,
                          const radio::RecordingInfo& info) {
  const nlohmann::json global = recording_global(world, receiver);
  for (const auto& [key, expected] : global.items()) {
    if (!key.starts_with("earshot:")) continue;  // Descriptions are for people.
    if (!info.global.contains(key)) return conflict(stem, key, "nothing", expected.dump());
    if (info.global.at(key) != expected) {
      return conflict(stem, key, info.global.at(key).dump(), expected.dump());
    }
  }
  if (info.format != SampleFormat::ci8) {
    return conflict(stem, "core:datatype", std::string(radio::format_name(info.format)), "ci8");
  }
  const double rate = world.scenario().air.rate_hz;
  if (info.rate_hz.value_or(0) != rate) {
    return conflict(stem, "core:sample_rate", std::to_string(info.rate_hz.value_or(0)),
                    std::to_string(rate));
  }
  return {};
}

bool is_same_place(const Geodetic& a, const Geodetic& b) {
  constexpr std::uint64_t tolerance_mm = 10;  // Chosen: ten digits of a degree keep 0.01 mm.
  return distance_mm(to_ecef(a), to_ecef(b)) <= tolerance_mm;
}

std::string shown(const Geodetic& place) {
  return std::to_string(place.latitude_deg) + ", " + std::to_string(place.longitude_deg) + ", " +
         std::to_string(place.height_m) + " m";
}

Result<void> check_capture(const World& world, std::size_t receiver, const std::string& stem,
                           const radio::RecordingInfo& info, std::size_t index) {
  const radio::Capture& capture = info.captures[index];
  const std::string where = "captures[" + std::to_string(index) + "].";
  const Geodetic& place = world.hotspots()[receiver].plan.place;
  if (!capture.place) return conflict(stem, where + "core:geolocation", "nothing", shown(place));
  if (!is_same_place(*capture.place, place)) {
    return conflict(stem, where + "core:geolocation", shown(*capture.place), shown(place));
  }
  const auto centre = static_cast<double>(world.scenario().air.centre_hz);
  if (capture.centre_hz.value_or(0) != centre) {
    return conflict(stem, where + "core:frequency", std::to_string(capture.centre_hz.value_or(0)),
                    std::to_string(centre));
  }
  const Instant open = instant_of_round(world.first_round());
  const Instant end = instant_of_round(world.end_round());
  const Instant earliest = index == 0 ? open : info.captures[index - 1].time.value_or(open);
  if (!capture.time || *capture.time < earliest || *capture.time >= end) {
    return conflict(stem, where + "core:datetime",
                    capture.time ? to_iso8601(*capture.time) : "nothing",
                    "ascending times from " + to_iso8601(open, 0) + " to " + to_iso8601(end, 0));
  }
  return {};
}

}  // namespace

std::string recording_stem(const World& world, std::size_t receiver, const std::string& directory) {
  return directory + "/" + world.hotspots()[receiver].plan.name;
}

nlohmann::json recording_global(const World& world, std::size_t receiver) {
  const WorldHotspot& hotspot = world.hotspots()[receiver];
  return {
      {"core:description", "Windows around beacon slots, heard by hotspot " + hotspot.plan.name +
                               " of the simulated world " + world.scenario().name},
      {"core:author", "earshot sim"},
      {"core:recorder", "earshot"},
      {"core:hw", "simulated receiver"},
      {"earshot:hotspot", hotspot.plan.name},
      {"earshot:key", to_hex(hotspot.identity.signing.public_key)},
      {"earshot:owner", rewards::chain::to_display(hotspot.owner.address)},
      {"earshot:antenna_gain_dbi", hotspot.plan.gain_dbi},
      {"earshot:full_scale_dbm", world.scenario().air.full_scale_dbm},
      {"earshot:full_scale_provenance", "signal_generator"},
      {"earshot:world", world.scenario().name},
      {"earshot:seed", std::to_string(world.scenario().seed)},
  };
}

Result<ReceiverRecording> open_receiver_recording(const World& world, std::size_t receiver,
                                                  const std::string& directory) {
  const std::string stem = recording_stem(world, receiver, directory);
  Result<radio::RecordingInfo> info = radio::open_recording(meta_path(stem));
  if (!info) return fail(info.error());
  if (const Result<void> global = check_global(world, receiver, stem, *info); !global) {
    return fail(global.error());
  }
  for (std::size_t i = 0; i < info->captures.size(); ++i) {
    const Result<void> capture = check_capture(world, receiver, stem, *info, i);
    if (!capture) return fail(capture.error());
  }
  const Geodetic place = *info->captures.front().place;
  return ReceiverRecording{std::move(*info), to_ecef(place)};
}

std::vector<std::size_t> captures_in(const radio::RecordingInfo& info, Round round) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < info.captures.size(); ++i) {
    const Instant time = *info.captures[i].time;
    if (time >= instant_of_round(round) && time < instant_of_round(round + 1)) out.push_back(i);
  }
  return out;
}

}  // namespace earshot::simulator
