#include "radio/evidence/noise.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <complex>
#include <vector>

#include "radio/css/fft.h"
#include "radio/css/measure.h"
#include "radio/css/rotation.h"
#include "radio/css/waveform.h"
#include "radio/evidence/beacon.h"
#include "radio/evidence/demodulate.h"
#include "radio/evidence/excision.h"
#include "radio/iq/format.h"

namespace earshot::radio {
namespace {

constexpr double kNotchHz =
    2'000;  // Chosen: echoes of 16 us (SF7) to 500 us (SF12), filters' ringing.
constexpr double kBand = 0.225;  // Of the rate: nine tenths of the beacon's band.
constexpr std::size_t kMostSamples = std::size_t{1} << 17;  // Half a second; more tells no more.
constexpr std::size_t kLeastOverlap = 8'192;
constexpr int kOffsetBins = 8;     // Four turns over the longer one, either way.
constexpr std::size_t kTimes = 8;  // Pieces of the median.
constexpr std::size_t kBands = 8;
// Chosen between copies (0.85 and more) and emissions (0.52 at most): docs/RADIO.md.
constexpr double kUneven = 0.6;
constexpr double kEven = 0.8;
// The same of bands, where chance moves a copy with 20 dB of noise added from 0.6 down to 0.4.
constexpr double kUnevenBands = 0.2;
constexpr double kEvenBands = 0.4;
// Chosen above what emissions leave (0.39): frequencies are kept up to 1.4 of the usual power.
constexpr double kSkirts = 0.5;
constexpr double kNoSkirts = 0.6;

// Where both are most alike: one[k + delay] against other[k] turned by `bins`.
struct Alignment {
  double correlation = 0;  // Not normalised.
  std::ptrdiff_t delay = 0;
  std::ptrdiff_t bins = 0;
};

double energy_of(SampleView samples) {
  double sum = 0;
  for (const Sample& x : samples) sum += std::norm(x);
  return sum;
}

// The part around the beacon, no longer than kMostSamples.
void keep_window(Samples& samples, double anchor_sample) {
  if (samples.size() <= kMostSamples) return;
  const double lead = static_cast<double>(kMostSamples) / 2;
  const double last = static_cast<double>(samples.size() - kMostSamples);
  const auto first = static_cast<std::ptrdiff_t>(std::clamp(anchor_sample - lead, 0.0, last));
  samples = Samples(samples.begin() + first, samples.begin() + first + kMostSamples);
}

class Correlator {
 public:
  Correlator(SampleView one, SampleView other)
      : size_(std::bit_ceil(one.size() + other.size())),
        one_(spectrum(one)),
        other_(spectrum(other)),
        backward_(size_, Fft::Direction::backward) {}

  std::size_t size() const { return size_; }

  // At an offset of `bins` of the transform's own bins, all delays.
  void look(std::ptrdiff_t bins, Alignment& best) {
    const std::size_t shift =
        static_cast<std::size_t>(bins + static_cast<std::ptrdiff_t>(size_)) % size_;
    const std::span<Sample> product = backward_.in();
    for (std::size_t k = shift; k < size_; ++k) product[k] = turned(one_[k], other_[k - shift]);
    for (std::size_t k = 0; k < shift; ++k) {
      product[k] = turned(one_[k], other_[k + size_ - shift]);
    }
    backward_.execute();
    const std::span<const Sample> found = backward_.out();
    float most = 0;
    std::size_t where = 0;
    for (std::size_t k = 0; k < size_; ++k) {
      const float power = std::norm(found[k]);
      if (power > most) most = power, where = k;
    }
    const double correlation = std::sqrt(static_cast<double>(most)) / static_cast<double>(size_);
    if (correlation <= best.correlation) return;
    const auto delay = static_cast<std::ptrdiff_t>(where);
    best = {correlation, where < size_ / 2 ? delay : delay - static_cast<std::ptrdiff_t>(size_),
            bins};
  }

 private:
  // a conj(b), without std::complex's detour for infinities.
  static Sample turned(Sample a, Sample b) {
    return {a.real() * b.real() + a.imag() * b.imag(), a.imag() * b.real() - a.real() * b.imag()};
  }
  Samples spectrum(SampleView samples) const {
    Fft forward(size_);
    std::ranges::fill(forward.in(), Sample());
    std::ranges::copy(samples, forward.in().begin());
    forward.execute();
    return {forward.out().begin(), forward.out().end()};
  }

