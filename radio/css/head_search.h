// Where behind a preamble the down-chirps are, coarsely: to about a chip and a bin.
//
// The preamble tells carrier offset minus delay, a down-chirp tells their sum; which of the strong
// bins behind the preamble is a down-chirp, and in which symbol, shows only when everything that
// should then be there is added up.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "radio/css/detector.h"
#include "radio/css/fft.h"
#include "radio/css/stream_buffer.h"

namespace earshot::radio {

inline constexpr int kScoredUpChirps = 6;  // Given: the shortest preamble.

struct HeadGuess {
  double chip = 0;   // Of the narrow stream: where the down-chirps begin.
  double bins = 0;   // Carrier offset.
  double score = 0;  // Power of six up-chirps, sync word and two down-chirps.
  std::uint8_t sync_word = 0;
  int present = 0;  // Of these eight chirps, those that hold a fair share of the power.
};

class HeadSearch {
 public:
  // sync_word: the only one wanted, or nothing.
  HeadSearch(int spreading_factor, std::optional<std::uint8_t> sync_word);

  // At most `most` guesses, the likeliest first; none where noise alone would score as much.
  std::vector<HeadGuess> run(const PreambleCandidate& preamble, const StreamBuffer& narrow,
                             std::size_t most);
  // The chip up to which run() looks.
  std::int64_t last_needed(const PreambleCandidate& preamble) const;

 private:
  using Powers = std::vector<float>;

  bool spectrum(const StreamBuffer& narrow, std::int64_t first, bool up, Powers& power);
  std::optional<HeadGuess> guess_of(double bin, double preamble_bin, std::int64_t first) const;
  std::array<HeadGuess, 2> strongest(const Powers& now, const Powers& next, double preamble_bin,
                                     std::int64_t first, double least);
  std::vector<HeadGuess> find_down_chirps(const PreambleCandidate& preamble,
                                          const StreamBuffer& narrow);
  void add_neighbours(std::vector<HeadGuess>& guesses, const StreamBuffer& narrow);
  void score(HeadGuess& guess, const StreamBuffer& narrow);
  void score_sync_word(HeadGuess& guess, const StreamBuffer& narrow, std::size_t pair);
  double mean_bin_power(const StreamBuffer& narrow, std::int64_t first, std::int64_t last) const;

  std::int64_t chips_;
  std::optional<std::uint8_t> sync_word_;
  Fft fft_;
  Samples up_chirp_;
  Samples down_chirp_;
  Powers power_;
};

}  // namespace earshot::radio
