// Samples against a modelled frame, in pieces of an eighth of a chirp: what the fit works on.
#pragma once
#include <span>
#include <vector>

#include "radio/css/chirp.h"
#include "radio/samples.h"

namespace earshot::radio {

// Where a frame lies in a stream.
struct FrameModel {
  double start = 0;             // Sample index of the frame's first chip.
  double carrier = 0;           // Turns per sample.
  double clock = 0;             // Transmitter's clock faster than the receiver's by this factor.
  double samples_per_chip = 2;  // Nominal.

  double position(double chips) const { return start + chips * samples_per_chip / (1 + clock); }
  double chips_at(double sample) const { return (sample - start) * (1 + clock) / samples_per_chip; }
};

// What a piece of a sweep correlates to against the model's waveform.
struct Segment {
  std::size_t chirp = 0;  // Index.
  double chips = 0;       // Middle, in the frame.
  double frequency = 0;   // Of the waveform there, turns per chip.
  double weight = 0;      // Samples.
  std::complex<double> sum;
};

// How a model is wrong, or what is changed in it.
struct ModelChange {
  double time = 0;     // Chips later, at the anchor (end of the down-chirps).
  double carrier = 0;  // Turns per chip.
  double clock = 0;
};

class Correlator {
 public:
  // Borrows both.
  Correlator(std::span<const Chirp> chirps, SampleView samples, int spreading_factor)
      : chirps_(chirps), samples_(samples), spreading_factor_(spreading_factor) {}

  // Of the first `count` chirps, as far as samples are there, in order.
  std::vector<Segment> run(const FrameModel& model, std::size_t count);
  std::vector<Segment> run(const FrameModel& model) { return run(model, chirps_.size()); }

 private:
  std::int64_t sample_at(const FrameModel& model, double chips) const;
  void add_sweep(const FrameModel& model, std::size_t index, const Sweep& sweep,
                 std::vector<Segment>& segments);

  std::span<const Chirp> chirps_;
  SampleView samples_;
  int spreading_factor_;
  Samples buffer_;
};

// The segments as they would be had the model been changed first (changes of less than half a bin
// or chip: within a segment nothing is corrected).
void apply(const ModelChange& change, double anchor_chips, std::span<Segment> segments);

// Segments added up by chirp.
struct ChirpSum {
  std::size_t chirp = 0;
  std::complex<double> sum;
  double weight = 0;  // Samples.
  double chips = 0;   // Middle, in the frame.
};
std::vector<ChirpSum> by_chirp(std::span<const Segment> segments);

}  // namespace earshot::radio
