#include "core/s2.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

#include "core/fixed.h"

namespace earshot {
namespace {

// Given: s2cell_id.cc of the S2 library. How the four quarters of a cell lie along the curve, by
// the curve's orientation (bit 0: i and j change places, bit 1: it runs backwards).
constexpr int kSwap = 1;
constexpr std::array<std::array<int, 4>, 4> kPosToIj = {
    {{0, 1, 3, 2}, {0, 2, 3, 1}, {3, 2, 0, 1}, {3, 1, 0, 2}}};
constexpr std::array<int, 4> kPosToOrientation = {1, 0, 0, 3};

constexpr int kFaceShift = 61;

// A cell as a square of its face: i along u, j along v, both below 2^level.
struct FaceIj {
  int face;
  std::int64_t i;
  std::int64_t j;
};

constexpr std::uint64_t mark_of(int level) {
  return std::uint64_t{1} << (2 * (kMaxS2Level - level));
}

FaceIj face_ij(S2Cell cell) {
  FaceIj out{static_cast<int>(cell >> kFaceShift), 0, 0};
  int orientation = out.face & kSwap;
  for (int level = 1; level <= s2_level(cell); ++level) {
    const auto quarter = static_cast<std::size_t>(cell >> (2 * (kMaxS2Level - level) + 1) & 3);
    const int ij = kPosToIj[static_cast<std::size_t>(orientation)][quarter];
    out.i = out.i * 2 + (ij >> 1);
    out.j = out.j * 2 + (ij & 1);
    orientation ^= kPosToOrientation[quarter];
  }
  return out;
}

S2Cell cell_of(const FaceIj& at, int level) {
  S2Cell cell = static_cast<S2Cell>(at.face) << kFaceShift;
  int orientation = at.face & kSwap;
  for (int bit = level - 1; bit >= 0; --bit) {
    const int ij = static_cast<int>((at.i >> bit & 1) << 1 | (at.j >> bit & 1));
    const auto& quarters = kPosToIj[static_cast<std::size_t>(orientation)];
    const auto quarter =
        static_cast<std::size_t>(std::ranges::find(quarters, ij) - quarters.begin());
    cell |= static_cast<S2Cell>(quarter) << (2 * (kMaxS2Level - level + bit) + 1);
    orientation ^= kPosToOrientation[quarter];
  }
  return cell | mark_of(level);
}

using Vector = std::array<Int128, 3>;

// A direction in a face's frame: along u, along v, outwards.
struct FaceUv {
  Int128 u;
  Int128 v;
  Int128 out;
};

// Given: s2coords.h, FaceUVtoXYZ and its inverse.
Vector from_face(int face, const FaceUv& p) {
  switch (face) {
    case 0:
      return {p.out, p.u, p.v};
    case 1:
      return {-p.u, p.out, p.v};
    case 2:
      return {-p.u, -p.v, p.out};
    case 3:
      return {-p.out, -p.v, -p.u};
    case 4:
      return {p.v, -p.out, -p.u};
    default:
      return {p.v, p.u, -p.out};
  }
}

FaceUv to_face(int face, const Vector& p) {
  switch (face) {
    case 0:
      return {p[1], p[2], p[0]};
    case 1:
      return {-p[0], p[2], p[1]};
    case 2:
      return {-p[0], -p[1], p[2]};
    case 3:
      return {-p[2], -p[1], -p[0]};
    case 4:
      return {-p[2], p[0], -p[1]};
    default:
      return {p[1], p[0], -p[2]};
  }
}

// The square next to the edge that (i, j) lies beyond, by one. Centres are taken at 2 i + 1 - n on
// a cube of half edge n.
FaceIj across_edge(const FaceIj& at, std::int64_t n) {
  const auto centre = [n](std::int64_t k) { return std::clamp(2 * k + 1 - n, -n, n); };
  const Vector p = from_face(at.face, {centre(at.i), centre(at.j), n - 1});
  for (int face = 0; face < 6; ++face) {
    const FaceUv there = to_face(face, p);
    if (there.out != n) continue;
    return {face, static_cast<std::int64_t>(there.u + n - 1) / 2,
            static_cast<std::int64_t>(there.v + n - 1) / 2};
  }
  assert(false);
  return at;
}

// 3 n^2 times the tangent of the border between squares k - 1 and k: S2's quadratic projection of
// s = k / n, (4 s^2 - 1) / 3 for s >= 1/2 and its mirror image below.
Int128 border(std::int64_t k, std::int64_t n) {
  return 2 * k >= n ? Int128{4} * k * k - Int128{n} * n
                    : Int128{n} * n - Int128{4} * (n - k) * (n - k);
}

// Given: WGS 84. Half axis, flattening, 1 / (1 - e^2) and e^2 / (1 - e^2)^2, in units of 10^-10.
constexpr std::int64_t kScale = 10'000'000'000;
constexpr std::int64_t kHalfAxisMm = 6'378'137'000;
constexpr std::int64_t kFlattening = 33'528'107;
constexpr std::int64_t kStretch = 10'067'394'967;
constexpr std::int64_t kStretchByHeight = 67'845'000;

// By how much z has to be stretched, in units of 10^-10, for the direction from the earth's centre
// to be the ellipsoid's normal: 1 / (1 - e^2) at height zero, to first order less above.
Int128 stretch_at(const Ecef& place) {
  const auto square = [](std::int64_t mm) { return static_cast<Uint128>(Int128{mm} * mm); };
  const std::uint64_t radius =
      integer_sqrt(square(place.x_mm) + square(place.y_mm) + square(place.z_mm));
  if (radius == 0) return kStretch;
  const std::int64_t sine = static_cast<std::int64_t>(Int128{place.z_mm} * kScale / radius);
  const Int128 sunk = Int128{kHalfAxisMm} * kFlattening / kScale * sine / kScale * sine / kScale;
  const Int128 height = Int128{radius} - kHalfAxisMm + sunk;
  return kStretch - kStretchByHeight * height / kHalfAxisMm;
}

}  // namespace

bool is_s2_cell(std::uint64_t id) {
  return id != 0 && id >> kFaceShift < 6 && std::countr_zero(id) % 2 == 0 &&
         std::countr_zero(id) <= 2 * kMaxS2Level;
}

int s2_level(S2Cell cell) { return kMaxS2Level - std::countr_zero(cell) / 2; }

S2Cell s2_parent(S2Cell cell, int level) {
  assert(level <= s2_level(cell));
  const std::uint64_t mark = mark_of(level);
  return (cell & (~mark + 1)) | mark;
}

std::vector<S2Cell> s2_neighbours(S2Cell cell) {
  const int level = s2_level(cell);
  const std::int64_t n = std::int64_t{1} << level;
  const FaceIj at = face_ij(cell);
  const auto is_inside = [n](std::int64_t k) { return k >= 0 && k < n; };
  std::vector<S2Cell> out;
  for (std::int64_t di = -1; di <= 1; ++di) {
    for (std::int64_t dj = -1; dj <= 1; ++dj) {
      const FaceIj next{at.face, at.i + di, at.j + dj};
      const bool i_inside = is_inside(next.i);
      const bool j_inside = is_inside(next.j);
      if ((di == 0 && dj == 0) || (!i_inside && !j_inside)) continue;  // No fourth face there.
      out.push_back(cell_of(i_inside && j_inside ? next : across_edge(next, n), level));
    }
  }
  std::ranges::sort(out);
  const auto repeats = std::ranges::unique(out);
  out.erase(repeats.begin(), repeats.end());
  return out;
}

bool s2_cell_holds(S2Cell cell, const Ecef& place) {
  // Chosen: in units of the tangent, 64 m at a face's centre and half of that at its edges.
  constexpr Int128 kToleranceParts = 100'000;
  const FaceIj at = face_ij(cell);
  const std::int64_t n = std::int64_t{1} << s2_level(cell);
  const Vector p = {Int128{place.x_mm} * kScale, Int128{place.y_mm} * kScale,
                    place.z_mm * stretch_at(place)};
  const FaceUv seen = to_face(at.face, p);
  if (seen.out <= 0) return false;
  // Everything below 2^127: |p| < 2^68, n <= 2^15 at the levels that positions have.
  const Int128 whole = Int128{3} * n * n;
  const auto is_between = [&](Int128 component, std::int64_t k) {
    const Int128 slack = whole / kToleranceParts * seen.out;
    return component * whole >= border(k, n) * seen.out - slack &&
           component * whole <= border(k + 1, n) * seen.out + slack;
  };
  return is_between(seen.u, at.i) && is_between(seen.v, at.j);
}

}  // namespace earshot
