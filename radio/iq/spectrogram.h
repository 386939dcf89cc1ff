// Power over time and frequency, for pictures.
#pragma once
#include <functional>
#include <vector>

#include "radio/iq/recording.h"

namespace earshot::radio {

struct Spectrogram {
  std::size_t columns = 0;   // Time.
  std::size_t rows = 0;      // Frequency, from -rate/2 up to +rate/2.
  std::vector<float> power;  // [column * rows + row], a full-scale tone is 1.

  float at(std::size_t column, std::size_t row) const { return power[column * rows + row]; }
};

// Samples [first, first + count) in `columns` columns. A column shows the loudest of its slices, so
// that a short frame does not drown in a long column. `on_progress` is told samples done. Memory:
// one column's samples. Precondition: count > 0, columns > 0.
Result<Spectrogram> spectrogram(const RecordingInfo& recording, std::uint64_t first,
                                std::uint64_t count, std::size_t columns,
                                const std::function<void(std::uint64_t)>& on_progress = {});

}  // namespace earshot::radio
