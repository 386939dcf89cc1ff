#include "verifier/history.h"

#include <algorithm>

namespace earshot::verifier {
namespace {

constexpr std::size_t kTimesBytes = 32 + 3 * 8;
constexpr std::size_t kNoiseBytes = 32 + 32 + 8 + 16;

Error bad(const char* what) { return {Errc::bad_data, std::string("history: ") + what}; }

}  // namespace

Bytes encode(const History& history) {
  Writer out;
  out.put(static_cast<std::uint32_t>(history.hotspots.size()));
  for (const HotspotTimes& times : history.hotspots) {
    out.put(times.hotspot);
    out.put(times.beacon);
    out.put(times.witnessed);
    out.put(times.reciprocal_beacon);
  }
  out.put(static_cast<std::uint32_t>(history.noise.size()));
  for (const SharedNoise& shared : history.noise) {
    out.put(shared.one);
    out.put(shared.other);
    out.put(shared.round);
    out.put(shared.tag);
  }
  return std::move(out).take();
}

Result<History> get_history(Reader& in) {
  History history;
  const auto hotspots = in.get<std::uint32_t>();
  if (in.left() / kTimesBytes < hotspots) return fail(bad("too few bytes of hotspots"));
  for (std::uint32_t i = 0; i < hotspots; ++i) {
    HotspotTimes times{.hotspot = in.get_array<32>()};
    times.beacon = in.get<UnixNanos>();
    times.witnessed = in.get<UnixNanos>();
    times.reciprocal_beacon = in.get<UnixNanos>();
    if (!history.hotspots.empty() && history.hotspots.back().hotspot >= times.hotspot) {
      return fail(bad("hotspots are not in canonical order"));
    }
    history.hotspots.push_back(times);
  }
  const auto noise = in.get<std::uint32_t>();
  if (in.left() / kNoiseBytes < noise) return fail(bad("too few bytes of shared noise"));
  for (std::uint32_t i = 0; i < noise; ++i) {
    SharedNoise shared{.one = in.get_array<32>(), .other = in.get_array<32>()};
    shared.round = in.get<Round>();
    shared.tag = in.get_array<16>();
    if (shared.one >= shared.other) return fail(bad("a pair is not in canonical order"));
    if (!history.noise.empty() && history.noise.back() >= shared) {
      return fail(bad("shared noise is not in canonical order"));
    }
    history.noise.push_back(shared);
  }
  if (in.failed()) return fail(bad("ends too early"));
  return history;
}

Hash256 history_hash(const History& history) { return sha256(encode(history)); }

}  // namespace earshot::verifier
