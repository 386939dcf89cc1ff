#include "tests/bench/measurement_errors.h"

#include "tests/bench/cramer_rao.h"
#include "tests/bench/scene.h"

namespace earshot::radio {

namespace {

// Mean and spread of what was added.
class Spread {
 public:
  void add(double value) {
    ++count_;
    sum_ += value;
    squares_ += value * value;
  }
  double mean() const { return sum_ / count_; }
  double sigma() const { return std::sqrt(std::max(0.0, squares_ / count_ - mean() * mean())); }
  double rms() const { return std::sqrt(squares_ / count_); }

 private:
  double count_ = 0, sum_ = 0, squares_ = 0;
};

}  // namespace

nlohmann::json measure_errors(const CssParams& params, double snr_db, int packets, bool tied) {
  Receiver receiver = packet_receiver(params.spreading_factor, tied);
  Spread rssi, snr, carrier, arrival, carrier_bound, arrival_bound;
  int heard = 0;
  for (int i = 0; i < packets; ++i) {
    const Packet packet = make_packet(params, static_cast<std::uint64_t>(i), snr_db);
    const std::optional<Frame> frame = hear(receiver, packet);
    if (!frame) continue;
    ++heard;
    const FrameBound bound = cramer_rao_bound(params, packet.frame.payload, kPacketRate, snr_db,
                                              tied ? kPacketChannel : 0);
    rssi.add(frame->rssi_dbfs);
    snr.add(frame->snr_db - snr_db);
    carrier.add(frame->carrier_offset_hz - packet.frame.carrier_hz);
    arrival.add((frame->anchor_sample - packet.frame.anchor_sample(kPacketRate)) / kPacketRate);
    carrier_bound.add(bound.carrier_hz);
    arrival_bound.add(bound.arrival_seconds);
  }
  nlohmann::json figures = {{"sf", params.spreading_factor},
                            {"cr", "4/" + std::to_string(params.coding_rate + 4)},
                            {"snr_db", snr_db},
                            {"clock", tied ? "tied" : "free"},
                            {"packets", packets},
                            {"heard", heard}};
  if (heard == 0) return figures;
  figures["rssi_bias_db"] = rssi.mean();
  figures["rssi_sigma_db"] = rssi.sigma();
  figures["snr_bias_db"] = snr.mean();
  figures["snr_sigma_db"] = snr.sigma();
  figures["carrier_rms_hz"] = carrier.rms();
  figures["carrier_bound_hz"] = carrier_bound.rms();
  figures["carrier_over_bound"] = carrier.rms() / carrier_bound.rms();
  figures["arrival_rms_ns"] = arrival.rms() * 1e9;
  figures["arrival_bound_ns"] = arrival_bound.rms() * 1e9;
  figures["arrival_over_bound"] = arrival.rms() / arrival_bound.rms();
  return figures;
}

}  // namespace earshot::radio
