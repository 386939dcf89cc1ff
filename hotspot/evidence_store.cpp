#include "hotspot/evidence_store.h"

#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/sortition.h"
#include "radio/iq/recording.h"

namespace earshot::hotspot {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kMeta = ".sigmf-meta";
constexpr std::string_view kData = ".sigmf-data";
constexpr std::uint64_t kSidecarBytes = 4096;  // Chosen: counted before the real size is known.

// "<second>-<64 hex digits>" of a file's stem.
std::optional<std::pair<std::int64_t, Hash256>> parse_stem(const std::string& stem) {
  const std::size_t dash = stem.find('-');
  if (dash == std::string::npos) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + dash, seconds);
  if (error != std::errc() || end != stem.data() + dash || seconds < 0) return std::nullopt;
  const Result<Hash256> id = array_from_hex<32>(stem.substr(dash + 1));
  if (!id || to_hex(*id) != stem.substr(dash + 1)) return std::nullopt;
  return std::pair{seconds, *id};
}

std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  return error ? 0 : size;
}

std::uint64_t samples_in(Picoseconds span, std::uint32_t rate_hz) {
  __extension__ using Wide = __int128;
  const Wide count = static_cast<Wide>(span.count()) * rate_hz / kPicosPerSecond;
  return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}

radio::Annotation annotation_of(const WitnessReport& report, std::uint64_t sample_count) {
  const Picoseconds anchor(report.receive_ps - report.evidence_first_ps);
  const Picoseconds start =
      anchor - beacon_anchor_offset(report.spreading_factor, report.bandwidth_hz);
  const Picoseconds airtime = beacon_airtime(report.spreading_factor, report.bandwidth_hz);
  radio::Annotation note;
  note.first_sample = std::min(samples_in(start, report.evidence_rate_hz), sample_count);
  note.sample_count =
      std::min(samples_in(airtime, report.evidence_rate_hz), sample_count - note.first_sample);
  const auto centre = static_cast<double>(report.frequency_hz);
  note.low_hz = centre - report.bandwidth_hz / 2.0;
  note.high_hz = centre + report.bandwidth_hz / 2.0;
  note.label = "beacon SF" + std::to_string(report.spreading_factor);
  note.comment = "tag " + to_hex(report.tag) + ", RSSI " + std::to_string(report.rssi_cdbm / 100) +
                 " dBm, SNR " + std::to_string(report.snr_cdb / 100) + " dB";
  note.extra["earshot:tag"] = to_hex(report.tag);
  note.extra["earshot:rssi_cdbm"] = report.rssi_cdbm;
  note.extra["earshot:snr_cdb"] = report.snr_cdb;
  note.extra["earshot:carrier_offset_dhz"] = report.carrier_offset_dhz;
  return note;
}

nlohmann::json global_of(const Hash256& id, const WitnessReport& report) {
  return {{"core:description", "Evidence of a witnessed beacon"},
          {"earshot:report", to_hex(id)},
          {"earshot:hotspot", to_hex(report.hotspot)},
          {"earshot:round", report.round},
          {"earshot:evidence_root", to_hex(report.evidence_root)},
          {"earshot:first_ps", report.evidence_first_ps},
          {"earshot:full_scale_cdbm", report.full_scale_cdbm}};
}

}  // namespace

Result<EvidenceStore> EvidenceStore::open(const std::string& directory,
                                          const EvidenceBounds& bounds) {
  std::error_code error;
  fs::create_directories(directory, error);
  EvidenceStore store(directory, bounds);
  fs::directory_iterator files(directory, error);
  if (error) {
    return fail(Errc::unavailable, directory + ": cannot read: " + error.message());
  }
  for (const fs::directory_entry& file : files) {
    if (file.path().extension() != kMeta) continue;
    const auto name = parse_stem(file.path().stem().string());
    if (name && fs::exists(store.stem(name->first, name->second) + std::string(kData), error)) {
      store.take_up(name->first, name->second);
    }
  }
  return store;
}

std::string EvidenceStore::stem(std::int64_t seconds, const Hash256& id) const {
  return directory_ + "/" + std::to_string(seconds) + "-" + to_hex(id);
}

void EvidenceStore::take_up(std::int64_t seconds, const Hash256& id) {
  const std::string path = stem(seconds, id);
  const std::uint64_t bytes =
      size_of(path + std::string(kData)) + size_of(path + std::string(kMeta));
  by_id_[id] = {seconds, bytes};
  by_age_[{seconds, id}] = bytes;
  total_bytes_ += bytes;
}

Result<void> EvidenceStore::put(const Hash256& id, const WitnessReport& report,
                                const radio::Snippet& snippet, UnixNanos now) {
  if (holds(id)) return {};
  const std::int64_t seconds = now / kNanosPerSecond;
  const std::uint64_t bytes = snippet.bytes.size() + kSidecarBytes;
  while (!by_age_.empty() && total_bytes_ + bytes > bounds_.max_bytes) remove_oldest();

  Result<radio::SigmfWriter> writer = radio::SigmfWriter::create(
      stem(seconds, id), snippet.format, snippet.rate_hz, global_of(id, report));
  if (!writer) return fail(writer.error());
  radio::Capture capture;
  capture.centre_hz = static_cast<double>(snippet.centre_hz);
  capture.time = snippet.first;
  if (Result<void> added = writer->add_capture(capture, snippet.bytes); !added) return added;
  writer->annotate(
      annotation_of(report, snippet.bytes.size() / radio::bytes_per_sample(snippet.format)));
  if (Result<void> finished = writer->finish(); !finished) return finished;
  take_up(seconds, id);
  return {};
}

Result<Bytes> EvidenceStore::bytes_of(const Hash256& id) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) {
    return fail(Errc::check_failed, "no snippet of report " + to_hex(id) + " is kept");
  }
  const std::string path = stem(found->second.seconds, id) + std::string(kData);
  std::ifstream file(path, std::ios::binary);
  Bytes bytes(size_of(path));
  if (!file.read(reinterpret_cast<char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()))) {
    return fail(Errc::unavailable, path + ": cannot read: " + std::strerror(errno));
  }
  return bytes;
}

void EvidenceStore::remove_oldest() {
  const auto [key, bytes] = *by_age_.begin();
  const std::string path = stem(key.first, key.second);
  std::error_code ignored;  // What cannot be removed is taken up again at the next start.
  fs::remove(path + std::string(kMeta), ignored);
  fs::remove(path + std::string(kData), ignored);
  by_age_.erase(by_age_.begin());
  by_id_.erase(key.second);
  total_bytes_ -= bytes;
}

void EvidenceStore::expire(UnixNanos now) {
  const std::int64_t oldest = now / kNanosPerSecond - bounds_.max_age_seconds;
  while (!by_age_.empty() && by_age_.begin()->first.first < oldest) remove_oldest();
}

}  // namespace earshot::hotspot