  std::size_t size_;
  Samples one_, other_;
  Fft backward_;
};

// The stretch of both that overlaps, frequency offset taken out of `other`.
struct Overlap {
  Samples one;
  Samples other;
};

Overlap overlap_of(SampleView one, SampleView other, const Alignment& at, std::size_t size) {
  const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(0, -at.delay);
  const std::ptrdiff_t end = std::min(static_cast<std::ptrdiff_t>(other.size()),
                                      static_cast<std::ptrdiff_t>(one.size()) - at.delay);
  Overlap out;
  if (end - begin < static_cast<std::ptrdiff_t>(kLeastOverlap)) return out;
  const auto length = static_cast<std::size_t>(end - begin);
  const SampleView a = one.subspan(static_cast<std::size_t>(begin + at.delay), length);
  const SampleView b = other.subspan(static_cast<std::size_t>(begin), length);
  out.one.assign(a.begin(), a.end());
  out.other.assign(b.begin(), b.end());
  rotate({0, static_cast<double>(at.bins) / static_cast<double>(size), 0}, out.other);
  return out;
}

// What two stretches are and have in common in a piece of time and frequency.
struct Piece {
  std::complex<double> product = 0;
  double one = 0;  // Energies.
  double other = 0;
};

// kTimes times kBands of them, the bands of one time after another.
std::vector<Piece> pieces_of(const Overlap& overlap) {
  const std::size_t length = overlap.one.size() / kTimes;
  Fft one(length);
  Fft other(length);
  const auto reach = static_cast<std::ptrdiff_t>(kBand * static_cast<double>(length));
  const std::ptrdiff_t band = 2 * reach / static_cast<std::ptrdiff_t>(kBands);
  std::vector<Piece> pieces;
  for (std::size_t time = 0; time < kTimes; ++time) {
    const auto first = static_cast<std::ptrdiff_t>(time * length);
    std::copy_n(overlap.one.begin() + first, length, one.in().begin());
    std::copy_n(overlap.other.begin() + first, length, other.in().begin());
    one.execute();
    other.execute();
    for (std::size_t piece = 0; piece < kBands; ++piece) {
      Piece& sum = pieces.emplace_back();
      const std::ptrdiff_t low = -reach + static_cast<std::ptrdiff_t>(piece) * band;
      for (std::ptrdiff_t bin = low; bin < low + band; ++bin) {
        const auto k =
            static_cast<std::size_t>(bin < 0 ? bin + static_cast<std::ptrdiff_t>(length) : bin);
        const std::complex<double> a = one.out()[k];
        const std::complex<double> b = other.out()[k];
        sum.product += a * std::conj(b);
        sum.one += std::norm(a);
        sum.other += std::norm(b);
      }
    }
  }
  return pieces;
}

// Median over pieces of time and frequency of the correlation in phase with the whole.
double median_of_pieces(const Overlap& overlap) {
  const std::vector<Piece> pieces = pieces_of(overlap);
  std::complex<double> whole = 0;
  for (const Piece& piece : pieces) whole += piece.product;
  if (std::abs(whole) == 0) return 0;
  const std::complex<double> phase = std::conj(whole) / std::abs(whole);
  std::vector<double> shares;
  for (const Piece& piece : pieces) {
    const double energy = std::sqrt(piece.one * piece.other);
    shares.push_back(energy > 0 ? std::real(piece.product * phase) / energy : 0);
  }
  const auto middle = shares.begin() + static_cast<std::ptrdiff_t>(shares.size() / 2);
  std::nth_element(shares.begin(), middle, shares.end());
  return *middle;
}

using OfBands = std::array<Piece, kBands>;

// Over all of the time, turned so that the whole of what they have in common is real.
OfBands bands_of(const Overlap& overlap) {
  const std::vector<Piece> pieces = pieces_of(overlap);
  OfBands bands{};
  std::complex<double> whole = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Piece& band = bands[i % kBands];
    band.product += pieces[i].product;
    band.one += pieces[i].one;
    band.other += pieces[i].other;
    whole += pieces[i].product;
  }
  const double size = std::abs(whole);
  for (Piece& band : bands) band.product *= size > 0 ? std::conj(whole) / size : 0;
  return bands;
}

using EnergyOf = double Piece::*;  // Whose.

// What share of its power both have in common.
double common_share(const OfBands& bands, EnergyOf whose) {
  double common = 0;
  double energy = 0;
  for (const Piece& band : bands) {
    common += band.product.real();
    energy += band.*whose;
  }
  return energy > 0 ? common / energy : 0;
}

// The share in the quarter of the bands that has the lowest, over that in the highest.
double evenness_of(const OfBands& bands, EnergyOf whose) {
  std::array<double, kBands> shares{};
  for (std::size_t i = 0; i < kBands; ++i) {
    shares[i] = bands[i].*whose > 0 ? bands[i].product.real() / bands[i].*whose : 0;
  }
  std::ranges::sort(shares);
  double low = 0;
  double high = 0;
  for (std::size_t i = 0; i < kBands / 4; ++i) low += shares[i], high += shares[kBands - 1 - i];
  return high > 0 ? low / high : 0;
}

double ramp(double value, double none, double all) {
  return std::clamp((value - none) / (all - none), 0.0, 1.0);
}

// 1 for noise that was copied, 0 for what is left of a third party's emission. A copy has in common
// with its original the same share of that one's power in the quiet as in all, and in every band;
// of an emission the quiet has the skirts only, and the bands what it sends in each.
double weight_of(const Overlap& quiet, const Overlap& loud, double correlation) {
  const OfBands in_quiet = bands_of(quiet);
  const OfBands in_all = bands_of(loud);
  double most = ramp(correlation, kSkirts, kNoSkirts);
  for (const EnergyOf whose : {&Piece::one, &Piece::other}) {
    const double of_all = common_share(in_all, whose);
    const double quiet_share = of_all > 0 ? common_share(in_quiet, whose) / of_all : 1;
    most = std::max(most, std::min(ramp(quiet_share, kUneven, kEven),
                                   ramp(evenness_of(in_all, whose), kUnevenBands, kEvenBands)));
  }
  return most;
}

}  // namespace

