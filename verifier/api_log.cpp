// The intake log as C2SP tlog-tiles: /checkpoint, /tile/<level>/<index>, /tile/entries/<index>.
#include "verifier/api.h"
#include "verifier/log/checkpoint.h"
#include "verifier/log/tile.h"

namespace earshot::verifier {
namespace {

HttpResponse no_such_tile() { return error_response(404, "the log has no such tile"); }

}  // namespace

HttpResponse Api::get_checkpoint() {
  const Checkpoint checkpoint{parts_.log_signer.key.name, parts_.store.log_head(), {}};
  return {.status = 200,
          .content_type = "text/plain; charset=utf-8",
          .body = to_string(sign_checkpoint(checkpoint, parts_.log_signer))};
}

HttpResponse Api::get_tile(std::string_view target) {
  const std::optional<TilePath> path = parse_tile_path(target.substr(1));
  if (!path) return no_such_tile();
  const std::uint64_t first = path->index * kTileWidth;
  Bytes bytes;
  std::size_t found = 0;
  if (path->is_entries) {
    const Result<std::vector<LogEntry>> entries = parts_.store.log_entries(first, path->width);
    if (!entries) return unavailable(entries.error());
    std::vector<Bytes> encoded;
    for (const LogEntry& entry : *entries) encoded.push_back(encode(entry));
    found = encoded.size();
    bytes = bundle_entries(encoded);
  } else {
    const Result<std::vector<Hash256>> hashes =
        parts_.store.tile_hashes(path->level, first, path->width);
    if (!hashes) return unavailable(hashes.error());
    for (const Hash256& hash : *hashes) bytes.insert(bytes.end(), hash.begin(), hash.end());
    found = hashes->size();
  }
  return found == path->width ? immutable(bytes) : no_such_tile();
}

}  // namespace earshot::verifier
