#include "tests/bench/packet_errors.h"

#include <algorithm>
#include <cmath>

#include "tests/bench/scene.h"

namespace earshot::radio {

namespace {

constexpr double kStep = 0.25;
constexpr double kFloorSnr = 0.7;  // Ten decibels above SF7's threshold.
constexpr double kLeastRate = 1e-4;

struct Point {
  double snr_db = 0;
  double per = 0;
};

// Where a falling curve crosses `level`, or null: straight in the logarithm between two points.
nlohmann::json crossing(const std::vector<Point>& points, double level) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Point& from = points[i - 1];
    const Point& to = points[i];
    if (from.per < level || to.per > level || from.per == to.per) continue;
    const double share =
        std::log(from.per / level) / std::log(from.per / std::max(to.per, kLeastRate));
    const double snr = from.snr_db + (to.snr_db - from.snr_db) * share;
    return std::round(snr * 100) / 100;
  }
  return nullptr;
}

int count_lost(const CssParams& params, double snr_db, int packets) {
  Receiver receiver = packet_receiver(params.spreading_factor, true);
  int lost = 0;
  for (int i = 0; i < packets; ++i) {
    const Packet packet = make_packet(params, static_cast<std::uint64_t>(i), snr_db);
    lost += hear(receiver, packet) ? 0 : 1;
  }
  return lost;
}

CssParams row_params(int spreading_factor, int coding_rate) {
  CssParams params;
  params.spreading_factor = spreading_factor;
  params.coding_rate = coding_rate;
  return params;
}

}  // namespace

std::vector<SensitivityRow> sensitivity_rows() {
  return {{row_params(7, 1), -10.5, 9, 2000, -7.6, -9.55},
          {row_params(7, 4), -11.75, 9, 2000, -7.5, -11.0},
          {row_params(9, 1), -16, 9, 2000, -12.8, -15.15},
          {row_params(12, 1), -25, 7, 500, -20.6, -24.05},
          {row_params(12, 4), -25.75, 7, 500, 0, -24.95}};
}

nlohmann::json measure_packet_errors(const SensitivityRow& row) {
  std::vector<Point> points;
  nlohmann::json listed = nlohmann::json::array();
  for (int i = 0; i < row.points; ++i) {
    const double snr = row.first_snr + kStep * i;
    const int lost = count_lost(row.params, snr, row.packets);
    points.push_back({snr, static_cast<double>(lost) / row.packets});
    listed.push_back({{"snr_db", snr}, {"per", points.back().per}});
  }
  nlohmann::json figures = {{"sf", row.params.spreading_factor},
                            {"cr", "4/" + std::to_string(row.params.coding_rate + 4)},
                            {"packets", row.packets},
                            {"points", listed},
                            {"snr_db_at_per_10_percent", crossing(points, 0.1)},
                            {"snr_db_at_per_1_percent", crossing(points, 0.01)},
                            {"ideal_snr_db_at_per_10_percent", row.ideal},
                            {"peer_snr_db_at_per_10_percent", nullptr}};
  if (row.peer != 0) figures["peer_snr_db_at_per_10_percent"] = row.peer;
  return figures;
}

nlohmann::json measure_floor(int packets) {
  const int lost = count_lost(row_params(7, 1), kFloorSnr, packets);
  return {{"sf", 7}, {"cr", "4/5"}, {"snr_db", kFloorSnr}, {"packets", packets}, {"lost", lost}};
}

}  // namespace earshot::radio
