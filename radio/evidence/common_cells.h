// What two stretches of samples have in common, cell of time and frequency by cell.
#pragma once
#include <array>
#include <complex>
#include <cstddef>

#include "radio/evidence/alignment.h"
#include "radio/evidence/excision.h"

namespace earshot::radio {

// What both are and have in common in some cells.
struct Common {
  std::complex<double> product = 0;  // Sum of one times the conjugate of other.
  double one = 0;                    // Energies.
  double other = 0;
};

inline constexpr std::size_t kTimes = 8;
inline constexpr std::size_t kBands = 8;

struct CommonCells {
  std::array<Common, kTimes * kBands> pieces;  // The bands of one time after another.
  Common whole;                                // Their sum.
  // So many equal cells correlate by chance as much as these do, by 1 / sqrt(count): what is empty
  // in both does not count, and beside loud ones the others do not.
  double count = 0;
};
CommonCells common_cells(const Overlap& overlap, const Band& band);

// |product| over the root of both energies, 0 to 1; 0 without energy.
double correlation_of(const Common& cells);

// Median over the pieces of the correlation in phase with the whole. Each is as heavy as its
// energy, no heavier than the mean: emptied ones have no vote, loud ones no more than others.
double median_correlation(const CommonCells& cells);

using EnergyOf = double Common::*;  // Whose.

// What share of its power both have in common, in phase with the whole.
double common_share(const CommonCells& cells, EnergyOf whose);

// That share in the quarter of the bands that has the lowest, over that in the highest.
double evenness_of(const CommonCells& cells, EnergyOf whose);

}  // namespace earshot::radio
