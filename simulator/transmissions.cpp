#include "simulator/transmissions.h"

#include <algorithm>
#include <filesystem>

#include "radio/css/params.h"
#include "radio/evidence/beacon.h"

namespace earshot::simulator {
namespace {

Picoseconds picoseconds(double seconds) {
  return Picoseconds(static_cast<std::int64_t>(seconds * static_cast<double>(kPicosPerSecond)));
}

// The plans of one hotspot, window by window.
Result<std::vector<hotspot::BeaconPlan>> plans_of(const World& world, std::size_t index,
                                                  const EntropyOf& entropy_of,
                                                  const std::string& scratch) {
  const WorldHotspot& self = world.hotspots()[index];
  Result<hotspot::DutyLedger> ledger =
      hotspot::DutyLedger::open(scratch + "/" + self.plan.name + ".duty");
  if (!ledger) return fail(ledger.error());
  const hotspot::Settings settings = world.settings(index);
  hotspot::Scheduler scheduler(self.identity, settings, *ledger);
  std::vector<hotspot::BeaconPlan> plans;
  for (Round round = world.first_round(); round < world.end_round(); ++round) {
    const UnixNanos now = round_opening(round) + kLinkDeadlineSeconds * kNanosPerSecond;
    Result<hotspot::RoundPlan> plan = scheduler.plan(round, entropy_of(round), now);
    if (!plan) return fail(plan.error());
    if (plan->beacon) plans.push_back(*plan->beacon);
  }
  return plans;
}

Transmission transmission_of(const World& world, std::size_t index,
                             const hotspot::BeaconPlan& plan) {
  const WorldHotspot& self = world.hotspots()[index];
  Transmission out;
  out.hotspot = index;
  out.plan = plan;
  out.payload = plan.payload;
  out.start = plan.start + -self.clock_error;
  out.eirp_dbm = plan.power_cdbm / 100.0 + self.plan.gain_dbi;
  return out;
}

struct Span {
  Instant begin, end;
};

Span heard_span(const Transmission& transmission) {
  const hotspot::BeaconPlan& plan = transmission.plan;
  const double symbol =
      radio::symbol_seconds(radio::beacon_params(plan.slot.spreading_factor, plan.bandwidth_hz));
  const double lead = (kEvidenceLeadSymbols + kWindowMarginSymbols) * symbol;
  const double tail = (kEvidenceTailSymbols + kWindowMarginSymbols) * symbol;
  return {transmission.start + picoseconds(-lead),
          transmission.start + plan.airtime + picoseconds(tail)};
}

constexpr std::int64_t kPicosPerMicro = 1'000'000;

Instant whole_microsecond(Instant instant) {
  return {instant.seconds, instant.picos / kPicosPerMicro * kPicosPerMicro};
}

ListeningWindow window_of(const World& world, std::size_t receiver, const Span& span) {
  const WorldHotspot& self = world.hotspots()[receiver];
  const Instant open = whole_microsecond(span.begin + self.clock_error);
  const double seconds = static_cast<double>((span.end + self.clock_error - open).count()) /
                         static_cast<double>(kPicosPerSecond);
  return {open, static_cast<std::uint64_t>(seconds * world.scenario().air.rate_hz) + 1};
}

}  // namespace

Result<std::vector<Transmission>> plan_transmissions(const World& world,
                                                     const EntropyOf& entropy_of,
                                                     const std::string& scratch) {
  std::vector<Transmission> all;
  for (std::size_t index = 0; index < world.hotspots().size(); ++index) {
    if (!world.hotspots()[index].plan.transmits) continue;
    const Result<std::vector<hotspot::BeaconPlan>> plans =
        plans_of(world, index, entropy_of, scratch);
    if (!plans) return fail(plans.error());
    for (std::size_t number = 0; number < plans->size(); ++number) {
      Transmission next = transmission_of(world, index, (*plans)[number]);
      const bool replays = world.hotspots()[index].plan.attack == Attack::replay && number == 1;
      if (replays) next.payload = plans->front().payload;
      all.push_back(std::move(next));
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Transmission& a, const Transmission& b) { return a.start < b.start; });
  return all;
}

std::vector<ListeningWindow> windows_of(const World& world, std::size_t receiver,
                                        const std::vector<Transmission>& transmissions) {
  std::vector<Span> own, heard;
  for (const Transmission& transmission : transmissions) {
    (transmission.hotspot == receiver ? own : heard).push_back(heard_span(transmission));
  }
  std::sort(heard.begin(), heard.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::vector<Span> merged;
  for (const Span& span : heard) {
    const bool is_deaf = std::any_of(own.begin(), own.end(), [&span](const Span& mine) {
      return mine.begin < span.end && span.begin < mine.end;
    });
    if (is_deaf) continue;
    if (!merged.empty() && span.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, span.end);
    } else {
      merged.push_back(span);
    }
  }
  std::vector<ListeningWindow> windows;
  for (const Span& span : merged) windows.push_back(window_of(world, receiver, span));
  return windows;
}

}  // namespace earshot::simulator
