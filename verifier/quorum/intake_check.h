// Whether a list says what the log says: every header and message of it is an entry under the
// checkpoint's root, with the times that the list gives.
#pragma once
#include <functional>
#include <map>
#include <set>

#include "verifier/log/tile.h"
#include "verifier/quorum/contents.h"

namespace earshot::verifier {

// The bytes of a tile of the log.
using TileSource = std::function<Result<Bytes>(const TilePath& path)>;

// Reads the entries from the oldest message of the list to the log's end, and those of older
// onboardings. Errc::check_failed names the entry that differs.
Result<void> check_intake_list(const IntakeList& list, const LogHead& head,
                               const TileSource& tiles);

// Where the ids stand in the log's first `size` entries, looking backwards: those that are there.
using LogPlaces = std::map<std::pair<LogKind, Hash256>, std::uint64_t>;
using LogEntries =
    std::function<Result<std::vector<LogEntry>>(std::uint64_t first, std::uint64_t count)>;
// Adds to `places`. Errc::bad_data when one of `wanted` is nowhere.
Result<void> find_places(std::set<std::pair<LogKind, Hash256>> wanted, std::uint64_t size,
                         const LogEntries& entries, LogPlaces& places);

}  // namespace earshot::verifier
