// earshot rewards what-if: what a hotspot here would have earned in an epoch that is over.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/chain_commands.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "hotspot/s2_cell.h"
#include "verifier/published.h"
#include "verifier/what_if.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using rewards::Tier;
using verifier::Forecast;

struct WhatIfOptions {
  std::uint64_t epoch = 0;
  std::string log;
  Geodetic place;
  bool receive_only = false;
};

std::vector<Tier> tiers_of(const WhatIfOptions& options) {
  if (options.receive_only) return {Tier::listener};
  return {Tier::establishing, Tier::plausible, Tier::located};
}

void print_machine(const WhatIfOptions& options, const Forecast& forecast) {
  ordered_json out = {{"epoch", options.epoch},
                      {"beacons", forecast.paid_beacons},
                      {"heard", forecast.heard},
                      {"own_beacons", forecast.own_beacons},
                      {"heard_by", forecast.heard_by},
                      {"reach_m", forecast.reach_mm / 1000},
                      {"density_scale", static_cast<double>(forecast.scale) / rewards::kFullScale},
                      {"rewards", ordered_json::object()}};
  for (const Tier tier : tiers_of(options)) {
    out["rewards"][std::string(rewards::tier_name(tier))] =
        decimal(forecast.rewards[static_cast<std::size_t>(tier)]);
  }
  std::printf("%s\n", out.dump().c_str());
}

void print_for_people(const WhatIfOptions& options, const Forecast& forecast) {
  std::printf("Had a hotspot been here in epoch %llu, it would have heard %llu of %llu beacons",
              static_cast<unsigned long long>(options.epoch),
              static_cast<unsigned long long>(forecast.heard),
              static_cast<unsigned long long>(forecast.paid_beacons));
  if (!options.receive_only) {
    std::printf(",\nand its own %llu would have been heard by %llu others each (reach %s km)",
                static_cast<unsigned long long>(forecast.own_beacons),
                static_cast<unsigned long long>(forecast.heard_by),
                show_fixed(static_cast<double>(forecast.reach_mm) / 1e6, 1).c_str());
  }
  std::printf(".\n");
  if (!options.receive_only) {
    std::printf("The place counts %s of an uncrowded one, for it and for who hears it.\n",
                show_fixed(static_cast<double>(forecast.scale) / rewards::kFullScale, 2).c_str());
  }
  std::printf("\n");
  Table table({"as", ">tokens an epoch"});
  for (const Tier tier : tiers_of(options)) {
    table.add({std::string(rewards::tier_name(tier)),
               show_tokens(forecast.rewards[static_cast<std::size_t>(tier)])});
  }
  std::printf("%s", table.text().c_str());
}

Result<void> run_what_if(const WhatIfOptions& options, const Context& context) {
  const Result<verifier::Published> published =
      verifier::load_published(options.log, options.epoch);
  if (!published) return fail(published.error());
  const Result<verifier::EpochAudit> audit = verifier::audit_published(*published, "");
  if (!audit) return fail(audit.error());
  if (!audit->identical) return fail(Errc::check_failed, audit->first_difference);
  const Ecef place = to_ecef(options.place);
  const Result<Forecast> forecast = verifier::forecast(
      audit->record, audit->policy, audit->outcome,
      {.position = place, .cell = hotspot::s2_cell_of(place), .transmits = !options.receive_only});
  if (!forecast) return fail(forecast.error());
  context.machine_output() ? print_machine(options, *forecast)
                           : print_for_people(options, *forecast);
  return {};
}

}  // namespace

void add_rewards_what_if(CLI::App& rewards, Context& context) {
  auto options = std::make_shared<WhatIfOptions>();
  CLI::App* command =
      add_command(rewards, context, "what-if", "What a hotspot here would have earned in an epoch",
                  [options, &context] { return run_what_if(*options, context); });
  command->add_option("--epoch", options->epoch, "Number of a sealed epoch")->required();
  command->add_option("--log", options->log, "A verifier's URL, or a directory of its files")
      ->type_name("URL|DIR")
      ->required();
  command->add_option("--lat", options->place.latitude_deg, "Latitude of the antenna, degrees")
      ->check(CLI::Range(-90.0, 90.0))
      ->required();
  command->add_option("--lon", options->place.longitude_deg, "Longitude, degrees")
      ->check(CLI::Range(-180.0, 180.0))
      ->required();
  command->add_option("--height", options->place.height_m, "Metres above the ellipsoid")
      ->check(CLI::Range(-500.0, 10'000.0))
      ->capture_default_str();
  command->add_flag("--receive-only", options->receive_only, "It cannot transmit: a listener");
  command->footer(
      "It hears a beacon if somebody as far away heard it, and is heard as far as the epoch's "
      "beacons\n"
      "were; it crowds its neighbourhood as one more hotspot does. Hills and houses are not in the "
      "record: this is what the neighbourhood suggests.");
}

}  // namespace earshot::cli
