// What an epoch leaves to those after it besides accounts: when hotspots last spoke and were heard
// (Helium's reciprocity), and whose noise was found to be one (rules/noise.h). Its hash is in the
// seal.
#pragma once
#include <vector>

#include "core/bytes.h"
#include "core/hash.h"
#include "core/identity.h"
#include "core/protocol.h"
#include "core/result.h"
#include "core/time.h"

namespace earshot::verifier {

// Nanoseconds since 1970; 0: never, or too long ago to matter.
struct HotspotTimes {
  PublicKey hotspot{};
  UnixNanos beacon = 0;
  UnixNanos witnessed = 0;
  UnixNanos reciprocal_beacon = 0;
  bool operator==(const HotspotTimes&) const = default;
};

// An audit found that two hotspots heard one beacon with one and the same noise.
struct SharedNoise {
  PublicKey one{};  // The smaller key.
  PublicKey other{};
  Round round = 0;  // Of the beacon.
  Tag tag{};
  bool operator==(const SharedNoise&) const = default;
  auto operator<=>(const SharedNoise&) const = default;
};

struct History {
  std::vector<HotspotTimes> hotspots;  // Ascending, without repeats.
  std::vector<SharedNoise> noise;      // Ascending, without repeats.
  bool operator==(const History&) const = default;
};

// u32 count, then key 32 | three times 8 each; u32 count, then keys 32 + 32 | round 8 | tag 16.
Bytes encode(const History& history);
// Reads one from the middle of something. Errc::bad_data: another order, repeats, too few bytes.
Result<History> get_history(Reader& in);
Hash256 history_hash(const History& history);

}  // namespace earshot::verifier
