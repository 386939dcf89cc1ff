#include "radio/evidence/noise.h"

#include <algorithm>
#include <cmath>

#include "radio/css/measure.h"
#include "radio/css/waveform.h"
#include "radio/evidence/alignment.h"
#include "radio/evidence/beacon.h"
#include "radio/evidence/common_cells.h"
#include "radio/evidence/demodulate.h"
#include "radio/evidence/excision.h"
#include "radio/iq/format.h"

namespace earshot::radio {
namespace {

constexpr double kNotchHz =
    2'000;  // Chosen: echoes of 16 us (SF7) to 500 us (SF12), filters' ringing.
constexpr std::size_t kMostSamples = std::size_t{1} << 17;  // Half a second; more tells no more.
constexpr std::size_t kLeastOverlap = 8'192;

// What the share in the quiet is of that in all, from nothing's to a copy's.
struct Shares {
  double uneven = 0;
  double even = 0;
};
// Where noise is looked for, and what tells it from what is left of an emission: figures chosen
// between both, docs/RADIO.md.
struct Look {
  Band band;
  Band all;       // What it is held against.
  Shares unsure;  // Where chance moves a copy's share: 20 dB of noise added,
  Shares sure;    // and where it does not.
  double skirts;  // Correlation above which there is more than emissions leave.
};
// Nine tenths of the beacon's band, the rate being twice that. Copies have 0.84 and more, emissions
// 0.65 at most and correlate by 0.51 at most: frequencies are kept up to 1.4 of the usual power.
constexpr Look kInner = {{0, 0.225}, {0, 0.225}, {0.7, 0.85}, {0.7, 0.85}, 0.6};
// Beside the beacon, and what else is in its channel, as far as snippets are flat (decimator.h).
// Copies have 0.89 and more, sure ones 0.97, emissions that reach so far 0.85 at most.
constexpr Look kOuter = {{0.26, 0.4}, {0, 0.4}, {0.7, 0.85}, {0.88, 0.95}, 2};
constexpr Band kBeside = {0.226, 0.5};  // All that is not inner: a carrier out there is no chirp.
constexpr double kUnsure = 0.1;
constexpr double kSure = 0.2;
// The same of bands, where chance moves a copy with 20 dB of noise added from 0.6 down to 0.4.
constexpr double kUnevenBands = 0.2;
constexpr double kEvenBands = 0.4;
static_assert(kFullCells == 2 * kInner.band.to * 32'768);

// The part around the beacon, no longer than kMostSamples.
void keep_window(Samples& samples, double anchor_sample) {
  if (samples.size() <= kMostSamples) return;
  const double lead = static_cast<double>(kMostSamples) / 2;
  const double last = static_cast<double>(samples.size() - kMostSamples);
  const auto first = static_cast<std::ptrdiff_t>(std::clamp(anchor_sample - lead, 0.0, last));
  samples = Samples(samples.begin() + first, samples.begin() + first + kMostSamples);
}

double ramp(double value, double none, double all) {
  return std::clamp((value - none) / (all - none), 0.0, 1.0);
}

// 1 for noise that was copied, 0 for what is left of a third party's emission. A copy has in common
// with its original the same share of that one's power in the quiet as in all, and in every band;
// of an emission the quiet has the skirts only, and the bands what it sends in each.
double weight_of(const CommonCells& in_quiet, const CommonCells& in_all, const Look& look,
                 double correlation) {
  const double sure = ramp(correlation, kUnsure, kSure);
  const double uneven = std::lerp(look.unsure.uneven, look.sure.uneven, sure);
  const double even = std::lerp(look.unsure.even, look.sure.even, sure);
  double most = ramp(correlation, look.skirts - 0.05, look.skirts + 0.05);
  for (const EnergyOf whose : {&Common::one, &Common::other}) {
    const double of_all = common_share(in_all, whose);
    const double quiet_share = of_all > 0 ? common_share(in_quiet, whose) / of_all : 1;
    most = std::max(most, std::min(ramp(quiet_share, uneven, even),
                                   ramp(evenness_of(in_all, whose), kUnevenBands, kEvenBands)));
  }
  return most;
}

Likeness likeness_in(const Residual& one, const Residual& other, const Look& look) {
  // As the beacons say, or as if one had been given another beacon's offset.
  const Alignment at =
      align(one.samples, other.samples, one.carrier_offset - other.carrier_offset, look.band);
  const Overlap overlap = overlap_of(one.samples, other.samples, at);
  if (overlap.one.size() < kLeastOverlap) return {};
  const CommonCells cells = common_cells(overlap, look.band);
  // The fewer cells, the more two noises correlate by chance, by 1 / sqrt(cells).
  const double worth = std::sqrt(std::min(1.0, cells.count / kFullCells));
  const double alike = std::min(correlation_of(cells.whole), median_correlation(cells));
  const double weight =
      weight_of(common_cells(overlap_of(one.quiet, other.quiet, at), look.band),
                common_cells(overlap_of(one.loud, other.loud, at), look.all), look, alike);
  return {std::clamp(worth * alike, 0.0, 1.0), weight};
}

void add(const Samples& more, Samples& sum) {
  for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += more[k];
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
  const KeptFrequencies outer_kept = excise_frequencies(residual.samples, kBeside);
  const KeptFrequencies inner_kept = excise_frequencies(residual.samples, kInner.band);
  // Chirps are in the beacon's band, and to cut strong ones takes noise with them.
  Samples outer = residual.samples;
  excise_chirps(residual.samples);
  excise_chirps(residual.samples);  // What the first left of strong ones.
  residual.quiet = residual.samples;
  keep_frequencies(residual.quiet, inner_kept);
  whiten(residual.samples, inner_kept);
  Samples quiet_outer = outer;
  keep_frequencies(quiet_outer, outer_kept);
  whiten(outer, outer_kept);
  add(quiet_outer, residual.quiet);
  add(outer, residual.samples);
  for (Samples* samples : {&residual.samples, &residual.quiet, &residual.loud}) {
    keep_window(*samples, measured.anchor_sample);
  }
  return std::optional<Residual>(std::move(residual));
}

Likenesses likenesses_of(const Residual& one, const Residual& other) {
  if (std::min(one.samples.size(), other.samples.size()) < kLeastOverlap) return {};
  return {likeness_in(one, other, kInner), likeness_in(one, other, kOuter)};
}

std::uint32_t noise_correlation_ppm(const Residual& one, const Residual& other) {
  const auto [inner, outer] = likenesses_of(one, other);
  const double most = std::max(inner.alike * inner.weight, outer.alike * outer.weight);
  return static_cast<std::uint32_t>(std::lround(1e6 * most));
}

}  // namespace earshot::radio
