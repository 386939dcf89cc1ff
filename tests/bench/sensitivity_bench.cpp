// How weak the frames are that the receiver decodes, and how well it measures them.
//
//   bench-sensitivity [--json] [--short] [--floor] [--false-frames [SECONDS]] [--measurement]
//                     [--packets N] [--sf N]
//
// Without an option: packet error rate over SNR for each row of the table in docs/RADIO.md.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "tests/bench/false_frames.h"
#include "tests/bench/measurement_errors.h"
#include "tests/bench/packet_errors.h"

namespace earshot::radio {
namespace {

struct Options {
  bool json = false;
  bool is_short = false;
  bool floor = false;
  bool measurement = false;
  double false_frames_s = 0;  // Of noise; 0: not asked for.
  int packets = 0;            // For each point; 0: as many as the table's figures come from.
  int spreading_factor = 0;   // 0: all.

  bool wants(int sf) const { return spreading_factor == 0 || spreading_factor == sf; }
};

nlohmann::json packet_errors(const Options& options) {
  nlohmann::json rows = nlohmann::json::array();
  for (SensitivityRow row : sensitivity_rows()) {
    if (!options.wants(row.params.spreading_factor)) continue;
    if (options.packets > 0) row.packets = options.packets;
    if (options.is_short) {
      if (row.params.spreading_factor != 7) continue;
      row.packets = 5;
    }
    rows.push_back(measure_packet_errors(row));
    std::cerr << rows.back()["sf"] << " " << rows.back()["cr"] << " done\n";
  }
  return rows;
}

nlohmann::json measurement_errors(const Options& options) {
  struct Set {
    int spreading_factor;
    double threshold;
    int packets;
  };
  nlohmann::json rows = nlohmann::json::array();
  for (const Set& set : {Set{7, -9, 400}, Set{9, -14.5, 200}, Set{12, -23, 40}}) {
    if (!options.wants(set.spreading_factor)) continue;
    if (options.is_short && set.spreading_factor != 7) continue;
    CssParams params;
    params.spreading_factor = set.spreading_factor;
    int packets = options.packets > 0 ? options.packets : set.packets;
    if (options.is_short) packets = 10;
    for (const double above : {0.0, 5.0, 10.0, 20.0, 30.0, 40.0}) {
      if (options.is_short && above > 0 && above < 40) continue;
      rows.push_back(measure_errors(params, set.threshold + above, packets, true));
      if (above <= 20)
        rows.push_back(measure_errors(params, set.threshold + above, packets, false));
    }
  }
  return rows;
}

nlohmann::json run(const Options& options) {
  nlohmann::json figures = {{"benchmark", "sensitivity"}, {"short", options.is_short}};
  const bool special = options.floor || options.measurement || options.false_frames_s > 0;
  if (!special || options.is_short) figures["packet_errors"] = packet_errors(options);
  if (options.floor || options.is_short) {
    const int packets = options.packets > 0 ? options.packets : 30000;
    figures["floor"] = measure_floor(options.is_short ? 20 : packets);
  }
  if (options.measurement || options.is_short) figures["measurement"] = measurement_errors(options);
  if (options.false_frames_s > 0 || options.is_short) {
    figures["false_frames"] = measure_false_frames(options.is_short ? 1 : options.false_frames_s);
  }
  return figures;
}

double number(const nlohmann::json& figures, const char* name) {
  return figures.contains(name) && figures[name].is_number() ? figures[name].get<double>() : NAN;
}

void print_packet_errors(const nlohmann::json& rows) {
  std::printf("SNR in dB at a packet error rate of   10 %%     1 %%   ideal 10 %%   peer 10 %%\n");
  for (const nlohmann::json& row : rows) {
    std::printf("  SF%d %s  %5d packets a point      %6.2f  %6.2f       %6.2f      %6.2f\n",
                row["sf"].get<int>(), row["cr"].get<std::string>().c_str(),
                row["packets"].get<int>(), number(row, "snr_db_at_per_10_percent"),
                number(row, "snr_db_at_per_1_percent"),
                number(row, "ideal_snr_db_at_per_10_percent"),
                number(row, "peer_snr_db_at_per_10_percent"));
    for (const nlohmann::json& point : row["points"]) {
      std::printf("    %7.2f dB  %.4f\n", number(point, "snr_db"), number(point, "per"));
    }
  }
}

void print_measurement(const nlohmann::json& rows) {
  std::printf(
      "                  heard   RSSI bias  sigma   SNR bias  sigma   carrier rms / bound"
      "        arrival rms / bound\n");
  for (const nlohmann::json& row : rows) {
    std::printf(
        "SF%-2d %6.1f dB %s  %4d   %6.2f  %6.2f     %6.2f  %6.2f   %8.4f Hz /%8.4f = %4.2f"
        "   %8.1f ns /%8.1f = %4.2f\n",
        row["sf"].get<int>(), number(row, "snr_db"), row["clock"].get<std::string>().c_str(),
        row["heard"].get<int>(), number(row, "rssi_bias_db"), number(row, "rssi_sigma_db"),
        number(row, "snr_bias_db"), number(row, "snr_sigma_db"), number(row, "carrier_rms_hz"),
        number(row, "carrier_bound_hz"), number(row, "carrier_over_bound"),
        number(row, "arrival_rms_ns"), number(row, "arrival_bound_ns"),
        number(row, "arrival_over_bound"));
  }
}

void print(const nlohmann::json& figures) {
  if (figures.contains("packet_errors")) print_packet_errors(figures["packet_errors"]);
  if (figures.contains("measurement")) print_measurement(figures["measurement"]);
  for (const char* name : {"floor", "false_frames"}) {
    if (figures.contains(name)) std::cout << name << " " << figures[name].dump(2) << "\n";
  }
}

}  // namespace
}  // namespace earshot::radio

int main(int argc, char** argv) {
  earshot::radio::Options options;
  CLI::App app("How weak the frames are that the receiver decodes, and how well it measures them");
  app.add_flag("--json", options.json, "figures as JSON");
  app.add_flag("--short", options.is_short, "a few packets of everything, for the tests");
  app.add_flag("--floor", options.floor, "30000 packets of SF7 ten decibels above the threshold");
  app.add_flag("--measurement", options.measurement, "errors of power, carrier and arrival time");
  app.add_option("--false-frames", options.false_frames_s, "listen to so many seconds of noise");
  app.add_option("--packets", options.packets, "packets for each point");
  app.add_option("--sf", options.spreading_factor, "only this spreading factor");
  CLI11_PARSE(app, argc, argv);
  const nlohmann::json figures = earshot::radio::run(options);
  if (options.json) {
    std::cout << figures.dump() << "\n";
  } else {
    earshot::radio::print(figures);
  }
  return 0;
}
