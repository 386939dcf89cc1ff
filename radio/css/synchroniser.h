// From "there is a preamble" to the exact place of the frame: where the down-chirps are (which
// tells carrier offset and delay apart), what the sync word is, how long the preamble was.
#pragma once
#include <optional>
#include <vector>

#include "radio/css/detector.h"
#include "radio/css/fft.h"
#include "radio/css/frame_measure.h"
#include "radio/css/stream_buffer.h"

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

  // Candidates for the frame behind a preamble, most likely first (at most three; none when what
  // was found is no more than noise makes). narrow: one sample per chip, wide: two; both must reach
  // last_needed() chips.
  std::vector<Sync> run(const PreambleCandidate& preamble, const StreamBuffer& narrow,
                        const StreamBuffer& wide);
  // The chip up to which run() looks.
  std::int64_t last_needed(const PreambleCandidate& preamble) const;

 private:
  // Where the down-chirps may begin.
  struct Guess {
    double chip = 0;  // Of the narrow stream.
    double bins = 0;  // Carrier offset.
    double score = 0;
    std::uint8_t sync_word = 0;
    int present = 0;  // Chirps that hold a fair share of the power.
  };

  using Powers = std::vector<float>;

  bool spectrum(const StreamBuffer& narrow, std::int64_t first, bool up, Powers& power);
  std::vector<Guess> find_down_chirps(const PreambleCandidate& preamble,
                                      const StreamBuffer& narrow);
  void score(Guess& guess, const StreamBuffer& narrow);
  void score_sync_word(Guess& guess, const StreamBuffer& narrow, std::size_t pair);
  double mean_bin_power(const StreamBuffer& narrow, std::int64_t first, std::int64_t last) const;
  float power_at(const StreamBuffer& narrow, std::int64_t first, double bins);
  int count_preamble(const Sync& sync, const PreambleCandidate& preamble,
                     const StreamBuffer& narrow);
  std::optional<Sync> refine(const FrameModel& guess, int preamble_symbols, std::uint8_t sync_word,
                             const StreamBuffer& wide);
  void extend(Sync& sync, int preamble_symbols, const StreamBuffer& wide);

  int spreading_factor_;
  std::int64_t chips_;
  SyncOptions options_;
  Fft fft_;
  Samples up_chirp_;
  Samples down_chirp_;
  Samples buffer_;
  Powers power_;
  FrameMeter meter_;
};

}  // namespace earshot::radio