Result<std::optional<Residual>> residual_of(const Snippet& snippet, int spreading_factor,
                                            std::uint32_t bandwidth_hz) {
  Result<std::optional<Demodulated>> found = demodulate(snippet, spreading_factor, bandwidth_hz);
  if (!found) return fail(found.error());
  if (!*found) return std::optional<Residual>{};
  const Measurement& measured = (*found)->measured;
  const CssParams params = beacon_params(spreading_factor, bandwidth_hz);
  const Result<CssWaveform> waveform = CssWaveform::create(params, (*found)->payload);
  if (!waveform) return fail(waveform.error());
  Residual residual;
  residual.samples = std::move((*found)->samples);
  residual.carrier_offset = measured.carrier_offset_hz / snippet.rate_hz;
  // The transmitter's clock runs off as its carrier does.
  const double step =
      (1 + measured.carrier_offset_hz / static_cast<double>(snippet.centre_hz)) / snippet.rate_hz;
  const double anchor_seconds = (params.preamble_symbols + 4.25) * symbol_seconds(params);
  Samples model(residual.samples.size());
  waveform->add_to(model, anchor_seconds - measured.anchor_sample * step, step, 1,
                   residual.carrier_offset, 0);
  notch_waveform(residual.samples, model, snippet.rate_hz, kNotchHz);
  residual.loud = residual.samples;
  excise_tiles(residual.samples);
  excise_frequencies(residual.samples, kBand);
  excise_chirps(residual.samples);
  excise_chirps(residual.samples);  // What the first left of strong ones.
  residual.quiet = residual.samples;
  whiten(residual.samples, kBand);
  keep_band(residual.quiet, kBand);
  for (Samples* samples : {&residual.samples, &residual.quiet, &residual.loud}) {
    keep_window(*samples, measured.anchor_sample);
  }
  return std::optional<Residual>(std::move(residual));
}

Likeness likeness_of(const Residual& one, const Residual& other) {
  const SampleView a(one.samples);
  const SampleView b(other.samples);
  if (std::min(a.size(), b.size()) < kLeastOverlap) return {};
  Correlator correlator(a, b);
  // As the beacons say, or as if one had been given another beacon's offset.
  const double difference = one.carrier_offset - other.carrier_offset;
  const auto centre = static_cast<std::ptrdiff_t>(
      std::llround(difference * static_cast<double>(correlator.size())));
  Alignment best;
  for (int bin = -kOffsetBins; bin <= kOffsetBins; ++bin) {
    correlator.look(centre + bin, best);
    if (std::abs(centre) > kOffsetBins) correlator.look(bin, best);
  }
  const Overlap overlap = overlap_of(a, b, best, correlator.size());
  if (overlap.one.empty()) return {};
  const double energy = std::sqrt(energy_of(overlap.one) * energy_of(overlap.other));
  if (energy == 0) return {};
  // The shorter the overlap, the more two noises correlate by chance, by 1 / sqrt(overlap).
  const double worth = std::sqrt(static_cast<double>(overlap.one.size()) /
                                 static_cast<double>(std::min(a.size(), b.size())));
  const double alike = std::min(best.correlation / energy, median_of_pieces(overlap));
  const double weight = weight_of(overlap_of(one.quiet, other.quiet, best, correlator.size()),
                                  overlap_of(one.loud, other.loud, best, correlator.size()), alike);
  return {std::clamp(worth * alike, 0.0, 1.0), weight};
}

std::uint32_t noise_correlation_ppm(const Residual& one, const Residual& other) {
  const Likeness found = likeness_of(one, other);
  return static_cast<std::uint32_t>(std::lround(1e6 * found.alike * found.weight));
}

}  // namespace earshot::radio
