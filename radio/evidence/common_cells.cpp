#include "radio/evidence/common_cells.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include "radio/css/fft.h"

namespace earshot::radio {
namespace {

constexpr std::size_t kCell = 256;  // Chosen: that of the excision's tiles.
constexpr std::ptrdiff_t kHalf = kCell / 2;
constexpr std::size_t kPieces = kTimes * kBands;

void add(Common& sum, const Common& more) {
  sum.product += more.product;
  sum.one += more.one;
  sum.other += more.other;
}

// Turns what they have in common so that the whole's is real.
std::complex<double> phase_of(const CommonCells& cells) {
  const double size = std::abs(cells.whole.product);
  return size > 0 ? std::conj(cells.whole.product) / size : 0;
}

// The bins of a cell in the band, from the lowest frequency to the highest.
std::vector<std::size_t> bins_of(const Band& band) {
  std::vector<std::size_t> bins;
  for (std::ptrdiff_t bin = -kHalf; bin < kHalf; ++bin) {
    const double frequency = static_cast<double>(std::abs(bin)) / kCell;
    if (frequency < band.from || frequency > band.to) continue;
    bins.push_back(static_cast<std::size_t>(bin < 0 ? bin + 2 * kHalf : bin));
  }
  return bins;
}

}  // namespace

CommonCells common_cells(const Overlap& overlap, const Band& band) {
  CommonCells out{};
  const std::vector<std::size_t> bins = bins_of(band);
  Fft one(kCell);
  Fft other(kCell);
  const std::size_t blocks = overlap.one.size() / kCell;
  double both = 0;  // Sum of the products of powers: the variance of a product by chance.
  for (std::size_t block = 0; block < blocks; ++block) {
    const auto first = static_cast<std::ptrdiff_t>(block * kCell);
    std::copy_n(overlap.one.begin() + first, kCell, one.in().begin());
    std::copy_n(overlap.other.begin() + first, kCell, other.in().begin());
    one.execute();
    other.execute();
    const std::size_t time = block * kTimes / blocks;
    for (std::size_t i = 0; i < bins.size(); ++i) {
      const std::complex<double> a = one.out()[bins[i]];
      const std::complex<double> b = other.out()[bins[i]];
      const Common cell{a * std::conj(b), std::norm(a), std::norm(b)};
      add(out.pieces[time * kBands + i * kBands / bins.size()], cell);
      both += cell.one * cell.other;
    }
  }
  for (const Common& piece : out.pieces) add(out.whole, piece);
  out.count = both > 0 ? out.whole.one * out.whole.other / both : 0;
  return out;
}

double correlation_of(const Common& cells) {
  const double energy = std::sqrt(cells.one * cells.other);
  return energy > 0 ? std::abs(cells.product) / energy : 0;
}

double median_correlation(const CommonCells& cells) {
  const std::complex<double> phase = phase_of(cells);
  std::array<std::pair<double, double>, kPieces> shares;  // With the energies, then the weights.
  double total = 0;
  for (std::size_t i = 0; i < kPieces; ++i) {
    const Common& piece = cells.pieces[i];
    const double energy = std::sqrt(piece.one * piece.other);
    shares[i] = {energy > 0 ? std::real(piece.product * phase) / energy : 0, energy};
    total += energy;
  }
  const double most = total / kPieces;
  total = 0;
  for (auto& [share, weight] : shares) total += weight = std::min(weight, most);
  std::ranges::sort(shares);
  double below = 0;
  for (const auto& [share, weight] : shares) {
    below += weight;
    if (below >= total / 2) return share;
  }
  return 0;
}

double common_share(const CommonCells& cells, EnergyOf whose) {
  const double energy = cells.whole.*whose;
  return energy > 0 ? std::abs(cells.whole.product) / energy : 0;
}

double evenness_of(const CommonCells& cells, EnergyOf whose) {
  const std::complex<double> phase = phase_of(cells);
  std::array<double, kBands> shares{};
  for (std::size_t band = 0; band < kBands; ++band) {
    Common sum;
    for (std::size_t time = 0; time < kTimes; ++time) add(sum, cells.pieces[time * kBands + band]);
    shares[band] = sum.*whose > 0 ? std::real(sum.product * phase) / (sum.*whose) : 0;
  }
  std::ranges::sort(shares);
  double low = 0;
  double high = 0;
  for (std::size_t i = 0; i < kBands / 4; ++i) low += shares[i], high += shares[kBands - 1 - i];
  return high > 0 ? low / high : 0;
}

}  // namespace earshot::radio
