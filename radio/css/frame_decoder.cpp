#include "radio/css/frame_decoder.h"

#include <algorithm>
#include <cmath>

#include "radio/css/block_decoder.h"
#include "radio/css/kernels.h"

namespace earshot::radio {

namespace {

constexpr double kOscillatorSpread = 15e-6;  // Chosen: one sigma of clock offsets.
constexpr double kTiedSpread = 1e-7;         // What the carrier leaves open.
constexpr double kTiedOffset = 0.03;     // Chips: the synchroniser's error at the edge of decoding.
constexpr double kLooseOffset = 0.2;     // Chips: as the clock was not in its model.
constexpr double kPeakVariance = 0.152;  // Derived: 6 / (2 pi)^2, Cramer-Rao times Es/N0.
constexpr int kRounds = 3;               // Of iterative decoding. Chosen: more gains nothing.
// Of the expected power: what a header's symbols must hold at least. Chosen: between what is left
// in a collision and what noise gives.
constexpr double kLeastHeaderPower = 0.35;
// Natural logarithm of the likelihood ratio beyond which the symbols have decided on the rate.
constexpr double kRateDecided = 6;

std::size_t as_size(int value) { return static_cast<std::size_t>(value); }

std::size_t largest_bin(std::span<const float> power) {
  const float most = largest(power);
  return static_cast<std::size_t>(std::find(power.begin(), power.end(), most) - power.begin());
}

// Mean bin power without the strongest bin and its neighbours.
double noise_power(std::span<const float> power) {
  const std::size_t size = power.size();
  const std::size_t peak = largest_bin(power);
  double total = sum(power);
  for (std::size_t k = 0; k < 5; ++k) total -= power[(peak + size - 2 + k) % size];
  return std::max(total, 0.0) / static_cast<double>(size - 5);
}

}  // namespace

FrameDecoder::FrameDecoder(const DecoderTools& tools, int spreading_factor, const Sync& sync)
    : spreading_factor_(spreading_factor),
      sync_(sync),
      tracker_(tools.clock_is_tied ? kTiedOffset : kLooseOffset,
               (tools.clock_is_tied ? kTiedSpread : kOscillatorSpread) *
                   chips_per_symbol(spreading_factor)),
      signal_(sync.amplitude_squared * std::pow(chips_per_symbol(spreading_factor), 2)) {
  frame_.params.spreading_factor = spreading_factor;
  frame_.params.bandwidth_hz = tools.bandwidth_hz;
  frame_.params.sync_word = sync.sync_word;
  frame_.params.preamble_symbols = sync.preamble_symbols;
  frame_.params.implicit_header = tools.implicit.has_value();
}

std::int64_t FrameDecoder::last() const {
  const double chips =
      (sync_.preamble_symbols + 4.25 + wanted_symbols_) * chips_per_symbol(spreading_factor_);
  return static_cast<std::int64_t>(std::ceil(sync_.model.position(chips)));
}

std::int64_t FrameDecoder::needed() const {
  return last() + chips_per_symbol(spreading_factor_) / 2 + SymbolDemodulator::kReach;
}

std::int64_t FrameDecoder::first() const {
  return static_cast<std::int64_t>(std::floor(sync_.model.start)) -
         chips_per_symbol(spreading_factor_);
}

FrameDecoder::Progress FrameDecoder::step(DecoderTools& tools, WideStream& wide) {
  if (has_header_) return read_payload(tools, wide);
  if (!read_header(tools, wide)) return Progress::failed;
  has_header_ = true;
  wanted_symbols_ = symbols_at(tools.ldro == LowDataRate::on);
  if (tools.ldro != LowDataRate::automatic) reduced_ = tools.ldro == LowDataRate::on;
  return Progress::waiting;
}

int FrameDecoder::symbols_at(bool reduced) const {
  CssParams params = frame_.params;
  params.ldro = reduced ? LowDataRate::on : LowDataRate::off;
  return payload_symbols(params, header_.payload_bytes);
}

void FrameDecoder::track(DecoderTools& tools, std::span<const float> power) {
  const std::size_t peak = largest_bin(power);
  const double noise = noise_ > 0 ? noise_ : noise_power(power);
  const bool clear = static_cast<double>(power[peak]) > 0.25 * signal_;
  tracker_.update(clear ? tools.demodulator.lateness(peak) : 0,
                  clear ? kPeakVariance * noise / signal_ + 1e-5 : 1e9);
}

std::vector<float> FrameDecoder::demodulate(DecoderTools& tools, WideStream& wide, int symbol) {
  const double chips =
      (sync_.preamble_symbols + 4.25 + symbol) * chips_per_symbol(spreading_factor_);
  const double position =
      sync_.model.position(chips) + tracker_.offset() * sync_.model.samples_per_chip;
  const auto spectrum = tools.demodulator.run(wide, position, sync_.model.carrier);
  std::vector<float> power(spectrum.size());
  powers(spectrum, power);
  track(tools, power);
  return power;
}

bool FrameDecoder::read_header(DecoderTools& tools, WideStream& wide) {
  for (int symbol = 0; symbol < kHeaderSymbols; ++symbol) {
    header_powers_.push_back(demodulate(tools, wide, symbol));
    noise_ += noise_power(header_powers_.back()) / kHeaderSymbols;
  }
  noise_ = std::max(noise_, 1e-7 * signal_);
  const BlockShape shape = header_block(spreading_factor_);
  const std::size_t rows = as_size(shape.rows);
  std::vector<float> llrs(rows * as_size(shape.columns));
  std::vector<float> likelihoods(as_size(chips_per_symbol(spreading_factor_)));
  for (std::size_t i = 0; i < header_powers_.size(); ++i) {
    value_likelihoods(header_powers_[i], signal_, noise_, likelihoods);
    tools.bits.run(likelihoods, true, std::span(llrs).subspan(i * rows, rows));
  }
  nibbles_ = decode_block(llrs, shape).nibbles;
  header_symbols_ = encode_block(nibbles_, shape, spreading_factor_);
  if (!header_is_there()) return false;
  if (tools.implicit) {
    header_ = {tools.implicit->payload_bytes, tools.implicit->coding_rate, tools.implicit->crc};
  } else {
    const auto header = decode_header(std::span(nibbles_).first<kHeaderNibbles>());
    if (!header) return false;
    header_ = *header;
    nibbles_.erase(nibbles_.begin(), nibbles_.begin() + kHeaderNibbles);
  }
  frame_.params.coding_rate = header_.coding_rate;
  frame_.params.crc = header_.crc;
  return true;
}

bool FrameDecoder::header_is_there() const {
  double power = 0;
  for (std::size_t i = 0; i < header_powers_.size(); ++i)
    power += static_cast<double>(header_powers_[i][header_symbols_[i]]);
  return power > kLeastHeaderPower * kHeaderSymbols * signal_;
}

LowDataRate FrameDecoder::judge_rate(DecoderTools& tools) const {
  double evidence = 0;
  for (const auto& likelihoods : likelihoods_) {
    evidence += static_cast<double>(tools.bits.reduced_evidence(likelihoods));
  }
  if (evidence > kRateDecided) return LowDataRate::on;
  return evidence < -kRateDecided ? LowDataRate::off : LowDataRate::automatic;
}

FrameDecoder::Progress FrameDecoder::read_payload(DecoderTools& tools, WideStream& wide) {
  for (int i = kHeaderSymbols + static_cast<int>(likelihoods_.size()); i < wanted_symbols_; ++i) {
    std::vector<float>& likelihoods = likelihoods_.emplace_back(demodulate(tools, wide, i));
    value_likelihoods(likelihoods, signal_, noise_, likelihoods);
  }
  if (reduced_) return finish(*reduced_, read_at(tools, *reduced_));
  if (wanted_symbols_ < symbols_at(true)) {
    const LowDataRate rate = judge_rate(tools);
    if (rate == LowDataRate::off) return finish(false, read_at(tools, false));
    if (rate == LowDataRate::on) reduced_ = true;
    wanted_symbols_ = symbols_at(true);
    return Progress::waiting;
  }
  // All symbols of both readings are at hand: residues, CRC, code, duration.
  const LowDataRate rate = judge_rate(tools);
  if (rate == LowDataRate::off) return finish(false, read_at(tools, false));
  Reading on = read_at(tools, true);
  const bool on_is_sure = rate == LowDataRate::on && on.bytes.crc_ok.value_or(false);
  if (on_is_sure) return finish(true, std::move(on));
  Reading off = read_at(tools, false);
  const bool off_ok = off.bytes.crc_ok.value_or(false);
  const bool on_ok = on.bytes.crc_ok.value_or(false);
  bool reduced = uses_low_data_rate(frame_.params);
  if (off_ok != on_ok) {
    reduced = on_ok;
  } else if (off.bytes.payload != on.bytes.payload) {
    reduced = on.margin > off.margin;
  } else if (off.likelihood != on.likelihood) {
    // The same bytes, but only one of the two would have been sent like that.
    reduced = on.likelihood > off.likelihood;
  }
  return finish(reduced, reduced ? std::move(on) : std::move(off));
}

FrameDecoder::Reading FrameDecoder::read_at(DecoderTools& tools, bool reduced) const {
  Reading reading = read_at(tools, reduced, 0);
  // A CRC that fits needs no second opinion.
  if (reading.bytes.crc_ok.value_or(false)) return reading;
  return read_at(tools, reduced, kRounds);
}

FrameDecoder::Reading FrameDecoder::read_at(DecoderTools& tools, bool reduced, int rounds) const {
  const BlockShape shape = payload_block(spreading_factor_, header_.coding_rate, reduced);
  const std::size_t columns = as_size(shape.columns);
  std::vector<std::uint8_t> nibbles = nibbles_;
  Reading reading;
  reading.symbols = header_symbols_;
  const std::size_t wanted = as_size(payload_nibbles(header_));
  for (std::size_t at = 0; nibbles.size() < wanted; at += columns) {
    const BlockNibbles block =
        decode_block(tools.bits, std::span(likelihoods_).subspan(at, columns), shape, rounds);
    nibbles.insert(nibbles.end(), block.nibbles.begin(), block.nibbles.end());
    const auto symbols = encode_block(block.nibbles, shape, spreading_factor_);
    reading.symbols.insert(reading.symbols.end(), symbols.begin(), symbols.end());
    for (std::size_t i = 0; i < columns; ++i) {
      reading.likelihood += static_cast<double>(likelihoods_[at + i][symbols[i]]);
    }
    reading.margin += static_cast<double>(block.margin) / static_cast<double>(shape.rows);
  }
  reading.bytes = assemble_payload(header_, nibbles);
  return reading;
}

FrameDecoder::Progress FrameDecoder::finish(bool reduced, Reading reading) {
  frame_.params.ldro = reduced ? LowDataRate::on : LowDataRate::off;
  frame_.bytes = std::move(reading.bytes);
  frame_.symbols = std::move(reading.symbols);
  frame_.model = sync_.model;
  frame_.model.clock -= tracker_.drift() / chips_per_symbol(spreading_factor_);
  return Progress::done;
}

}  // namespace earshot::radio
