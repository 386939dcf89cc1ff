// From "there is a preamble" to the exact place of the frame: where the down-chirps are (which
// tells carrier offset and delay apart), what the sync word is, how long the preamble was.
#pragma once
#include <optional>
#include <vector>

#include "radio/css/frame_measure.h"
#include "radio/css/head_search.h"
#include "radio/css/stream_buffer.h"
#include "radio/css/wide_stream.h"

namespace earshot::radio {

// A frame's place, in samples of the wide stream (two per chip).
struct Sync {
  FrameModel model;
  int preamble_symbols = 0;  // As counted, at least 6.
  std::uint8_t sync_word = 0;
  double amplitude_squared = 0;  // Of the signal.
  // Energy of preamble, sync word and down-chirps over the noise's density.
  double energy_to_noise = 0;
};

struct SyncOptions {
  std::optional<std::uint8_t> sync_word;
  double wide_per_chip = 2;           // Nominal samples of the wide stream per chip.
  double radio_turns_per_sample = 0;  // Of the wide stream; 0: radio frequency unknown.
  bool has_images = false;            // As in FitOptions.
};

class Synchroniser {
 public:
  Synchroniser(int spreading_factor, const SyncOptions& options);

  // Candidates for the frame behind a preamble, most likely first (none when what
  // was found is no more than noise makes). narrow: one sample per chip, wide: two; both must reach
  // last_needed() chips.
  std::vector<Sync> run(const PreambleCandidate& preamble, const StreamBuffer& narrow,
                        WideStream& wide);
  // The chip up to which run() looks.
  std::int64_t last_needed(const PreambleCandidate& preamble) const {
    return search_.last_needed(preamble);
  }

 private:
  float power_at(const StreamBuffer& narrow, std::int64_t first, double bins);
  int count_preamble(const Sync& sync, const PreambleCandidate& preamble,
                     const StreamBuffer& narrow);
  std::optional<Sync> refine(const FrameModel& guess, int preamble_symbols, std::uint8_t sync_word,
                             WideStream& wide);
  void extend(Sync& sync, int preamble_symbols, WideStream& wide);

  int spreading_factor_;
  std::int64_t chips_;
  SyncOptions options_;
  HeadSearch search_;
  Samples buffer_;
  FrameMeter meter_;
};

}  // namespace earshot::radio
