// The logs as C2SP tlog-tiles: /checkpoint, /tile/<level>/<index>, /tile/entries/<index>, the same
// below /network; and the witness of other logs (C2SP tlog-witness) below /witness.
#include "verifier/api.h"
#include "verifier/log/checkpoint.h"
#include "verifier/log/tile.h"

namespace earshot::verifier {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kNetwork = "/network/";
constexpr std::int64_t kRetrySeconds = 10;  // Chosen: as often as witnesses are asked.

HttpResponse note_response(const Note& note) {
  return {.status = 200, .content_type = std::string(kText), .body = to_string(note)};
}

HttpResponse published(const CosignedLog& log) {
  const std::optional<Note> note = log.published();
  if (note) return note_response(*note);
  return error_response(503, "no checkpoint has cosignatures enough yet", kRetrySeconds);
}

HttpResponse no_such_tile() { return error_response(404, "the log has no such tile"); }

}  // namespace

HttpResponse Api::get_checkpoint() {
  if (parts_.intake_checkpoints != nullptr) return published(*parts_.intake_checkpoints);
  const Checkpoint checkpoint{parts_.log_signer.key.name, parts_.store.log_head(), {}};
  return note_response(sign_checkpoint(checkpoint, parts_.log_signer));
}

HttpResponse Api::get_network_checkpoint() {
  if (parts_.network_checkpoints == nullptr) return error_response(404, "no network log is kept");
  return published(*parts_.network_checkpoints);
}

HttpResponse Api::get_network_tile(std::string_view target) {
  const std::optional<TilePath> path = parse_tile_path(target.substr(kNetwork.size()));
  if (!path || parts_.network_log == nullptr) return no_such_tile();
  const Result<Bytes> bytes = parts_.network_log->tile(*path);
  return bytes ? immutable(*bytes) : no_such_tile();
}

HttpResponse Api::post_add_checkpoint(const HttpRequest& request) {
  if (parts_.witness == nullptr) return error_response(404, "no log is witnessed here");
  const auto now = static_cast<std::uint64_t>(parts_.clock.now() / kNanosPerSecond);
  const WitnessAnswer answer = parts_.witness->add_checkpoint(request.body, now);
  if (answer.status == 200) {
    return {.status = 200, .content_type = std::string(kText), .body = answer.body};
  }
  if (answer.status == 409) {
    return {.status = 409, .content_type = "text/x.tlog.size", .body = answer.body};
  }
  const bool may_retry = answer.status == 503;
  return error_response(answer.status, answer.body,
                        may_retry ? std::optional(kRetrySeconds) : std::nullopt);
}

HttpResponse Api::get_witnessed(std::string_view origin_hash) {
  const std::optional<std::string> note =
      parts_.witness == nullptr ? std::nullopt : parts_.witness->checkpoint(origin_hash);
  if (!note) return error_response(404, "no checkpoint of such a log was cosigned here");
  return {.status = 200, .content_type = std::string(kText), .body = *note};
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
